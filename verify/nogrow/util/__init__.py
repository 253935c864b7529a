"""Helpers that know nothing of WebAssembly or of contracts."""
