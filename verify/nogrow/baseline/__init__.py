"""The ratchet: what was judged once, kept in a file, and what has become worse since."""
