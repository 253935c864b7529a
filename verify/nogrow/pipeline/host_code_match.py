"""A module and the host code given for it: whether the two belong together, and what its imports do.

Names that say something are enough: each import must be served. Minified names say nothing, and another build
has the same ones. There the whole import object must be the module's, and so must be all that the host code
says of the module's exports and of the types of well-known functions.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from nogrow.analysis.emscripten_abi import ANY, Effect, Effects, effect_of, fits, signature_of
from nogrow.jshost.glue_model import Glue, Served
from nogrow.wasm.model import Import, Kind, Module

# Binaryen names imports, then exports, in this order; after `$` it goes on with two letters.
_ORDER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$"
_SHORT = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,2}")
# Emscripten's `convertJsFunctionToWasm` reads it from a module that it makes itself.
_OF_A_WRAPPER = "f"
_FEW = 8
ASK = (
    "name the JavaScript that belongs to the module with --js FILE (or --glue FILE), "
    "or trust these imports in the contract"
)


def minified(module: Module) -> frozenset[str]:
    """Return the labels of the imported functions whose names say nothing.

    Emscripten gives the importing module's name one letter as well; Binaryen alone may keep it, and then all
    fields are the first ones in its order.
    """
    functions = module.imported(Kind.FUNCTION)
    fields = {item.field for item in functions}
    count = min(len(fields), len(_ORDER))
    by_order = set(_ORDER[:count]) <= fields and all(map(_SHORT.fullmatch, fields))
    return frozenset(item.label for item in functions if by_order or _is_minified(item.module, item.field))


def may_be_minified(label: str) -> bool:
    """Whether the import `label` has a field so short that it is worth asking `minified`."""
    return bool(_SHORT.fullmatch(label.rpartition(".")[2]))


def without_host_code(module: Module, reached: Iterable[str]) -> str | None:
    """Return why a module that may grow can't be judged without host code, None if it can.

    `reached` are the imports that entry points reach and nobody vouches for.
    """
    unknown = sorted(minified(module) & set(reached))
    if not unknown:
        return None
    return f"its imports have minified names, and one of them may grow the memory: {_listed(unknown)}; {ASK}"


def foreign(module: Module, glue: Sequence[Glue], trusts: Callable[[str], bool]) -> str | None:
    """Return why the host code in `glue` is not that of the module, None if it may well be."""
    short = minified(module)
    functions = [item for item in module.imported(Kind.FUNCTION) if not trusts(item.label)]
    named = [item for item in functions if item.label not in short]
    unserved = sorted({item.label for item in named if not any(_serves(one.served, item) for one in glue)})
    files = ", ".join(one.file for one in glue)
    if unserved:
        how_many = "none" if len(unserved) == len({item.label for item in named}) else "not all"
        return f"{files} serves {how_many} of its imports; nobody serves {_listed(unserved)}; {ASK}"
    if len(named) == len(functions):
        return None
    reasons = [_of_another_build(module, short, one) for one in glue]
    return None if None in reasons else f"{'; '.join(filter(None, reasons))}; {ASK}"


def effects(labels: Iterable[str], glue: Sequence[Glue]) -> Effects:
    """Return what the host code says of the imports `labels`, besides that they grow the memory."""
    found: dict[str, list[Effect]] = {label: [] for label in labels}
    for label, name in (pair for one in glue for pair in one.served.names):
        known = effect_of(name)
        if label in found and known is not None:
            found[label].append(known)
    for called in (called for one in glue for called in one.served.called):
        if called.label in found:
            # What the ABI says of a function's calls is more exact.
            told = bool(found[called.label]) or effect_of(called.label.rpartition(".")[2]) is not None
            signature = ANY if called.table and not told else None
            found[called.label].append(Effect(signature=signature, exports=frozenset(called.exports)))
    return {label: tuple(known) for label, known in found.items() if known}


def _is_minified(module: str, field: str) -> bool:
    return len(module) == 1 and module in _ORDER and bool(_SHORT.fullmatch(field))


def _serves(served: Served, item: Import) -> bool:
    if item.field in served.exported:
        return True
    return any(table.module == item.module and item.field in table.fields for table in served.tables)


def _of_another_build(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """Why a file that may serve the minified imports is not of this build, None if nothing shows it."""
    checks = (_other_object, _other_exports, _other_types, _other_growth)
    reasons = (check(module, short, glue) for check in checks)
    return next((f"{glue.file} {reason}" for reason in reasons if reason is not None), None)


def _other_object(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """All fields of the import object, and no others, must be what the module imports."""
    for name in sorted({item.module for item in module.imports if item.label in short}):
        wanted = {item.field for item in module.imports if item.module == name}
        tables = [table.fields for table in glue.served.tables if table.module == name]
        if any(fields == wanted for fields in tables):
            continue
        # Objects with such short names are many: the one that is most like it is spoken of.
        likest = max(tables, key=lambda fields: len(fields & wanted) - len(fields - wanted), default=None)
        if likest is None or not likest & wanted:
            return f"serves none of its imports, as far as they can be followed: {_listed(sorted(short))}"
        missing, surplus = sorted(wanted - likest), sorted(likest - wanted)
        parts = (f"not {_listed(_under(name, missing))}" if missing else "",
                 f"also {_listed(_under(name, surplus))}" if surplus else "")  # fmt: skip
        return f"is of another build: it serves {', '.join(filter(None, parts))}"
    return None


def _other_exports(module: Module, _short: frozenset[str], glue: Glue) -> str | None:
    """The minified exports that the code names must be the module's, and its memory one of them."""
    kinds = {item.name: item.kind for item in module.exports}
    minified_reads = {name for name in glue.served.reads if _SHORT.fullmatch(name) and name != _OF_A_WRAPPER}
    if unknown := sorted(minified_reads - kinds.keys()):
        return f"is of another build: it reads exports that the module does not have: {_listed(unknown)}"
    memories = sorted(name for name in glue.served.memories & kinds.keys() if kinds[name] is not Kind.MEMORY)
    if memories:
        return f"is of another build: it uses exports as a memory that are none: {_listed(memories)}"
    return None


def _other_types(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """Functions that are well known must have the types of the imports that they serve."""
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
    """Emscripten leaves limits with room only where it has the host grow the memory.

    Where the functions have kept their names, these tell which of them does.
    """
    growers = {grower.label for grower in glue.growers}
    told = {label for label, name in glue.served.names if (known := effect_of(name)) and known.grows}
    if fixed := sorted((told & short) - growers):
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
