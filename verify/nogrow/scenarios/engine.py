"""This module configures wasmtime for scenarios, limits each run, and words wasmtime's errors in one line."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import wasmtime

from nogrow.scenarios.errors import GuestError, HostError, TrapFrame, TrappedError

# Stack switching is missing, because wasmtime aborts the process at a part that is not implemented.
_FEATURES = (
    *("threads", "tail_call", "reference_types", "simd", "bulk_memory", "multi_value", "multi_memory"),
    *("memory64", "relaxed_simd", "relaxed_simd_deterministic", "exceptions", "function_references", "gc"),
    *("wide_arithmetic", "custom_page_sizes"),
)


class Limits(NamedTuple):
    """The limits of one run of a scenario.

    `fuel` is about one per instruction, in all steps together. `step_seconds` is for a step with all its
    repetitions, `seconds` for all steps, and `compile_seconds` for the compilation. All memories share
    `memory_bytes`, and all tables `table_elements`; a growth beyond them fails as `memory.grow` does.
    """

    fuel: int = 2_000_000_000
    step_seconds: float = 10
    seconds: float = 60
    compile_seconds: float = 60
    memory_bytes: int = 2**30
    table_elements: int = 10_000_000
    stack_bytes: int = 2**19
    output_bytes: int = 2**16


class Clock:
    """A clock that ends the calls in a store when the time is up.

    Fuel is not enough, because a call of the host takes thousands of times longer than an addition.
    """

    def __init__(self, engine: wasmtime.Engine, store: wasmtime.Store, limits: Limits) -> None:
        """Start the time for all steps."""
        self._engine, self._store, self._limits = engine, store, limits
        self._end = time.monotonic() + limits.seconds
        self._running = False
        self._last_step = False

    @contextmanager
    def step(self) -> Iterator[None]:
        """Limit the calls in this context to the time of one step; a step in a step shares its time.

        Raises `GuestError` if no time is left.
        """
        if self._running:
            yield
            return
        left = self._end - time.monotonic()
        if left <= 0:
            raise GuestError(self._total_exceeded())
        # All steps together run out of time before this step does.
        self._last_step = left < self._limits.step_seconds
        self._store.set_epoch_deadline(1)
        timer = threading.Timer(min(left, self._limits.step_seconds), self._engine.increment_epoch)
        timer.daemon = True
        timer.start()
        self._running = True
        try:
            yield
        finally:
            self._running = False
            timer.cancel()
            # A timer that is about to fire would end the next step.
            timer.join()

    def interrupted(self, function: str) -> GuestError:
        """Return the error for a call of `function` that the clock ended; it names the limit."""
        if self._last_step:
            return GuestError(f"{function} was ended: {self._total_exceeded()}")
        return GuestError(f"{function} ran for more than {self._limits.step_seconds:g} seconds")

    def _total_exceeded(self) -> str:
        return f"the scenario ran for more than {self._limits.seconds:g} seconds"


def engine(limits: Limits) -> wasmtime.Engine:
    """Return an engine with all features, which stops at the limits of fuel, stack and epoch."""
    config = wasmtime.Config()
    for feature in _FEATURES:
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


def ended(function: str, error: wasmtime.Trap | HostError, limits: Limits, clock: Clock) -> GuestError:
    """Return the error for a call of `function` that did not return: `TrappedError` unless it met a limit."""
    if isinstance(error, HostError):
        return TrappedError(f"{function} {error}")
    if error.trap_code is wasmtime.TrapCode.OUT_OF_FUEL:
        return GuestError(f"{function} ran for more than {limits.fuel} instructions")
    if error.trap_code is wasmtime.TrapCode.INTERRUPT:
        return clock.interrupted(function)
    cause = f"trapped: {line(error).removeprefix('wasm trap: ')}"
    if "thrown Wasm exception" in error.message:
        cause = "threw an exception that was not caught"
    frames = (TrapFrame(frame.func_index, frame.func_name, frame.module_offset) for frame in error.frames)
    return TrappedError(f"{function} {cause}", tuple(frames))


def line(error: wasmtime.Trap | wasmtime.WasmtimeError) -> str:
    """Return the last line of the error, which has the cause."""
    lines = [text.strip() for text in str(error).splitlines() if text.strip()]
    return lines[-1] if lines else "no reason given"


def some(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
