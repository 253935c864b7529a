"""Byte offsets in a module to places in its source, from DWARF or a source map: shown, never judged by."""
