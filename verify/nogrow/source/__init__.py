"""Byte offsets in a module to places in its source, from DWARF or a source map: only shown, never judged by."""
