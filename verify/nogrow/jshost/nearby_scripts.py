"""Which scripts around a module may be its host code, by their names and what they name."""

import os
from collections.abc import Iterable
from pathlib import PurePath

SUFFIXES = (".js", ".mjs", ".cjs")
# What is larger is read only where somebody names it.
MOST_BYTES = 4 << 20

Script = tuple[str, bytes]
"""A script's path and its text."""


def likely(module: str, scripts: Iterable[Script]) -> tuple[Script, ...]:
    """Return those of the scripts that may belong to the module at the path `module`.

    They have its name with another suffix and lie in the same folder; if there are none, they name it.
    """
    every = tuple(scripts)
    stem = os.path.splitext(module)[0]  # noqa: PTH122
    same = tuple(script for script in every if os.path.splitext(script[0])[0] == stem)  # noqa: PTH122
    name = PurePath(module).name.encode(errors="surrogateescape")
    return same or tuple(script for script in every if name in script[1])
