"""This module renders a diagnosis as text."""

from collections.abc import Iterator

from nogrow.doctor.model import Diagnosis, Finding, State
from nogrow.report.escaping import printable


def lines(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield a line for each tool, followed by the problem and how to install the tool."""
    widest = max(len(finding.use.name) for finding in diagnosis.findings)
    for finding in diagnosis.findings:
        yield f"{finding.state.value:<7}  {finding.use.name:<{widest}}  {_shown(finding)}".rstrip()
        if finding.state is not State.OK:
            if finding.state is State.BROKEN or finding.problem:
                yield f"{'':11}{printable(finding.problem or '?')}"
            yield f"{'':11}install: {finding.use.install}"
    if diagnosis.ready:
        yield "nogrow can judge modules here."
    else:
        yield "nogrow can't judge modules here: a required tool is missing or broken."


def _shown(finding: Finding) -> str:
    if finding.state is State.MISSING:
        return f"for {finding.use.purpose}"
    parts = (finding.version or "", "" if finding.path is None else f"({finding.path})")
    return printable(" ".join(part for part in parts if part))
