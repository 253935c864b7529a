"""This module configures wasmtime for scenarios, and words its errors in one line."""

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
# Stack switching is missing, because wasmtime aborts the process at a part that is not implemented.


def engine(limits: Limits) -> wasmtime.Engine:
    """Return an engine with all features, which stops at the limits of fuel, stack and epoch."""
    config = wasmtime.Config()
    for feature in FEATURES:
        setattr(config, f"wasm_{feature}", True)
    config.consume_fuel = True
    config.epoch_interruption = True
    config.max_wasm_stack = limits.stack_bytes
    config.parallel_compilation = False
    # On a shared memory, an instruction can wait for ever, which no limit ends.
    config.shared_memory = False
    # The sign of a NaN must not depend on the machine.
    config.cranelift_nan_canonicalization = True
    return wasmtime.Engine(config)


def ending(error: wasmtime.Trap, limits: Limits) -> tuple[str, bool]:
    """Return how a call that trapped ended, and whether it met a limit of fuel or time."""
    if error.trap_code is wasmtime.TrapCode.OUT_OF_FUEL:
        return f"ran for more than {limits.fuel} instructions", True
    if error.trap_code is wasmtime.TrapCode.INTERRUPT:
        return f"ran for more than {limits.step_seconds:g} seconds", True
    if "thrown Wasm exception" in error.message:
        return "threw an exception that was not caught", False
    return f"trapped: {line(error).removeprefix('wasm trap: ')}", False


def frames(error: wasmtime.Trap) -> tuple[TrapFrame, ...]:
    """Return the functions that were active at the trap, the innermost first."""
    return tuple(TrapFrame(frame.func_index, frame.func_name, frame.module_offset) for frame in error.frames)


def line(error: wasmtime.Trap | wasmtime.WasmtimeError) -> str:
    """Return the last line of the error, which has the cause."""
    lines = [text.strip() for text in str(error).splitlines() if text.strip()]
    return lines[-1] if lines else "no reason given"


def some(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
