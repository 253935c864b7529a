"""Store repeated names, steps and import lists once, in columns that the page's script reads."""

from collections.abc import Callable, Sequence

from nogrow.analysis.judgement import Function, Step
from nogrow.contract.phrases import function_of, shortened
from nogrow.report.escaping import printable
from nogrow.report.steps import action_of, frames_of
from nogrow.source.model import Frame, Frames
from nogrow.source.quote import SurroundingLines
from nogrow.util.demangle import demangle

Columns = dict[str, list[object]]

# The approximate limit, in characters, for all names of one kind on a page.
ROOM_FOR_NAMES = 2_500_000
LONGEST_NAMES = (240, 160, 120, 80, 60, 40)
LONGEST_TEXT = 2000
MOST_LABELS = 100
# Without a limit, long paths from tens of thousands of entry points would take minutes.
MOST_FOLLOWED = 1_000_000


def shown(text: str, most: int = LONGEST_TEXT) -> str:
    """Return the text as the page may show it: printable, and cut in its middle if it is very long."""
    return printable(shortened(text, most))


class Strings:
    """Number strings in the order in which they are first used."""

    def __init__(self) -> None:
        """Create an empty table."""
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of `text`."""
        return self._numbers.setdefault(text, len(self._numbers))

    def optional(self, text: str | None) -> int:
        """Return the number of `text`, or -1 for None."""
        return -1 if text is None else self.number(text)

    def all(self) -> list[str]:
        """Return the strings, ordered by number."""
        return [shown(text) for text in self._numbers]


class Sets:
    """Number sets of labels; a very large set keeps its first labels and its size."""

    def __init__(self, strings: Strings) -> None:
        """Create an empty table whose labels go into `strings`."""
        self._strings = strings
        self._numbers: dict[tuple[str, ...], int] = {}
        self._sorted: dict[tuple[str, ...], tuple[str, ...]] = {}

    def number(self, labels: tuple[str, ...]) -> int:
        """Return the number of the set of `labels`; their order does not matter."""
        # Thousands of entry points share a few tuples, so each tuple is sorted once.
        if labels not in self._sorted:
            self._sorted[labels] = tuple(sorted(set(labels)))
        return self._numbers.setdefault(self._sorted[labels], len(self._numbers))

    def all(self) -> list[list[int]]:
        """Return, for each set by number, its size and then the labels that are kept."""
        return [
            [len(labels), *(self._strings.number(label) for label in labels[:MOST_LABELS])]
            for labels in self._numbers
        ]


def shown_names(names: Sequence[str], room: int) -> tuple[list[str], int]:
    """Return the names as the page shows them, and the length to which they are cut (0 if none is cut).

    `room` is the number of characters that all names together may take; names are never cut to fewer than
    the last of `LONGEST_NAMES`.
    """
    fitting = (most for most in LONGEST_NAMES if sum(min(len(name), most) for name in names) <= room)
    longest = next(fitting, LONGEST_NAMES[-1])
    cut = any(len(name) > longest for name in names)
    return [shown(name, longest) for name in names], longest if cut else 0


class Functions:
    """Collect the functions that the page names."""

    def __init__(self) -> None:
        """Create an empty table."""
        self._names: dict[int, str | None] = {}
        self._outside: dict[tuple[object, ...], int] = {}

    def number(self, function: Function) -> int:
        """Add the function and return its index."""
        self._names[function.index] = function.name
        return function.index

    def number_of(self, step: Step) -> int:
        """Add the function of a step and return its index, a negative number outside of the module."""
        if step.host is None and step.module is None:
            return self.number(step.function)
        where = None if step.host is None else (step.host.file, step.host.start)
        key = (step.module, where, step.function if where is None else None, function_of(step))
        number = self._outside.setdefault(key, -1 - len(self._outside))
        self._names[number] = function_of(step)
        return number

    def columns(self, room: int) -> dict[str, object]:
        """Return indices and names, and the length to which names are cut (0 if none is cut)."""
        names = dict(sorted(self._names.items()))
        texts, cut = shown_names([demangle(name or "") for name in names.values()], room)
        return {"index": list(names), "name": texts, "cut": cut}


class Steps:
    """Number the steps of all witnesses, each with a link to the next step.

    Nearly all paths continue in the same way from a step, so the steps form trees whose roots are the grow
    sites, and paths share their ends.
    """

    def __init__(self, functions: Functions, strings: Strings, room: int) -> None:
        """Create an empty table with room for `room` steps; names go into `functions` and `strings`."""
        self._functions = functions
        self._strings = strings
        self._room = room
        self._numbers: dict[tuple[int, int, str, int], int] = {}
        self._steps: dict[int, Step] = {}
        self._followed = 0

    def number(self, witness: Sequence[Step]) -> int:
        """Add the path and return the number of its first step: -1 if it is empty, -2 if it does not fit."""
        if self._followed > MOST_FOLLOWED or len(self._numbers) + len(witness) > self._room:
            return -2
        self._followed += len(witness)
        after = -1
        for step in reversed(witness):
            offset = step.offset or -1
            key = (self._functions.number_of(step), offset, action_of(step), after)
            after = self._numbers.setdefault(key, len(self._numbers))
            self._steps.setdefault(after, step)
        return after

    def columns(self, source: Callable[[Step], list[list[int]]]) -> Columns:
        """Return the steps as columns; `source` returns the frames of a step, which few steps have."""
        steps = list(self._numbers)
        sources = [[number, source(step)] for number, step in sorted(self._steps.items())]
        return {
            "function": [step[0] for step in steps],
            "offset": [step[1] for step in steps],
            "instruction": [self._strings.number(step[2]) for step in steps],
            "next": [step[3] for step in steps],
            "source": [pair for pair in sources if pair[1]],
        }


class Sources:
    """Turn frames into numbers (function, file, line, column) and ask for the source lines around them."""

    def __init__(self, strings: Strings, frames: Frames, lines: SurroundingLines) -> None:
        """Use these frames, by offset; names go into `strings`."""
        self._strings = strings
        self._frames = frames
        self._lines = lines

    def at(self, offset: int) -> list[list[int]]:
        """Return the frames at `offset`, the innermost first; none if the location is unknown."""
        return self._numbered(self._frames.get(offset, ()))

    def of(self, step: Step) -> list[list[int]]:
        """Return the frames of a step of a witness, the innermost first."""
        return self._numbered(frames_of(step, self._frames))

    def _numbered(self, frames: Sequence[Frame]) -> list[list[int]]:
        for frame in frames:
            self._lines.want(frame.file, frame.line)
        strings = self._strings
        return [[strings.optional(name), strings.number(file), *at] for name, file, *at in frames]
