"""Tests of the guest in tests."""
