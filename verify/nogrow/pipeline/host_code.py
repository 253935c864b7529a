"""Find the host code of modules, decide whether it belongs to a module, and say what its imports do.

Where the imports have readable names, it is enough that the host code serves each of them. Minified names are
the same in every build. There the whole import object must fit the module, and so must every export that the
host code uses and the type of every well-known function.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from nogrow.analysis.emscripten_abi import effect_of, fits, signature_of
from nogrow.analysis.judgement import Judgement
from nogrow.analysis.minified_imports import is_short, minified
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.model import Glue, Grower, Served
from nogrow.jshost.nearby_scripts import MOST_BYTES, SUFFIXES, Script, likely
from nogrow.pipeline.minified_imports import ASK, listed_few
from nogrow.pipeline.named_host_code import GlueByPath, cannot_grow, is_named
from nogrow.util.paths import slashed
from nogrow.wasm.decode import decode
from nogrow.wasm.file import read as read_file
from nogrow.wasm.model import Import, Kind, Module
from nogrow.wasm.sections import is_component

# Emscripten's `convertJsFunctionToWasm` reads this export from a module that it makes itself.
_OF_A_WRAPPER = "f"


def beside(targets: Iterable[Target]) -> GlueByPath:
    """Return, by path, the host code that is in the folder of each module and belongs to it.

    Targets whose host code the contract names are left out.
    """
    by_path: GlueByPath = {}
    for target in targets:
        if not target.found or target.problem is not None or is_named(target):
            continue
        scripts = scripts_beside(target.path)
        # A module that can't be read is reported when it is judged.
        with suppress(ModuleError):
            if scripts and (glue := of_module(read_file(target.path), target.trusts, scripts)):
                by_path[target.path] = glue
    return by_path


def scripts_beside(path: str) -> tuple[Script, ...]:
    """Return the scripts in the folder of the module at `path` that may belong to it."""
    try:
        scripts = sorted(file for file in Path(path).parent.iterdir() if file.suffix in SUFFIXES)
        small = [file for file in scripts if file.is_file() and file.stat().st_size <= MOST_BYTES]
        return likely(slashed(path), [(slashed(file), file.read_bytes()) for file in small])
    except OSError:
        # No option names this folder: one that can't be listed is as if it had no scripts.
        return ()


def of_module(data: bytes, trusts: Callable[[str], bool], scripts: Sequence[Script]) -> tuple[Glue, ...]:
    """Return those of the scripts that may be the host code of the module in `data`.

    A module that imports no function or can't grow needs no host code, so there are none for it.
    """
    if not scripts or is_component(data):
        return ()
    try:
        module = decode(data)
    except ModuleError:
        # The error is reported when the module is judged.
        return ()
    if not module.imported(Kind.FUNCTION) or cannot_grow(module):
        return ()
    from nogrow.jshost.imports import analyse

    candidates: list[Glue] = []
    for name, source in scripts:
        # No option names this file: one that can't be read is as if it did not exist.
        with suppress(UsageError, ModuleError):
            candidates.append(analyse(name, source))
    alone = tuple(glue for glue in candidates if why_foreign(module, (glue,), trusts) is None)
    if alone or not candidates:
        return alone
    return tuple(candidates) if why_foreign(module, candidates, trusts) is None else ()


def host_growth(
    judgement: Judgement, clauses: Sequence[ArtifactContract], growers: Sequence[Grower]
) -> list[str]:
    """Return a sentence for each reached import behind which host code grows a memory of the module."""
    trusted = frozenset.intersection(*(frozenset(clause.imports.trusted) for clause in clauses))
    reached = judgement.imports - trusted
    return [f"host grows: {grower.label}, {grower.place}" for grower in growers if grower.label in reached]


def why_foreign(
    module: Module, glue: Sequence[Glue], trusts: Callable[[str], bool], ask: str = ASK
) -> str | None:
    """Return why the host code in `glue` is not that of the module, None if it may be."""
    short = minified(module)
    functions = [item for item in module.imported(Kind.FUNCTION) if not trusts(item.label)]
    named = [item for item in functions if item.label not in short]
    unserved = sorted({item.label for item in named if not any(_serves(file.served, item) for file in glue)})
    files = ", ".join(file.file for file in glue)
    if unserved:
        how_many = "none" if len(unserved) == len({item.label for item in named}) else "not all"
        return f"{files} serves {how_many} of its imports; not served: {listed_few(unserved)}; {ask}"
    if len(named) == len(functions):
        return None
    reasons = [_of_another_build(module, short, file) for file in glue]
    return None if None in reasons else f"{'; '.join(filter(None, reasons))}; {ask}"


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
            return f"serves none of its imports, as far as they can be followed: {listed_few(sorted(short))}"
        differences = (("not", wanted - nearest), ("also", nearest - wanted))
        parts = [
            f"{word} {listed_few([f'{name}.{field}' for field in sorted(fields)])}"
            for word, fields in differences
            if fields
        ]
        return f"is of another build: it serves {', '.join(parts)}"
    return None


def _other_exports(module: Module, _short: frozenset[str], glue: Glue) -> str | None:
    """Return which exports the code uses that the module lacks, None if it has them all."""
    kinds = {item.name: item.kind for item in module.exports}
    minified_reads = {name for name in glue.served.reads if is_short(name) and name != _OF_A_WRAPPER}
    if unknown := sorted(minified_reads - kinds.keys()):
        return f"is of another build: it reads exports that the module does not have: {listed_few(unknown)}"
    memories = sorted(name for name in glue.served.memories & kinds.keys() if kinds[name] is not Kind.MEMORY)
    if memories:
        return f"is of another build: it uses exports of another kind as a memory: {listed_few(memories)}"
    return None


def _other_types(module: Module, short: frozenset[str], glue: Glue) -> str | None:
    """Return which well-known function has another type than the import that it serves, None for none."""
    names: dict[str, list[str]] = {}
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
        return f"is of a build whose memory can't grow: there, {listed_few(fixed)} does not grow it"
    named = {label for label, name in glue.served.names if not is_short(name)}
    if growers & short or short <= named:
        return None
    return "serves no import that grows the memory, although the module's limits leave room for that"
