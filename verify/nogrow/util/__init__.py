"""Offer helpers that know nothing about WebAssembly or contracts."""
