"""Helpers that make modules for the tests."""
