"""This package finds and starts programs on the machine that nogrow runs on."""
