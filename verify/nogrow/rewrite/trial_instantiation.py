"""This module instantiates a module or component, to test whether a sealed copy traps in its start function.

Each import is a function that traps, so the test is deterministic and has no effect outside.
"""

import wasmtime

from nogrow.util.background import Background

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
