"""The functions of the API, which the commands are made of; `nogrow` offers the public ones."""
