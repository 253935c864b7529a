"""A folder to a starter contract: what is there, judged, and a nogrow.toml that it keeps today."""
