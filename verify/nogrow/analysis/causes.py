"""Group the entry points that can grow a memory by a function that all their paths to a growth pass.

If that function did not grow the memory, these entry points could not do what their verdict says. Each entry
point belongs to one cause, and causes are chosen so that there are few: a function that dominates nearly all
that another one does is preferred, because it is nearer to the entry points and says more about them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from nogrow.analysis.dominators import ROOT, DominatorTree
from nogrow.analysis.judgement import Function, Verdict

# A function stands for another one if it has nine tenths of its entry points.
_NEARLY_ALL = 9, 10
# Narrower causes: how deep, how many of each cause, and which share of its entry points they need.
_MOST_LEVELS = 3
_MOST_NARROWER = 20
_LEAST_SHARE = 100


class GrowthCause(NamedTuple):
    """A function that all paths from some entry points to the growths of `memory` pass.

    `entries` are the numbers of the entry points that belong to the cause, and all of them have the verdict
    `verdict`. `imported` says that the function is an import behind which the memory grows. `narrower` are
    functions that all paths from a part of these entry points pass as well.
    """

    function: Function
    verdict: Verdict
    memory: int
    entries: tuple[int, ...]
    imported: bool = False
    narrower: "tuple[GrowthCause, ...]" = ()


Describe = Callable[[int], tuple[Function, bool]]


class CauseFinder:
    """Finds causes. It keeps the memory of the search alive, so it is dropped soon."""

    def __init__(
        self,
        tree: Callable[[int, Verdict, Sequence[int]], DominatorTree],
        by_subject: Callable[[Sequence[int]], Mapping[tuple[Verdict, int], list[int]]],
        functions: Sequence[int],
        describe: Describe,
        is_function: Callable[[int], bool],
    ) -> None:
        """`tree` returns the dominators for vertices, given a memory and their verdict.

        `by_subject` groups entry points by their verdict and by the memory that it is about; `functions` are
        the vertices of the entry points. `is_function` says whether a vertex is a function, of the module or
        the host; `describe` returns it and whether it is imported.
        """
        self._tree = tree
        self._by_subject = by_subject
        self._functions = functions
        self._describe = describe
        self._is_function = is_function

    def among(
        self, entries: Sequence[int], export_names: Mapping[int, str] = MappingProxyType({})
    ) -> tuple[GrowthCause, ...]:
        """Return the causes for these entry points, those of the most entry points first.

        A function without a debug name gets that in `export_names`, which is by function index.
        """

        def describe(vertex: int) -> tuple[Function, bool]:
            function, imported = self._describe(vertex)
            name = function.name or export_names.get(vertex)
            return Function(function.index, name), imported

        causes: list[GrowthCause] = []
        for (verdict, memory), numbers in self._by_subject(entries).items():
            entered: defaultdict[int, list[int]] = defaultdict(list)
            for number, vertex in zip(numbers, map(self._functions.__getitem__, numbers), strict=True):
                entered[vertex].append(number)
            tree = self._tree(memory, verdict, sorted(entered))
            causes += _Chooser(tree, entered, describe, self._is_function).causes(verdict, memory)
        return tuple(sorted(causes, key=_weight))


def _weight(cause: GrowthCause) -> tuple[int, int, int]:
    return -len(cause.entries), -cause.verdict.rank, cause.function.index


class _Chooser:
    """Chooses causes in one dominator tree, whose vertices are named by their numbers."""

    def __init__(
        self,
        tree: DominatorTree,
        entered: Mapping[int, list[int]],
        describe: Describe,
        is_function: Callable[[int], bool],
    ) -> None:
        """`entered` has the entry points by their vertices."""
        self._vertices = tree.vertices
        self._describe = describe
        self._is_function = is_function
        vertices, dominators = tree.vertices, tree.dominators
        # The first two numbers have no vertex.
        self._own = own = {
            number: entered[vertices[number]]
            for number in range(ROOT + 1, len(vertices))
            if vertices[number] in entered
        }
        self._sizes = sizes = [0] * len(vertices)
        for number, members in own.items():
            sizes[number] = len(members)
        below: defaultdict[int, list[int]] = defaultdict(list)
        for number in range(len(sizes) - 1, ROOT, -1):
            size = sizes[number]
            if size:
                above = dominators[number]
                sizes[above] += size
                below[above].append(number)
        self._below: Mapping[int, list[int]] = below

    def causes(self, verdict: Verdict, memory: int) -> Iterator[GrowthCause]:
        """Yield the causes, to which each entry point belongs once."""
        for top in self._functions_below(ROOT):
            for number, left_out in self._chain(top):
                entries = self._entries(number, left_out)
                if entries:
                    yield self._cause(number, entries, verdict, memory, 0 if left_out else _MOST_LEVELS)

    def _cause(
        self, number: int, entries: Sequence[int], verdict: Verdict, memory: int, levels: int
    ) -> GrowthCause:
        function, imported = self._describe(self._vertices[number])
        narrower = self._narrower(number, verdict, memory, levels - 1) if levels else ()
        return GrowthCause(function, verdict, memory, tuple(sorted(entries)), imported, tuple(narrower))

    def _narrower(self, number: int, verdict: Verdict, memory: int, levels: int) -> Iterator[GrowthCause]:
        least = max(2, self._sizes[number] // _LEAST_SHARE)
        large = [top for top in self._functions_below(number) if self._sizes[top] >= least]
        for top in sorted(large, key=lambda top: (-self._sizes[top], top))[:_MOST_NARROWER]:
            child, _ = self._chain(top)[-1]
            if self._sizes[child] > len(self._own.get(child, ())):
                yield self._cause(child, self._entries(child, None), verdict, memory, levels)

    def _functions_below(self, number: int) -> Iterator[int]:
        """Yield the nearest functions below: a dispatch of indirect calls is not one."""
        waiting = list(self._below.get(number, ()))
        while waiting:
            below = waiting.pop()
            if self._is_function(self._vertices[below]):
                yield below
            else:
                waiting += self._below.get(below, ())

    def _chain(self, number: int) -> list[tuple[int, int | None]]:
        """Return the functions from `number` on, each of which has nearly all entry points of the one before.

        With each stands the next one, whose entry points do not belong to it; None with the last.
        """
        part, whole = _NEARLY_ALL
        chain: list[tuple[int, int | None]] = []
        while True:
            below = max(
                ((self._sizes[child], -child) for child in self._functions_below(number)), default=(0, 0)
            )
            size, child = below[0], -below[1]
            if whole * size < part * self._sizes[number] or size == len(self._own.get(child, ())):
                return [*chain, (number, None)]
            chain.append((number, child))
            number = child

    def _entries(self, number: int, left_out: int | None) -> list[int]:
        """Return the entry points below `number`, without those below `left_out`."""
        own, all_below = self._own, self._below
        found: list[int] = []
        waiting = [number]
        while waiting:
            above = waiting.pop()
            if above == left_out:
                continue
            if above in own:
                found += own[above]
            if above in all_below:
                waiting += all_below[above]
        return found
