"""Tests of `nogrow.explain`."""
