"""Prove which entry points of a WebAssembly module can grow its memory."""

__version__ = "0.1.0"
