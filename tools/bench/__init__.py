"""Measure nogrow's speed and memory, and compare its results with other decoders."""
