"""Define mutants and their outcomes."""

import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Mutant(NamedTuple):
    """A changed source file: `line` (from 1) is the line of the change, and `change` describes it.

    `source` is the original line, and `text` the whole file after the change.
    """

    line: int
    source: str
    change: str
    text: str


class Outcome(enum.Enum):
    """The outcome of testing a mutant."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"


def replaced(text: str, start: int, end: int, new: str, change: str) -> Mutant:
    """Return the mutant of `text` with `new` in place of the characters from `start` to `end`."""
    line = text.count("\n", 0, start)
    source = text.split("\n")[line].strip()
    return Mutant(line + 1, source, change, text[:start] + new + text[end:])


def distinct(text: str, mutants: Sequence[Mutant]) -> Iterator[Mutant]:
    """Yield the mutants that differ from `text` and from each other, in the order of their lines."""
    seen = {text}
    for mutant in sorted(mutants, key=lambda mutant: mutant.line):
        if mutant.text not in seen:
            seen.add(mutant.text)
            yield mutant
