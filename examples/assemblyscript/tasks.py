"""The tasks of this project; `invoke --list` lists them."""

from nogrow.invoke import collection

namespace = collection()
