"""The tests of the hosts."""
