"""Tell what the functions of Emscripten's ABI do, by their names. Minified names say nothing.

These tables only ever add edges to the call graph: an import whose name is in none of them is assumed to be
harmless, and the report prints that assumption.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from nogrow.jshost.model import Route

if TYPE_CHECKING:
    from nogrow.wasm.types import DefinedType

ANY = "*"
"""The signature of table entries of any type."""

_GROWERS = frozenset(("emscripten_resize_heap", "enlargeMemory"))
# These call the `malloc` that the module exports: for the exception, or for a record of how it was caught.
_ALLOCATES = re.compile(r"_?__cxa_(allocate_exception|begin_catch|find_matching_catch(_\d+)?)")
# These call the destructor of an exception, which is an entry of the table.
_DESTROYS = re.compile(r"_?__cxa_(end_catch|decrement_exception_refcount)")
_INVOKES = re.compile(r"_?invoke_([a-zA-Z]+)")


class Effect(NamedTuple):
    """What a function of the host does before it returns.

    `grows` says that it grows the memory. `signature` is that of the table entries that it may call, the
    result first, in Emscripten's letters; `exports` are the exports that it may call, by their names;
    `allocates` says that it calls the module's `malloc`, whatever its export is called. `whole` says that it
    does nothing else, as far as growth is concerned. `route` has the calls in host code that do this; it is
    empty if only the name of the import tells.
    """

    grows: bool = False
    signature: str | None = None
    exports: frozenset[str] = frozenset()
    allocates: bool = False
    whole: bool = False
    route: Route = ()

    @property
    def calls_back(self) -> bool:
        """Return whether it calls functions of the module."""
        return self.signature is not None or bool(self.exports) or self.allocates


Effects = Mapping[str, tuple[Effect, ...]]
"""Effects of imports by their labels, `module.field`."""

NO_EFFECTS: Effects = {}

# The result first; `p` is a pointer, an i32 or an i64.
_SIGNATURES = {
    "emscripten_resize_heap": "ip",
    "abort": "v",
    "fd_write": "iippp",
    "fd_read": "iippp",
    "fd_close": "ii",
    "environ_get": "ipp",
    "environ_sizes_get": "ipp",
    "proc_exit": "vi",
    "exit": "vi",
    "setTempRet0": "vi",
    "getTempRet0": "i",
    "__cxa_throw": "vppp",
    "__cxa_allocate_exception": "pp",
    "__cxa_begin_catch": "pp",
    "__cxa_end_catch": "v",
}
_LETTERS: Mapping[str, tuple[str, ...]] = {
    "i": ("i32",), "j": ("i64",), "f": ("f32",), "d": ("f64",), "p": ("i32", "i64"),
}  # fmt: skip
_KNOWN_SIGNATURE = re.compile(r"[vijfdp][ijfdp]*")


def effect_of(name: str) -> Effect | None:
    """Return what the ABI's function `name` does, None if the name is not known.

    JavaScript has the same names with one more underscore.
    """
    if name.removeprefix("_") in _GROWERS:
        return Effect(grows=True, whole=True)
    if invoked := _INVOKES.fullmatch(name):
        # With other letters it may be a function that somebody else named so.
        return Effect(signature=invoked[1], whole=is_signature(invoked[1]))
    if _ALLOCATES.fullmatch(name):
        return Effect(allocates=True, whole=True)
    if _DESTROYS.fullmatch(name):
        return Effect(signature="vi", whole=True)
    return None


def is_known_by_name(label: str) -> bool:
    """Return whether the name of the import `label` alone tells that it grows the memory or calls back."""
    return effect_of(label.rpartition(".")[2]) is not None


def is_signature(letters: str) -> bool:
    """Return whether `letters` is a signature made of known letters."""
    return _KNOWN_SIGNATURE.fullmatch(letters) is not None


def signature_of(name: str) -> str | None:
    """Return the signature of the ABI's function `name`, None if it is not known."""
    if invoked := _INVOKES.fullmatch(name):
        letters = invoked[1]
        # Without BigInt, an i64 is passed as two i32.
        return f"{letters[0]}p{letters[1:]}" if is_signature(letters) and "j" not in letters else None
    return _SIGNATURES.get(name) or _SIGNATURES.get(name.removeprefix("_"))


def arity_of(signature: str) -> tuple[int, int]:
    """Return the numbers of parameters and results of a signature, whose first letter is the result."""
    return len(signature) - 1, int(signature[0] != "v")


def fits(defined: "DefinedType", signature: str) -> bool:
    """Return whether the function type `defined` is the one that the letters of `signature` stand for."""
    if (len(defined.parts), len(defined.results)) != arity_of(signature):
        return False
    parameters, results = signature[1:], signature[:1].replace("v", "")
    pairs = (*zip(parameters, defined.parts, strict=True), *zip(results, defined.results, strict=True))
    return all(value.name in _LETTERS[letter] for letter, value in pairs)
