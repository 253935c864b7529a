"""Check that a test fails when a guard is removed."""
