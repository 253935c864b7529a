"""Reads WebAssembly: core modules with all of their instructions, and how components link them."""
