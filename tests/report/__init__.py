"""Tests of `nogrow.report`."""
