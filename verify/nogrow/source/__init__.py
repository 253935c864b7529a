"""Offsets in a module to the places in source files that they come from."""
