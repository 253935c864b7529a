"""`python -m nogrow` is the command `nogrow`."""

from nogrow.cli.main import main

main()
