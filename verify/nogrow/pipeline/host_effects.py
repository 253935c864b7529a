"""Say what the host code of a module does behind its imports."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nogrow.analysis.emscripten_abi import ANY, NO_EFFECTS, Effect, Effects, effect_of
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import trusted_by_all
from nogrow.errors import ModuleError
from nogrow.jshost.model import ANY_EXPORT, Called, Glue, Grower, HostCall, Position, Route
from nogrow.pipeline.host_code import why_foreign
from nogrow.pipeline.named_host_code import cannot_grow
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Import, Kind, Module

_NUMBERS = frozenset(("i32", "i64", "f32", "f64", "v128"))
_NOT_FOLLOWED = (
    "the host code, which is too entangled to follow each value in it, calls the module behind imports only "
    "through functions that it stores under the names that it uses"
)


class HostEffects(NamedTuple):
    """What the imports do, and sentences on what is assumed of them."""

    effects: Effects = NO_EFFECTS
    assumed: tuple[str, ...] = ()


def host_effects(data: bytes, clauses: Sequence[ArtifactContract], glue: Sequence[Glue]) -> HostEffects:
    """Return what the host code says of the imports of the core module in `data`.

    Raises `ModuleError` where the host code is not that of the module.
    """
    module = decode(data)
    if cannot_grow(module) or not module.imported(Kind.FUNCTION):
        return HostEffects()
    if reason := why_foreign(module, glue, trusted_by_all(clauses)):
        raise ModuleError(reason)
    return effects(module, glue)


def effects(module: Module, glue: Sequence[Glue]) -> HostEffects:
    """Return what the host code in `glue` says of the imports of the module."""
    from nogrow.jshost.callbacks import calls_back

    imported = module.imported(Kind.FUNCTION)
    by_label: dict[str, list[Effect]] = {item.label: [] for item in imported}
    for label, name in (pair for file in glue for pair in file.served.names):
        known = effect_of(name)
        if label in by_label and known is not None:
            by_label[label].append(known)
    sources = [(file.file, file.source) for file in glue]
    growths = {
        (grower.file, Position(grower.line, grower.column)) for file in glue for grower in file.growers
    }
    found = calls_back(
        sources,
        ((item.module, item.field) for item in imported),
        growths,
        references=_passes_references(module),
    )
    for called in found.called:
        known_effects = by_label[called.label]
        own = effect_of(called.label.rpartition(".")[2])
        known_effects[:] = _explained(known_effects, called, [] if own is None else [own])
        known_effects += _further(module, called, is_known=bool(known_effects))
    for grower in (grower for file in glue for grower in file.growers):
        for label in _labels(grower.label, imported):
            ways = (called.grows for called in found.called if called.label == label)
            by_label[label].append(_growth(grower, next(filter(None, ways), ())))
    assumed = () if found.followed else (_NOT_FOLLOWED,)
    return HostEffects({label: tuple(known) for label, known in by_label.items() if known}, assumed)


def _growth(grower: Grower, route: Route) -> Effect:
    """Return the effect of an import that grows the memory, with the route to the call of `grow`."""
    place = Position(grower.line, grower.column)
    return Effect(grows=True, route=route or (HostCall("host code", "grow", grower.file, place, place),))


def _labels(label: str, imported: Sequence[Import]) -> list[str]:
    """Return the labels of the imports that the label of a grower means."""
    if label.startswith("."):
        return sorted({item.label for item in imported if item.field == label[1:]})
    return [label] if any(item.label == label for item in imported) else []


def _explained(known: Sequence[Effect], called: Called, own: Sequence[Effect]) -> list[Effect]:
    """Return the effects that names tell of, with the routes that the host code shows."""
    exports = dict(called.exports)
    routes = []
    for effect in dict.fromkeys((*known, *own)):
        route = called.table if effect.signature is not None else None
        if effect.allocates:
            route = next((exports[name] for name in ("malloc", "_malloc") if name in exports), None)
        routes.append(effect._replace(route=route or ()))
    return routes


def _further(module: Module, called: Called, *, is_known: bool) -> Iterator[Effect]:
    """Yield the effects that only the host code shows."""
    # The ABI is more exact on which entries of the table it calls.
    if called.table is not None and not is_known:
        yield Effect(signature=ANY, route=called.table)
    exports = {item.name for item in module.exported(Kind.FUNCTION)}
    for name, route in called.exports:
        real = exports if name == ANY_EXPORT else {name} if name in exports else {name.removeprefix("_")}
        if real & exports:
            yield Effect(exports=frozenset(real & exports), route=route)


def _passes_references(module: Module) -> bool:
    """Return whether functions of the host get references from the module, and the module from them."""
    functions = [item.index for item in module.imported(Kind.FUNCTION)]
    functions += [item.index for item in module.exported(Kind.FUNCTION)]
    types = (module.types.defined[module.functions[index]] for index in functions)
    return any(_has_references(value.name for value in (*item.parts, *item.results)) for item in types)


def _has_references(names: Iterable[str | None]) -> bool:
    return any(name not in _NUMBERS for name in names)
