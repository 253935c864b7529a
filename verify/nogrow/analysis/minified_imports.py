"""Tell which imports have minified names, which say nothing about what the host does."""

import re

from nogrow.wasm.model import Import, Kind, Module

# Binaryen names imports, then exports, in this order; after `$` it goes on with two letters.
_ORDER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$"
_SHORT = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,2}")


def minified(module: Module) -> frozenset[str]:
    """Return the labels of the imported functions whose names are minified.

    Emscripten shortens the name of the module that is imported from to one letter as well. Binaryen alone may
    keep it, and then the fields are the first names in Binaryen's order.
    """
    functions = module.imported(Kind.FUNCTION)
    fields = {item.field for item in functions}
    count = min(len(fields), len(_ORDER))
    by_order = set(_ORDER[:count]) <= fields and all(map(is_short, fields))
    return frozenset(item.label for item in functions if by_order or _is_minified(item))


def _is_minified(item: Import) -> bool:
    return len(item.module) == 1 and item.module in _ORDER and is_short(item.field)


def is_short(name: str) -> bool:
    """Return whether a name is as short as minified ones."""
    return _SHORT.fullmatch(name) is not None
