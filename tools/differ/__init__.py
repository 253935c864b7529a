"""Differential fuzzing: nogrow and other programs read archives that are changed field by field."""
