"""Faults of what is around: disks, signals, pipes, locales, memory, other programs."""
