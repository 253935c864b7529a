"""Analyse JavaScript host code: which imports grow the memory, and which views are used after a growth."""
