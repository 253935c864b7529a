"""This package runs scenarios: it executes a module in wasmtime and observes its memory."""
