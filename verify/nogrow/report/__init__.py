"""Render results as text: one module for each format."""
