"""Tests of `nogrow.jshost`."""
