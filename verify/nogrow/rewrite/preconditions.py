"""This module refuses to seal where unknown code may grow, or where the copy cannot be instantiated."""

from collections.abc import Iterator, Sequence

import wasmtime

from nogrow.analysis.cross_module_growth import Growth
from nogrow.analysis.judgement import EntryKind, Judgement
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode
from nogrow.util.background import Background
from nogrow.wasm.linking import Linking
from nogrow.wasm.model import Kind, MemoryType

_FUEL = 2_000_000_000
_MEMORY_BYTES = 1 << 30
_TABLE_ELEMENTS = 10_000_000
_INSTANCES = 10_000
_SECONDS = 60
_FEATURES = ("threads", "memory64", "multi_memory", "tail_call", "exceptions", "gc", "custom_page_sizes")


def failure(data: bytes, *, component: bool) -> str | None:
    """Return why `data` cannot be instantiated with imports that trap, or None if it can.

    The module may use up to 60 seconds and 1 GiB of memory.
    """
    config = wasmtime.Config()
    for feature in _FEATURES:
        setattr(config, f"wasm_{feature}", True)
    config.consume_fuel = True
    config.epoch_interruption = True
    config.parallel_compilation = False
    # On a shared memory, an instruction can wait for ever, which no limit ends.
    config.shared_memory = False
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    store.set_fuel(_FUEL)
    store.set_epoch_deadline(1)
    store.set_limits(memory_size=_MEMORY_BYTES, table_elements=_TABLE_ELEMENTS, instances=_INSTANCES)
    load = _component if component else _module
    try:
        Background(lambda: load(engine, store, data)).result(_SECONDS)
    except wasmtime.Trap as error:
        return _last_line(error.message)
    except wasmtime.WasmtimeError as error:
        return _last_line(str(error))
    except TimeoutError:
        engine.increment_epoch()
        return f"it takes more than {_SECONDS} seconds"
    return None


def _module(engine: wasmtime.Engine, store: wasmtime.Store, data: bytes) -> None:
    module = wasmtime.Module(engine, data)
    linker = wasmtime.Linker(engine)
    linker.define_unknown_imports_as_traps(module)
    linker.define_unknown_imports_as_default_values(store, module)
    linker.instantiate(store, module)


def _component(engine: wasmtime.Engine, store: wasmtime.Store, data: bytes) -> None:
    from wasmtime import component as components

    loaded = components.Component(engine, data)
    linker = components.Linker(engine)
    linker.define_unknown_imports_as_traps(loaded)
    linker.instantiate(store, loaded)


def _last_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[-1].removeprefix("wasm trap: ") if lines else "no reason given"


TRIED = "a start function can reach a memory.grow: the copy was instantiated as a test and did not trap"


def require_known_links(before: Linking, after: Linking, mode: Mode) -> None:
    """Raise `ModuleError` if code outside of the component may grow, or if the copy cannot be linked."""
    if before.unclear is not None:
        raise ModuleError(f"not sealed, because unknown code may grow a memory: {before.unclear}")
    if not mode.sets_limits:
        return
    for number, module in enumerate(before.modules):
        for item in module.imported(Kind.MEMORY) if module and before.is_instantiated(number) else ():
            if not before.served_by(number, item):
                raise ModuleError(
                    f"not sealed: core module {number} imports memory {item.index} ({item.label}) from "
                    f"outside of the component, so {mode.value} cannot set its limits; use deny or trap"
                )
    broken = sorted(set(_unfit(after)) - set(_unfit(before)))
    if broken:
        number, index = broken[0]
        raise ModuleError(
            f"not sealed: core module {number} could no longer import memory {index}, because the limits "
            "would not match the import; use fewer --pages"
        )


def _unfit(linking: Linking) -> Iterator[tuple[int, int]]:
    """Yield core module and index of each imported memory whose limits the defined memory does not match."""
    defined: dict[tuple[int, int], list[MemoryType]] = {}
    modules = [(number, module) for number, module in enumerate(linking.modules) if module]
    for number, module in modules:
        for index, memory in enumerate(module.memories):
            if not memory.imported:
                defined.setdefault(linking.memory(number, index), []).append(memory)
    for number, module in modules:
        for index, memory in enumerate(module.memories):
            served = defined.get(linking.memory(number, index), []) if memory.imported else []
            if not all(_fits(definition, memory) for definition in served):
                yield number, index


def _fits(memory: MemoryType, wanted: MemoryType) -> bool:
    """Return whether `memory`, at its minimum size, matches an import of the type `wanted`."""
    if memory.minimum < wanted.minimum:
        return False
    return wanted.maximum is None or (memory.maximum is not None and memory.maximum <= wanted.maximum)


def require_start(
    before: bytes,
    after: bytes,
    judgements: Sequence[Judgement],
    linking: Linking | None,
    *,
    starts: bool = False,
) -> str | None:
    """Return a note if a start function can grow and the copy did not trap in it, None if none can grow.

    Raises `ModuleError` if the copy `after` traps in it, or if that cannot be tested, unless it `starts` in a
    scenario.
    """
    if before == after or not _grows_at_start(judgements, linking):
        return None
    component = linking is not None
    reason = failure(before, component=component)
    if reason is not None and starts:
        return None
    if reason is not None:
        raise ModuleError(
            "not sealed: a start function can grow the memory, and nogrow cannot test whether the copy traps "
            f"there, because FILE itself fails with imports that trap: {reason}"
        )
    reason = failure(after, component=component)
    if reason is not None:
        raise ModuleError(f"not sealed: a start function grows the memory, and fails in the copy: {reason}")
    return TRIED


def _grows_at_start(judgements: Sequence[Judgement], linking: Linking | None) -> bool:
    if linking is not None:
        return Growth(linking, judgements, lambda number, label: False).at_start()
    return any(
        judgement.entries[index].kind is EntryKind.START
        for judgement in judgements
        for index, verdict in enumerate(judgement.verdict_table.verdicts)
        if verdict.grows
    )
