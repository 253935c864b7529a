"""Judgement to violations: the contract file and what breaks it."""
