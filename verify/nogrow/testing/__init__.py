"""Test guests and contracts with pytest; the plugin loads this package when it is used."""
