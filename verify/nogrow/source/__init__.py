"""Find source positions for byte offsets in a module, from DWARF or a source map.

Positions are only shown; no verdict depends on them.
"""
