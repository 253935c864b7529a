"""Hostile input: judged or refused, soon and in bounded memory."""
