"""Tests with faults of the environment: disks, signals, pipes, locales, memory, other programs."""
