"""Scenarios: evidence by running a module in wasmtime."""
