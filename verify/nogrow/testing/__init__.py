"""For tests of guests: what the pytest plugin loads when it is used."""
