"""Tests of `nogrow.scenarios`."""
