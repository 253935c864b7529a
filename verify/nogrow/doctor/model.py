"""What a tool is for, and what was found of it."""

import enum
from typing import NamedTuple


class State(enum.Enum):
    """Whether a tool can be used."""

    OK = "ok"
    MISSING = "missing"
    BROKEN = "broken"


class Use(NamedTuple):
    """A tool by its `name`, what needs it, and the one command that `brings` it.

    `required` says that nogrow can judge nothing without it.
    """

    name: str
    purpose: str
    brings: str
    required: bool = False


class Finding(NamedTuple):
    """What was found of a tool: its version and its file where that is known, and what is wrong with it."""

    use: Use
    state: State
    version: str | None = None
    path: str | None = None
    problem: str | None = None


class Diagnosis(NamedTuple):
    """All findings, in the order in which the tools matter."""

    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Whether everything that is required can be used."""
        return all(one.state is State.OK for one in self.findings if one.use.required)
