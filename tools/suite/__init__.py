"""Run the specification's test suite."""
