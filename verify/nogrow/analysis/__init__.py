"""Module to verdicts: the call graph, the searches in it, and the judgement."""
