"""Decide whether host code belongs to a module, and find out what the module's imports do.

Where the imports have readable names, it is enough that the host code serves each of them. Minified names are
the same in every build. There the whole import object must fit the module, and so must every export that the
host code uses and the type of every well-known function.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from nogrow.analysis.emscripten_abi import ANY, Effect, Effects, effect_of, fits, signature_of
from nogrow.jshost.model import Glue, Served
from nogrow.wasm.model import Import, Kind, Module

# Binaryen names imports, then exports, in this order; after `$` it goes on with two letters.
_ORDER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$"
_SHORT = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,2}")
# Emscripten's `convertJsFunctionToWasm` reads this export from a module that it makes itself.
_OF_A_WRAPPER = "f"
_FEW = 8
ASK = (
    "name the JavaScript that belongs to the module with --js FILE (or --glue FILE), "
    "or trust these imports in the contract"
)


def minified(module: Module) -> frozenset[str]:
    """Return the labels of the imported functions whose names are minified.

    Emscripten shortens the name of the module that is imported from to one letter as well. Binaryen alone may
    keep it, and then the fields are the first names in Binaryen's order.
    """
    functions = module.imported(Kind.FUNCTION)
    fields = {item.field for item in functions}
    count = min(len(fields), len(_ORDER))
    by_order = set(_ORDER[:count]) <= fields and all(map(_SHORT.fullmatch, fields))
    return frozenset(item.label for item in functions if by_order or _is_minified(item.module, item.field))


def may_be_minified(label: str) -> bool:
    """Return whether the field of the import `label` is so short that it may be minified."""
    return bool(_SHORT.fullmatch(label.rpartition(".")[2]))


def without_host_code(module: Module, reached: Iterable[str]) -> str | None:
    """Return why a module that may grow can't be judged without host code, None if it can.

    `reached` are the imports that entry points reach and no clause trusts.
    """
    unknown = sorted(minified(module) & set(reached))
    if not unknown:
        return None
    return f"its imports have minified names, and one of them may grow the memory: {_listed(unknown)}; {ASK}"


def foreign(module: Module, glue: Sequence[Glue], trusts: Callable[[str], bool]) -> str | None:
    """Return why the host code in `glue` is not that of the module, None if it may be."""
    short = minified(module)
    functions = [item for item in module.imported(Kind.FUNCTION) if not trusts(item.label)]
    named = [item for item in functions if item.label not in short]
    unserved = sorted({item.label for item in named if not any(_serves(file.served, item) for file in glue)})
    files = ", ".join(file.file for file in glue)
    if unserved:
        how_many = "none" if len(unserved) == len({item.label for item in named}) else "not all"
        return f"{files} serves {how_many} of its imports; not served: {_listed(unserved)}; {ASK}"
    if len(named) == len(functions):
        return None
    reasons = [_of_another_build(module, short, file) for file in glue]
    return None if None in reasons else f"{'; '.join(filter(None, reasons))}; {ASK}"


def effects(labels: Iterable[str], glue: Sequence[Glue]) -> Effects:
    """Return what the host code says of the imports `labels`, apart from growing the memory."""
    by_label: dict[str, list[Effect]] = {label: [] for label in labels}
    for label, name in (pair for file in glue for pair in file.served.names):
        known = effect_of(name)
        if label in by_label and known is not None:
            by_label[label].append(known)
    for called in (called for file in glue for called in file.served.called):
        if called.label in by_label:
            # The ABI is more exact on which functions it calls.
            is_known = bool(by_label[called.label]) or effect_of(called.label.rpartition(".")[2]) is not None
            signature = ANY if called.table and not is_known else None
            by_label[called.label].append(Effect(signature=signature, exports=frozenset(called.exports)))
    return {label: tuple(known) for label, known in by_label.items() if known}


def _is_minified(module: str, field: str) -> bool:
    return len(module) == 1 and module in _ORDER and bool(_SHORT.fullmatch(field))


def _serves(served: Served, item: Import) -> bool:
    if item.field in served.exported:
        return True
    return any(table.module == item.module and item.field in table.fields for table in served.tables)


def _of_another_build(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """Return why the file with the minified imports is of another build, None if nothing shows that."""
    checks = (_other_object, _other_exports, _other_types, _other_growth)
    reasons = (check(module, short, glue) for check in checks)
    return next((f"{glue.file} {reason}" for reason in reasons if reason is not None), None)


def _other_object(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """Return how the import object differs from the module's imports, None if the fields are the same."""
    for name in sorted({item.module for item in module.imports if item.label in short}):
        wanted = {item.field for item in module.imports if item.module == name}
        tables = [table.fields for table in glue.served.tables if table.module == name]
        if any(fields == wanted for fields in tables):
            continue
        # Many objects have such short names: the message is about the most similar one.
        nearest = max(tables, key=lambda fields: len(fields & wanted) - len(fields - wanted), default=None)
        if nearest is None or not nearest & wanted:
            return f"serves none of its imports, as far as they can be followed: {_listed(sorted(short))}"
        missing, surplus = sorted(wanted - nearest), sorted(nearest - wanted)
        parts = (f"not {_listed(_under(name, missing))}" if missing else "",
                 f"also {_listed(_under(name, surplus))}" if surplus else "")  # fmt: skip
        return f"is of another build: it serves {', '.join(filter(None, parts))}"
    return None


def _other_exports(module: Module, _short: frozenset[str], glue: Glue) -> str | None:
    """Return which exports the code uses that the module lacks, None if it has them all."""
    kinds = {item.name: item.kind for item in module.exports}
    minified_reads = {name for name in glue.served.reads if _SHORT.fullmatch(name) and name != _OF_A_WRAPPER}
    if unknown := sorted(minified_reads - kinds.keys()):
        return f"is of another build: it reads exports that the module does not have: {_listed(unknown)}"
    memories = sorted(name for name in glue.served.memories & kinds.keys() if kinds[name] is not Kind.MEMORY)
    if memories:
        return f"is of another build: it uses exports as a memory that are none: {_listed(memories)}"
    return None


def _other_types(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """Return which well-known function has another type than the import that it serves, None for none."""
    names = dict[str, list[str]]()
    for label, name in glue.served.names:
        names.setdefault(label, []).append(name)
    for item in module.imported(Kind.FUNCTION):
        known = [name for name in names.get(item.label, ()) if signature_of(name) is not None]
        own = module.types.defined[module.functions[item.index]]
        if item.label in short and known and not any(fits(own, signature_of(name) or "") for name in known):
            return f"is of another build: it serves {item.label} with {known[0]}, which has another type"
    return None


def _other_growth(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """Return how growth by the host contradicts the module's limits, None if it does not.

    Emscripten makes a memory growable only where a host function grows it. Where the functions have kept
    their names, the names tell which one does.
    """
    growers = {grower.label for grower in glue.growers}
    known_to_grow = {label for label, name in glue.served.names if (known := effect_of(name)) and known.grows}
    if fixed := sorted((known_to_grow & short) - growers):
        return f"is of a build whose memory can't grow: there, {_listed(fixed)} does not grow it"
    named = {label for label, name in glue.served.names if not _SHORT.fullmatch(name)}
    if growers & short or short <= named:
        return None
    return "serves no import that grows the memory, although the module's limits leave room for that"


def _under(module: str, fields: Iterable[str]) -> list[str]:
    return [f"{module}.{field}" for field in fields]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {more} more" if more > 0 else "")
