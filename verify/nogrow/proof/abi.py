"""Names of Emscripten's ABI to what the functions behind them do. Minified names say nothing.

The tables only ever add edges: an import whose name is in none of them is assumed to be harmless, and the
report prints that assumption.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

_GROWERS = frozenset(("emscripten_resize_heap", "enlargeMemory"))
# They allocate with the `malloc` that the module exports: the exception, or what describes how it was caught.
_ALLOCATES = re.compile(r"_?__cxa_(allocate_exception|begin_catch|find_matching_catch(_\d+)?)")
# The destructor of an exception is an entry of the table.
_DESTROYS = re.compile(r"_?__cxa_(end_catch|decrement_exception_refcount)")
_INVOKES = re.compile(r"_?invoke_([a-zA-Z]+)")


class Effect(NamedTuple):
    """What a function of the host does besides returning.

    `grows` says that it grows the memory. `signature` is that of the table entries that it may call, the
    result first, in Emscripten's letters; `exports` are the exports that it may call, by their names;
    `allocates` says that it calls the module's `malloc`, whatever its export is called. `whole` says that it
    does nothing else, as far as growth is concerned.
    """

    grows: bool = False
    signature: str | None = None
    exports: frozenset[str] = frozenset()
    allocates: bool = False
    whole: bool = False

    @property
    def calls_back(self) -> bool:
        """Whether it calls functions of the module."""
        return self.signature is not None or bool(self.exports) or self.allocates


Effects = Mapping[str, Effect]
"""Effects of imports by their labels, `module.field`."""


def effect_of(name: str) -> Effect | None:
    """Return what the ABI's function `name` does, None if the name is not known.

    JavaScript has the same names with one more underscore.
    """
    if name.removeprefix("_") in _GROWERS:
        return Effect(grows=True, whole=True)
    if invoked := _INVOKES.fullmatch(name):
        return Effect(signature=invoked[1], whole=True)
    if _ALLOCATES.fullmatch(name):
        return Effect(allocates=True, whole=True)
    if _DESTROYS.fullmatch(name):
        return Effect(signature="vi", whole=True)
    return None
