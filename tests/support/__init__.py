"""Builds modules for the tests and runs the programs that they need."""
