"""Two builds of modules to what has changed between them."""
