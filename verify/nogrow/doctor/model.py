"""This module defines tools that nogrow can use, and the findings on them."""

import enum
from typing import NamedTuple


class State(enum.Enum):
    """Whether a tool can be used."""

    OK = "ok"
    MISSING = "missing"
    BROKEN = "broken"


class Use(NamedTuple):
    """A tool, its purpose, and the command or advice to `install` it.

    Without a `required` tool, nogrow cannot judge any module.
    """

    name: str
    purpose: str
    install: str
    required: bool = False


class Finding(NamedTuple):
    """The state of a tool, its version and path if they are known, and the problem if there is one."""

    use: Use
    state: State
    version: str | None = None
    path: str | None = None
    problem: str | None = None


class Diagnosis(NamedTuple):
    """All findings, with the most important tools first."""

    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Return whether all required tools can be used."""
        return all(finding.state is State.OK for finding in self.findings if finding.use.required)
