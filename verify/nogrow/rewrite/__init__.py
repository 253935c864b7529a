"""A module rewritten so that it cannot grow its memory."""
