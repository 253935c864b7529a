"""A judgement to its explanation: the cause of the growth and what can be done about it."""
