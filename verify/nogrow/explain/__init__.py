"""Explain a judgement: find the cause of each growth and advise how to remove it."""
