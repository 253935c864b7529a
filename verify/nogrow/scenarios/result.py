"""What running a scenario showed: plain data, made in `scenario.py`."""

import enum
from typing import NamedTuple

from nogrow.analysis import judgement


class ScenarioOutcome(enum.Enum):
    """How a scenario ended; all three are evidence of one run, none is a proof."""

    STILL = "observed-still"
    GREW = "observed-growth"
    FAILED = "failed"


class Growth(NamedTuple):
    """The first call that grew the memory: its `step` counts from 1, the sizes are in pages.

    `backtrace` are the functions that were active when it grew, from the one that was called to the one
    with the `memory.grow`, as a witness is listed; their offsets count bytes in the file. It is empty where
    it could not be had, and `note` says why.
    """

    step: int
    call: str
    pages_before: int
    pages_after: int
    backtrace: tuple[judgement.Step, ...] = ()
    note: str | None = None


class StepSeen(NamedTuple):
    """One step in all its repetitions: `number` counts from 1, `what` is how the contract would spell it.

    `times` is how often it was taken. `pages_before` and `pages` are the memory's sizes in pages before the
    first and after the last time. It grew the memory in `growths` of them, first in time `first`, counted
    from 1, last in time `last`; both are 0 if it never did.
    """

    number: int
    what: str
    times: int
    pages_before: int
    pages: int
    growths: int = 0
    first: int = 0
    last: int = 0


class StubSeen(NamedTuple):
    """How often the stub of the import `name` was called, and the arguments of the first of these calls."""

    name: str
    calls: int
    arguments: tuple[tuple[str, ...], ...] = ()


class ScenarioResult(NamedTuple):
    """One run of a scenario.

    `pages` is the memory's size in pages after each call that ended as it should. `message` says why it
    failed, None if it did not. `output` is what the guest wrote by WASI.
    """

    name: str
    outcome: ScenarioOutcome
    pages: tuple[int, ...] = ()
    grew_at: Growth | None = None
    message: str | None = None
    steps: tuple[StepSeen, ...] = ()
    stubs: tuple[StubSeen, ...] = ()
    output: str = ""
