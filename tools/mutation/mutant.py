"""What a mutant is, and what became of it."""

import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Mutant(NamedTuple):
    """A changed source file: `line` (from 1) is where the change is, `change` says which it is.

    `source` is what the line was, `text` is the whole file after the change.
    """

    line: int
    source: str
    change: str
    text: str


class Outcome(enum.Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"


def replaced(text: str, start: int, end: int, new: str, change: str) -> Mutant:
    """The mutant of `text` that has `new` in place of the characters from `start` to `end`."""
    line = text.count("\n", 0, start)
    source = text.split("\n")[line].strip()
    return Mutant(line + 1, source, change, text[:start] + new + text[end:])


def distinct(text: str, mutants: Sequence[Mutant]) -> Iterator[Mutant]:
    """The mutants that differ from the original `text` and from each other, in order of their lines."""
    seen = {text}
    for mutant in sorted(mutants, key=lambda one: one.line):
        if mutant.text not in seen:
            seen.add(mutant.text)
            yield mutant
