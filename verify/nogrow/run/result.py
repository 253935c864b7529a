"""What running a scenario showed: plain data, made in `scenario.py`."""

import enum
from typing import NamedTuple


class ScenarioOutcome(enum.Enum):
    """How a scenario ended; all three are evidence of one run, none is a proof."""

    STILL = "observed-still"
    GREW = "observed-growth"
    FAILED = "failed"


class Growth(NamedTuple):
    """The first call that grew the memory: its `step` counts from 1, the sizes are in pages."""

    step: int
    call: str
    pages_before: int
    pages_after: int


class ScenarioResult(NamedTuple):
    """One run of a scenario.

    `pages` is the memory's size in pages after each call that came back. `message` says why it
    failed, None if it did not.
    """

    name: str
    outcome: ScenarioOutcome
    pages: tuple[int, ...] = ()
    grew_at: Growth | None = None
    message: str | None = None
