"""JavaScript host code to views of a memory that are kept across calls into the module."""
