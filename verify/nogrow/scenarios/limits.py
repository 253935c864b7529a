"""This module defines the limits of a scenario, and ends a scenario that runs for too long."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import wasmtime

from nogrow.scenarios.errors import GuestError


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
            raise GuestError(f"the scenario ran for more than {self._limits.seconds:g} seconds")
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
