"""Mutation testing: make one small change to a source file at a time, and see whether the tests notice it."""
