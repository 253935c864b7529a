"""Find where memory may have grown since the host last had control: at exits, and before calls of imports."""

from collections.abc import Collection, Iterable, Sequence
from itertools import filterfalse
from typing import NamedTuple

from nogrow.analysis.growth_flow import GrowthFlow, Mark
from nogrow.analysis.growth_paths import Exit, SearchResult
from nogrow.analysis.reachability import Search


class GrowthPoints(NamedTuple):
    """The points at which one memory may have grown since the host last had control.

    `reach` are the functions of entry points that reach a growth. `returns` can be left normally after it,
    and `throws` by an exception. For those in `returns_grown` and `throws_grown`, the memory may have grown
    at this exit wherever control came from; at the exits of the others, marks tell.
    `run_after` are the functions in which a growth may have been noted.
    """

    memory: int
    reach: frozenset[int]
    returns: frozenset[int]
    throws: frozenset[int]
    returns_grown: frozenset[int]
    throws_grown: frozenset[int]
    marks: frozenset[Mark]
    run_after: frozenset[int]

    @property
    def leaves(self) -> frozenset[int]:
        """Return the functions of entry points that can be left after a growth."""
        return self.returns | self.throws


def every_point(memory: int, functions: Iterable[int], count: int) -> GrowthPoints:
    """Return the points of a memory that may have grown everywhere; `count` is the number of functions."""
    entered = frozenset(functions)
    every = frozenset(range(count))
    return GrowthPoints(memory, entered, entered, entered, entered, entered, frozenset(), every)


def growth_points(
    search: Search,
    memory: int,
    found: SearchResult,
    functions: Sequence[int],
    hosts: Collection[int],
    outside: Collection[int],
    *,
    exceptions: bool,
) -> GrowthPoints:
    """Return the points at which `memory`, the one last searched for with the result `found`, may have grown.

    `functions` are those of the entry points. `hosts` are the imports that get control; those behind which
    the memory grows are not among them. `outside` are the vertices of functions that the host may have put
    into a table, or handed in: they may get control, but mostly do not. `exceptions` says whether the module
    throws or catches exceptions.
    """
    reach = frozenset(
        function for function, exits in zip(functions, found.exits(functions), strict=True) if exits
    )
    search.forget_growth()
    search.follow_growth(memory, sorted(reach))
    called_after = set(filter(search.runs_after_growth, search.vertices))
    flow = GrowthFlow(search, memory, found, hosts, outside, exceptions=exceptions)
    flow.solve()
    returns = frozenset(function for function in reach if found.left_after_growth(function, Exit.NORMAL))
    throws = frozenset(function for function in reach if found.left_after_growth(function, Exit.EXCEPTION))
    return GrowthPoints(
        memory,
        reach,
        returns,
        throws,
        frozenset(filter(flow.grown_at_exit, returns)),
        frozenset(filterfalse(flow.reaches_import, throws)),
        flow.marks(search.byte_at),
        frozenset(called_after | flow.noting()),
    )
