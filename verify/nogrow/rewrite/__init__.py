"""This package rewrites modules so that they cannot grow their memory."""
