"""This module defines tools that nogrow can use and the findings on them, and renders them."""

import enum
import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nogrow import __version__
from nogrow.report.escaping import in_json, printable


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


def is_ready(findings: Sequence[Finding]) -> bool:
    """Return whether all required tools can be used."""
    return all(finding.state is State.OK for finding in findings if finding.use.required)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as a JSON document, which `doctor.schema.json` describes."""
    tools = [
        {
            "name": finding.use.name,
            "state": finding.state.value,
            "required": finding.use.required,
            "version": finding.version,
            "path": finding.path,
            "problem": finding.problem,
            "purpose": finding.use.purpose,
            "get": finding.use.install,
        }
        for finding in findings
    ]
    head = {"schema": "nogrow/doctor/1", "tool": {"name": "nogrow", "version": __version__}}
    return in_json(json.dumps({**head, "ready": is_ready(findings), "tools": tools}, indent=2))


def as_text(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line for each tool, followed by the problem and how to install the tool."""
    widest = max(len(finding.use.name) for finding in findings)
    for finding in findings:
        yield f"{finding.state.value:<7}  {finding.use.name:<{widest}}  {_shown(finding)}".rstrip()
        if finding.state is not State.OK:
            if finding.state is State.BROKEN or finding.problem:
                yield f"{'':11}{printable(finding.problem or '?')}"
            yield f"{'':11}install: {finding.use.install}"
    if is_ready(findings):
        yield "nogrow can judge modules here."
    else:
        yield "nogrow can't judge modules here: a required tool is missing or broken."


def _shown(finding: Finding) -> str:
    if finding.state is State.MISSING:
        return f"for {finding.use.purpose}"
    parts = (finding.version or "", "" if finding.path is None else f"({finding.path})")
    return printable(" ".join(part for part in parts if part))
