"""Debug information to places in the source."""
