"""A diagnosis as text for people."""

from collections.abc import Iterator

from nogrow.doctor.model import Diagnosis, Finding, State
from nogrow.report.escaping import printable


def lines(diagnosis: Diagnosis) -> Iterator[str]:
    """A line for each tool, and under it what is wrong and what brings it."""
    widest = max(len(one.use.name) for one in diagnosis.findings)
    for finding in diagnosis.findings:
        yield f"{finding.state.value:<7}  {finding.use.name:<{widest}}  {_shown(finding)}".rstrip()
        if finding.state is not State.OK:
            if finding.state is State.BROKEN or finding.problem:
                yield f"{'':11}{printable(finding.problem or '?')}"
            yield f"{'':11}get it: {finding.use.brings}"
    if diagnosis.ready:
        yield "nogrow can judge modules here."
    else:
        yield "nogrow can't judge modules here: something that is required is missing or broken."


def _shown(finding: Finding) -> str:
    if finding.state is State.MISSING:
        return f"for {finding.use.purpose}"
    parts = (finding.version or "", "" if finding.path is None else f"({finding.path})")
    return printable(" ".join(part for part in parts if part))
