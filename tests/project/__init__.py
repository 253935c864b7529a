"""The tests of the build."""
