"""Tools for this project only; they are not installed."""
