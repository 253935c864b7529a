"""Find where control may pass to the host after a growth: at exits of entry points, and before calls."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nogrow.analysis.reachability import Exit, Search, SearchResult


class GrowthPoints(NamedTuple):
    """The points at which one memory may have grown, by the indices of functions and by offsets in the file.

    `reach` are the functions of entry points that reach a growth, `returns` and `throws` those that can be
    left by this exit after it. `calls` are the offsets of calls that lead to an import, and before which
    their function may have grown the memory itself or by another call. `run_after` are the functions that
    may be called after a growth.
    """

    memory: int
    reach: frozenset[int]
    returns: frozenset[int]
    throws: frozenset[int]
    calls: frozenset[int]
    run_after: frozenset[int]

    @property
    def leaves(self) -> frozenset[int]:
        """Return the functions of entry points that can be left after a growth."""
        return self.returns | self.throws


def growth_points(
    search: Search, memory: int, found: SearchResult, functions: Sequence[int], hosts: Iterable[int]
) -> GrowthPoints:
    """Return the points at which `memory`, the one last searched for with the result `found`, may have grown.

    `functions` are those of the entry points, `hosts` the vertices of the host.
    """
    reach = frozenset(
        function for function, exits in zip(functions, found.exits(functions), strict=True) if exits
    )
    search.forget_growth()
    search.follow_growth(memory, sorted(reach))
    after = list(search.calls_after_growth())
    run_after = frozenset(filter(search.runs_after_growth, search.vertices))
    called = list(hosts)
    leads_to_host = search.reached_by(called, search.vertices, max(1, len(called)))
    return GrowthPoints(
        memory,
        reach,
        frozenset(function for function in reach if found.left_after_growth(function, Exit.NORMAL)),
        frozenset(function for function in reach if found.left_after_growth(function, Exit.EXCEPTION)),
        frozenset(call.offset for call in after if leads_to_host[call.vertex]),
        run_after,
    )


def every_point(memory: int, functions: Iterable[int], count: int) -> GrowthPoints:
    """Return the points of a memory that may have grown everywhere; `count` is the number of functions."""
    entered = frozenset(functions)
    return GrowthPoints(memory, entered, entered, entered, frozenset(), frozenset(range(count)))
