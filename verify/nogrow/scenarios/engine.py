"""wasmtime as scenarios use it: every feature on, metered, and its errors in one line."""

from collections.abc import Sequence

import wasmtime

from nogrow.scenarios.errors import TrapFrame
from nogrow.scenarios.limits import Limits

FEATURES = (
    "threads",
    "tail_call",
    "reference_types",
    "simd",
    "bulk_memory",
    "multi_value",
    "multi_memory",
    "memory64",
    "relaxed_simd",
    "relaxed_simd_deterministic",
    "exceptions",
    "function_references",
    "gc",
    "wide_arithmetic",
    "custom_page_sizes",
)
# Not stack switching: wasmtime ends the process where it meets what of it is not written yet.


def engine(limits: Limits) -> wasmtime.Engine:
    """An engine that stops at the end of the fuel, of the stack and of an epoch."""
    config = wasmtime.Config()
    for feature in FEATURES:
        setattr(config, f"wasm_{feature}", True)
    config.consume_fuel = True
    config.epoch_interruption = True
    config.max_wasm_stack = limits.stack_bytes
    config.parallel_compilation = False
    # On a shared memory an instruction can wait for ever, and no limit ends it.
    config.shared_memory = False
    # Whether a NaN has a sign must not depend on the machine.
    config.cranelift_nan_canonicalization = True
    return wasmtime.Engine(config)


def ending(error: wasmtime.Trap, limits: Limits) -> tuple[str, bool]:
    """How a call ended that trapped, and whether it met a limit of fuel or time."""
    if error.trap_code is wasmtime.TrapCode.OUT_OF_FUEL:
        return f"ran for more than {limits.fuel} instructions", True
    if error.trap_code is wasmtime.TrapCode.INTERRUPT:
        return f"ran for more than {limits.step_seconds:g} seconds", True
    if "thrown Wasm exception" in error.message:
        return "threw an exception that nothing caught", False
    return f"trapped: {line(error).removeprefix('wasm trap: ')}", False


def frames(error: wasmtime.Trap) -> tuple[TrapFrame, ...]:
    """The functions that were active at the trap, the innermost first."""
    return tuple(TrapFrame(one.func_index, one.func_name, one.module_offset) for one in error.frames)


def line(error: wasmtime.Trap | wasmtime.WasmtimeError) -> str:
    """The last line of the error, where wasmtime gives the cause."""
    lines = [one.strip() for one in str(error).splitlines() if one.strip()]
    return lines[-1] if lines else "no reason given"


def some(names: Sequence[str], most: int = 3) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
