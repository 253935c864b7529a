"""Tell which functions of the host each entry point reaches, as sets of bits.

Each bit takes a share of a search over the whole graph. Where there are very many functions of the host,
several of them share a bit: an entry point that reaches one of them counts as reaching all of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial

from nogrow.analysis.reachability import Search
from nogrow.errors import ModuleError

MOST_BITS = 1024

# Every entry point of a report lists the imports that it reaches: 27 million times in all in DuckDB.
MOST_REACHED = 200_000_000


class Hosts:
    """The functions of the host that can be called, in groups that have a bit each."""

    def __init__(self, labels: dict[int, str], called: Callable[[int], bool], most: int = MOST_BITS) -> None:
        """`labels` are their names by vertex; `called` says whether anything calls a vertex."""
        self._labels = labels
        self.vertices = [vertex for vertex in sorted(labels) if called(vertex)]
        self.together = max(1, -(-len(self.vertices) // most))
        """How many share a bit: bit i stands for that many vertices from i times as many on."""

    def bits(self, holds: Callable[[int], bool]) -> int:
        """Return the bits of the vertices for which `holds` is true."""
        bits = 0
        for number, vertex in enumerate(self.vertices):
            if holds(vertex):
                bits |= 1 << number // self.together
        return bits

    def listed(self, bits: int, holds: Callable[[int], bool] = lambda _: True) -> tuple[str, ...]:
        """Return the sorted names behind the bits, of the vertices for which `holds` is true."""
        return tuple(sorted(self._labels[vertex] for vertex in self.behind(bits) if holds(vertex)))

    def count(self, bits: int) -> int:
        """Return how many vertices are behind the bits, or a few more."""
        return bits.bit_count() * self.together

    def behind(self, bits: int) -> Iterator[int]:
        """Yield the vertices behind the bits."""
        for first in range(0, len(self.vertices), self.together):
            if bits & 1:
                yield from self.vertices[first : first + self.together]
            bits >>= 1


class ReachedHosts:
    """The functions of the host that each entry point reaches. Does not keep the search's memory alive."""

    def __init__(self, hosts: Hosts, search: Search, functions: Sequence[int]) -> None:
        """`functions` are those of the entry points; what follows a growth must have been searched before.

        Raises `ModuleError` where a report would list too many names.
        """
        self.hosts = hosts
        self.by_entry = search.reached_by(hosts.vertices, functions, hosts.together)
        """The bits of what an entry point reaches, by its number."""
        times = Counter(self.by_entry)
        if sum(hosts.count(bits) * count for bits, count in times.items()) > MOST_REACHED:
            raise ModuleError(
                f"{len(self.by_entry):,} entry points reach so many of {len(hosts.vertices):,} imports "
                f"that a report would list more than {MOST_REACHED:,}"
            )
        run_after_growth = frozenset(filter(search.runs_after_growth, hosts.vertices))
        self._after_growth = hosts.bits(run_after_growth.__contains__)
        # Thousands of entry points reach the same functions.
        self.listed = cache(hosts.listed)
        self._listed_after_growth = cache(partial(hosts.listed, holds=run_after_growth.__contains__))

    def listed_after_growth(self, bits: int) -> tuple[str, ...]:
        """Return the sorted names behind the bits, of the functions that may run after a growth."""
        return self._listed_after_growth(bits & self._after_growth)

    def union(self, entries: Iterable[int]) -> int:
        """Return the bits of all that any of the entry points reaches."""
        union = 0
        for bits in {self.by_entry[number] for number in entries}:
            union |= bits
        return union
