"""Where in its source an instruction comes from."""
