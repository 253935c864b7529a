"""The specification's test suite."""
