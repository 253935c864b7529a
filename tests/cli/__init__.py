"""Tests of `nogrow.cli`."""
