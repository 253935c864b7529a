"""Test that hostile input is judged or refused, in little time and bounded memory."""
