"""Take files through all stages to one report."""
