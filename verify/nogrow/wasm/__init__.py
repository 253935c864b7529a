"""Bytes to module: sections, types, and the scan of all instructions."""
