"""This package reads contract files and decides which of their rules a judged module breaks."""
