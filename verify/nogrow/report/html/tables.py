"""What a page says many times to tables that hold it once.

In: names, steps and imports of a judgement. Out: columns of numbers and strings, for the page's script.
"""

from collections.abc import Callable, Mapping, Sequence

from nogrow.analysis.judgement import Function, Step
from nogrow.contract.phrases import shortened
from nogrow.report.html.excerpt import Excerpts
from nogrow.report.printable import printable
from nogrow.source.model import Frame
from nogrow.util.demangle import demangle

Columns = dict[str, list[object]]

# Names of one kind take at most about this many characters of the page.
ROOM_FOR_NAMES = 2_500_000
LONGEST_NAMES = (240, 160, 120, 80, 60, 40)
LONGEST_TEXT = 2000
MOST_LABELS = 100
# Following paths of tens of thousands of calls from as many entry points would take minutes.
MOST_FOLLOWED = 1_000_000


def shown(text: str, most: int = LONGEST_TEXT) -> str:
    """The text as the page may show it: cut where it is very long, nothing in it invisible."""
    return printable(shortened(text, most))


class Strings:
    """Strings by number, in the order in which they were first asked for."""

    def __init__(self) -> None:
        """It is empty."""
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of `text`."""
        return self._numbers.setdefault(text, len(self._numbers))

    def optional(self, text: str | None) -> int:
        """The number of `text`, -1 for none."""
        return -1 if text is None else self.number(text)

    def all(self) -> list[str]:
        """The strings by number."""
        return [shown(text) for text in self._numbers]


class Sets:
    """Lists of labels by number; of a very long one the first labels and how many there are."""

    def __init__(self, strings: Strings) -> None:
        """`strings` gets the labels."""
        self._strings = strings
        self._numbers: dict[tuple[str, ...], int] = {}
        self._sorted: dict[tuple[str, ...], tuple[str, ...]] = {}

    def number(self, labels: tuple[str, ...]) -> int:
        """The number of the list of `labels`, whatever their order."""
        # Thousands of entry points share few lists: each is sorted once.
        if labels not in self._sorted:
            self._sorted[labels] = tuple(sorted(set(labels)))
        return self._numbers.setdefault(self._sorted[labels], len(self._numbers))

    def all(self) -> list[list[int]]:
        """By number: how many labels there are, then those that are kept."""
        return [
            [len(labels), *(self._strings.number(one) for one in labels[:MOST_LABELS])]
            for labels in self._numbers
        ]


def shown_names(names: Sequence[str], room: int) -> tuple[list[str], int]:
    """The names as the page shows them, and to how many characters they are cut, 0 if none is.

    `room` is how many characters all of them may take; there is a length below which none is cut.
    """
    fitting = (most for most in LONGEST_NAMES if sum(min(len(one), most) for one in names) <= room)
    longest = next(fitting, LONGEST_NAMES[-1])
    cut = any(len(one) > longest for one in names)
    return [shown(one, longest) for one in names], longest if cut else 0


class Functions:
    """The functions that the page names."""

    def __init__(self) -> None:
        """It is empty."""
        self._names: dict[int, str | None] = {}

    def number(self, function: Function) -> int:
        """The index of the function, which the page then names."""
        self._names[function.index] = function.name
        return function.index

    def columns(self, room: int) -> dict[str, object]:
        """The functions by index, and to how many characters their names are cut, 0 if none is."""
        names = dict(sorted(self._names.items()))
        texts, cut = shown_names([demangle(name or "") for name in names.values()], room)
        return {"index": list(names), "name": texts, "cut": cut}


class Steps:
    """The steps of all witnesses, each with the one after it: paths share their ends.

    What leads on from a step is the same for nearly all paths, so the steps are trees whose roots are
    the growths.
    """

    def __init__(self, functions: Functions, strings: Strings, room: int) -> None:
        """`room` is how many steps there may be; `functions` and `strings` get what they name."""
        self._functions = functions
        self._strings = strings
        self._room = room
        self._numbers: dict[tuple[int, int, str, int], int] = {}
        self._followed = 0

    def number(self, witness: Sequence[Step]) -> int:
        """The number of the first step; -1 for an empty path, -2 for one that there is no room for."""
        if self._followed > MOST_FOLLOWED or len(self._numbers) + len(witness) > self._room:
            return -2
        self._followed += len(witness)
        after = -1
        for step in reversed(witness):
            key = (self._functions.number(step.function), step.offset, step.instruction, after)
            after = self._numbers.setdefault(key, len(self._numbers))
        return after

    def columns(self, source: Callable[[int], list[list[int]]]) -> Columns:
        """The steps by number; `source` gives the frames of an offset, which few steps may have."""
        steps = list(self._numbers)
        sources: list[object] = []
        for number, step in enumerate(steps):
            if frames := source(step[1]):
                sources.append([number, frames])
        return {
            "function": [step[0] for step in steps],
            "offset": [step[1] for step in steps],
            "instruction": [self._strings.number(step[2]) for step in steps],
            "next": [step[3] for step in steps],
            "source": sources,
        }


class Sources:
    """Frames as numbers: function, file, line, column, and the excerpts asked for with them."""

    def __init__(self, strings: Strings, frames: Mapping[int, tuple[Frame, ...]], excerpts: Excerpts) -> None:
        """`frames` are by offset; `strings` gets what they name."""
        self._strings = strings
        self._frames = frames
        self._excerpts = excerpts

    def at(self, offset: int) -> list[list[int]]:
        """The frames at `offset`, the innermost first; none where nothing is known."""
        frames = self._frames.get(offset, ())
        for frame in frames:
            self._excerpts.want(frame.file, frame.line)
        return [
            [
                self._strings.optional(frame.function),
                self._strings.number(frame.file),
                frame.line,
                frame.column,
            ]
            for frame in frames
        ]
