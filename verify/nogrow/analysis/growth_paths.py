"""Keep what a search has found: which vertices can grow a memory, and the paths of the entry points."""

import enum
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nogrow.util.lazy import LazySequence

RECORD = 4
"""The numbers of a record: place, record of the next step, offset, import at the end plus 1."""
_NO_RECORD = 0xFFFFFFFF
# Bits of what a vertex can do, as the kernel has them; the other bits never occur without the first.
_CALLS, _RETURNS, _THROWS = 1, 2, 4


class Exit(enum.IntEnum):
    """An exit of a function (the numbers are the kernel's)."""

    NORMAL = 0
    EXCEPTION = 1


LEFT_BY: Mapping[int, Exit | None] = {1: None, 2: Exit.EXCEPTION, 3: Exit.NORMAL}
"""By what `worst_outcomes` says of a vertex, the exit of the paths that prove it."""
_WORST = bytes(3 if bits & _RETURNS else 2 if bits & _THROWS else bits & _CALLS for bits in range(256))


def worst_outcomes(outcomes: bytes, vertices: Sequence[int]) -> bytes:
    """Return for each of `vertices` a byte for the worst that it can do; `outcomes` has the kernel's bits.

    0: no path of calls leads to a growth, 1: one does, 2: it can grow the memory and be left by an exception,
    3: it can grow the memory and return.
    """
    return bytes(map(outcomes.__getitem__, vertices)).translate(_WORST)


class WitnessEdge(NamedTuple):
    """One step of a path to a growth: the instruction at `offset` (bytes, in the file) of `vertex`.

    `host` has the import and what it calls, if the step is in host code.
    """

    vertex: int
    offset: int
    opcode: int
    host: tuple[int, int] | None = None


class Paths(NamedTuple):
    """Paths that share their ends: the first record of each, and all records.

    A record has `RECORD` numbers, which `copy_paths` in `reachability.wat` describes. Its place is the vertex
    times 2 to the power of `shift`, plus the exit. `opcodes` has the first byte of each instruction.
    """

    first: "array[int]"
    records: "array[int]"
    opcodes: bytes
    shift: int

    def vertex(self, at: int) -> int:
        """Return the vertex of the record that starts at `at`."""
        return self.records[at] >> self.shift

    def numbers(self, start: int) -> Iterator[int]:
        """Yield where each record of the path with a number starts in `records`."""
        number = self.first[start]
        while number != _NO_RECORD:
            yield RECORD * number
            number = self.records[RECORD * number + 1]

    def lengths(self) -> list[int]:
        """Return the number of records on each path."""
        following = self.records[1::RECORD]
        counts = [0] * len(following)
        for number in self.first:
            passed: list[int] = []
            while number != _NO_RECORD and not counts[number]:
                passed.append(number)
                number = following[number]
            count = 0 if number == _NO_RECORD else counts[number]
            for number in reversed(passed):
                count += 1
                counts[number] = count
        return [0 if number == _NO_RECORD else counts[number] for number in self.first]


class SearchResult:
    """The paths from entry points to the growths of one memory, and what each vertex can do.

    Does not keep the kernel's memory alive, and can be pickled.
    """

    def __init__(
        self,
        first_dispatch: int,
        callbacks: Mapping[int, int],
        outcomes: bytes,
        paths: Mapping[Exit | None, Paths],
    ) -> None:
        """`paths` has paths of calls (None), and those after which an entry point is left by an exit.

        Paths for what no entry point can do are left out. They are numbered as the entry points. `callbacks`
        has the imports that call back, by the vertices of their dispatches. `outcomes` has a byte for each
        vertex.
        """
        self._first_dispatch = first_dispatch
        self._callbacks = callbacks
        self._outcomes = outcomes
        self._paths = paths

    def exits(self, vertices: Sequence[int]) -> bytes:
        """Return for each of `vertices` a byte for the worst that it can do; see `worst_outcomes`."""
        return worst_outcomes(self._outcomes, vertices)

    def left_after_growth(self, vertex: int, left_by: Exit) -> bool:
        """Return whether `vertex` can grow the memory and be left by this exit then."""
        return bool(self._outcomes[vertex] & (_RETURNS if left_by is Exit.NORMAL else _THROWS))

    def path(self, entry: int, left_by: Exit | None) -> LazySequence[WitnessEdge]:
        """Return the shortest path of calls from an entry point, given by its number, to a growth.

        With `left_by` it is a path after which the entry point can be left by that exit. Dispatches of
        indirect calls are left out: the step to one goes on in the function called. So is an import that
        grows the memory.
        """
        paths = self._paths[left_by]
        records = paths.records
        shown = array(
            "I",
            (
                at
                for at in paths.numbers(entry)
                if not (records[at + 3] and records[at + 1] == _NO_RECORD)
                and (paths.vertex(at) < self._first_dispatch or paths.vertex(at) in self._callbacks)
            ),
        )

        def edge(number: int) -> WitnessEdge:
            at = shown[number]
            _, following, offset, _ = records[at : at + RECORD]
            vertex = paths.vertex(at)
            caller = self._callbacks.get(vertex)
            host = None
            if caller is not None:
                callee = paths.vertex(RECORD * following)
                host = caller, self._callbacks.get(callee, callee)
            return WitnessEdge(vertex, offset, paths.opcodes[at // RECORD], host)

        return LazySequence(len(shown), edge)

    def most_steps(self, left_by: Exit | None) -> list[int]:
        """Return for each entry point how many steps its path from `path` has at most."""
        return self._paths[left_by].lengths()

    def growers(self, entries: Sequence[int], left_by: Exit | None) -> list[int]:
        """Return for each entry point the import plus 1 that grows at the end of the path from `path`.

        It is 0 where a function of the module grows the memory.
        """
        paths = self._paths[left_by]
        ends = paths.records[3::RECORD]
        return [ends[paths.first[entry]] for entry in entries]

    def passed(self) -> set[int]:
        """Return all vertices on the paths, dispatches included."""
        return {place >> paths.shift for paths in self._paths.values() for place in paths.records[::RECORD]}

    def without(self, kept: "set[Exit | None]") -> "SearchResult":
        """Return the result with no paths but those that end in one of the ways in `kept`."""
        paths = {left_by: paths for left_by, paths in self._paths.items() if left_by in kept}
        return SearchResult(self._first_dispatch, self._callbacks, b"", paths)
