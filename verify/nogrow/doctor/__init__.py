"""A machine to what is there of all that nogrow can use, and how to get what is missing."""
