"""Prove which entry points of a module can grow its memories: call graph, reachability, verdicts."""
