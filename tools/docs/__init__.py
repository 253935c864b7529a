"""Build the documentation's pages."""
