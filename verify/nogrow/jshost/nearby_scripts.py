"""Select the scripts near a module that may be its host code, by their names and the names in them."""

import os
from collections.abc import Iterable
from pathlib import PurePath

SUFFIXES = (".js", ".mjs", ".cjs")
# A larger script is read only if the user names it.
MOST_BYTES = 4 << 20

Script = tuple[str, bytes]
"""A script's path and its text."""


def likely(module: str, scripts: Iterable[Script]) -> tuple[Script, ...]:
    """Return the scripts that may belong to the module at the path `module`.

    These are the scripts with the module's path and another suffix; without any, the scripts that name the
    module.
    """
    every = tuple(scripts)
    stem = os.path.splitext(module)[0]  # noqa: PTH122
    same = tuple(script for script in every if os.path.splitext(script[0])[0] == stem)  # noqa: PTH122
    name = PurePath(module).name.encode(errors="surrogateescape")
    return same or tuple(script for script in every if name in script[1])
