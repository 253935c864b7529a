"""Mutation testing: one small change to a source file at a time, and whether the tests notice it."""
