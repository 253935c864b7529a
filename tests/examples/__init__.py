"""The examples, built, kept and broken."""
