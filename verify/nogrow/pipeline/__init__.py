"""Take files through all stages, and put the reports on them together."""
