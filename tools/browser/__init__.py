"""The demonstration in a browser, and the programs that drive a browser."""
