"""What a scenario may use at most, and the clock that ends one which runs on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import wasmtime

from nogrow.scenarios.errors import GuestError


class Limits(NamedTuple):
    """The most that one run of a scenario may use.

    `fuel` is about one for each instruction, in all steps together. `step_seconds` are for one step with
    all its repetitions, `seconds` for all steps, `compile_seconds` for making the module ready. All memories
    share `memory_bytes`, and all tables `table_elements`; a growth beyond fails as `memory.grow` does.
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
    """Ends what a store runs when its time is up.

    Fuel alone does not: a call of the host takes thousands of times longer than an addition.
    """

    def __init__(self, engine: wasmtime.Engine, store: wasmtime.Store, limits: Limits) -> None:
        """The time for all steps begins to run."""
        self._engine, self._store, self._limits = engine, store, limits
        self._end = time.monotonic() + limits.seconds
        self._running = False

    @contextmanager
    def step(self) -> Iterator[None]:
        """Gives what is run within one step's time; within another step, what is left of that one's.

        Raises `GuestError` if there is no time left for any step.
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
