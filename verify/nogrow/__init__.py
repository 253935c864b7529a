"""nogrow: proves which ways into a WebAssembly module can grow its memory."""

__version__ = "0.1.0"
