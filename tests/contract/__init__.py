"""Tests of `nogrow.contract`."""
