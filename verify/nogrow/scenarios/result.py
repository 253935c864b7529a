"""This module defines the result of running a scenario."""

import enum
from collections.abc import Sequence
from typing import NamedTuple

from nogrow.analysis import judgement
from nogrow.contract.violations import Rule, Violation


class ScenarioOutcome(enum.Enum):
    """How a scenario ended; each outcome is evidence of one run, not a proof."""

    STILL = "observed-still"
    GREW = "observed-growth"
    FAILED = "failed"


class Growth(NamedTuple):
    """The first call that grew the memory; `step` counts from 1, the sizes are in pages.

    `backtrace` lists the functions that were active, from the called function to the one with the
    `memory.grow`, like a witness; the offsets are in bytes of the file. If it is empty, `note` says why.
    """

    step: int
    call: str
    pages_before: int
    pages_after: int
    backtrace: tuple[judgement.Step, ...] = ()
    note: str | None = None


class StepSeen(NamedTuple):
    """A step in all its repetitions; `number` counts from 1, `what` is the step as a contract writes it.

    The step was taken `times` times. `pages_before` and `pages` are the memory's sizes in pages before the
    first and after the last time. The memory grew in `growths` of them, the first time in number `first`,
    counted from 1, and the last time in number `last`; both are 0 if it never grew.
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
    """How often the stub of the import `name` was called, and the arguments of the first calls."""

    name: str
    calls: int
    arguments: tuple[tuple[str, ...], ...] = ()


class ScenarioResult(NamedTuple):
    """The result of one run of a scenario.

    `pages` is the memory's size in pages after each call that ended as expected. `message` says why the
    scenario failed, and is None if it did not. `output` is the text that the guest wrote with WASI.
    """

    name: str
    outcome: ScenarioOutcome
    pages: tuple[int, ...] = ()
    grew_at: Growth | None = None
    message: str | None = None
    steps: tuple[StepSeen, ...] = ()
    stubs: tuple[StubSeen, ...] = ()
    output: str = ""

    @property
    def peak(self) -> int:
        """Return the largest size of the memory after a step, in pages; 0 if no step was taken."""
        return max((*self.pages, *(step.pages for step in self.steps)), default=0)


def failed_scenarios(scenarios: Sequence[ScenarioResult]) -> tuple[Violation, ...]:
    """Return a violation of NG009 for each scenario that failed."""
    return tuple(
        Violation(Rule.SCENARIO_FAILED, f"scenario `{result.name}`: {result.message}")
        for result in scenarios
        if result.outcome is ScenarioOutcome.FAILED
    )
