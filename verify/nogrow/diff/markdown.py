"""This module writes a difference as Markdown, for release notes and job summaries."""

from collections.abc import Iterator
from typing import TextIO

from nogrow.contract.phrases import counted
from nogrow.diff.model import Difference, Direction
from nogrow.diff.text import details, headline, summary
from nogrow.report.escaping import fenced, in_markdown

# GitHub drops a job summary of more than 1 MiB entirely.
MOST_BYTES = 500_000


def render(difference: Difference, stream: TextIO) -> None:
    """Write a heading, a summary, and a block for each module, regressions first."""
    for line in _lines(difference):
        stream.write(line + "\n")


def _lines(difference: Difference) -> Iterator[str]:
    order = list(Direction)
    modules = sorted(difference.modules, key=lambda module: order.index(module.direction))
    yield "## Memory growth"
    yield ""
    yield f"nogrow {summary(difference)}."
    room = MOST_BYTES
    for number, module in enumerate(modules):
        lines = ["", f"### {in_markdown(headline(module))}", "", *fenced(line for line, _ in details(module))]
        room -= sum(len(line.encode(errors="replace")) + 1 for line in lines)
        if room < 0:
            yield ""
            yield f"{counted(len(modules) - number, 'more module')} left out: the summary would be too long."
            break
        yield from lines
    for note in difference.notes:
        yield ""
        yield f"Note: {in_markdown(note)}"
