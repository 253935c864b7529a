"""JavaScript glue to the imports behind which it lets the host grow the memory."""
