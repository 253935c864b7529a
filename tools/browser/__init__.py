"""The browser demo and what drives a browser."""
