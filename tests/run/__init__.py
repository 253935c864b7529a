"""Tests of `nogrow.run`."""
