"""Tests of `nogrow.glue`."""
