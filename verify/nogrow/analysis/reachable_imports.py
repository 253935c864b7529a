"""Tell which functions of the host each entry point reaches, as sets of bits.

Each bit takes a share of a search over the whole graph. Where there are very many functions of the host,
several of them share a bit: an entry point that reaches one of them counts as reaching all of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

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
    """The functions of the host that each entry point reaches.

    Does not keep the search's memory alive, and can be pickled.
    """

    def __init__(self, hosts: Hosts, search: Search, functions: Sequence[int]) -> None:
        """`functions` are those of the entry points; what follows a growth must have been searched before.

        Raises `ModuleError` where a report would list too many names.
        """
        self.hosts = hosts
        self.numbers, self.sets = search.reached_by(hosts.vertices, functions, hosts.together)
        """By entry point, the number of the set that it reaches; and the bits of each set."""
        times = Counter(self.numbers)
        if sum(hosts.count(self.sets[number]) * count for number, count in times.items()) > MOST_REACHED:
            raise ModuleError(
                f"{len(self.numbers):,} entry points reach so many of {len(hosts.vertices):,} imports "
                f"that a report would list more than {MOST_REACHED:,}"
            )
        self._run_after_growth = frozenset(filter(search.runs_after_growth, hosts.vertices))
        # Thousands of entry points reach the same functions.
        self._listed: dict[int, tuple[str, ...]] = {}
        self._listed_after_growth: dict[int, tuple[str, ...]] = {}

    def of(self, entry: int) -> int:
        """Return the bits of what the entry point with a number reaches."""
        return self.sets[self.numbers[entry]]

    def listed(self, bits: int) -> tuple[str, ...]:
        """Return the sorted names behind the bits."""
        if bits not in self._listed:
            self._listed[bits] = self.hosts.listed(bits)
        return self._listed[bits]

    def listed_after_growth(self, bits: int) -> tuple[str, ...]:
        """Return the sorted names behind the bits, of the functions that may run after a growth."""
        if bits not in self._listed_after_growth:
            self._listed_after_growth[bits] = self.hosts.listed(bits, self._run_after_growth.__contains__)
        return self._listed_after_growth[bits]

    def union(self, entries: Iterable[int]) -> int:
        """Return the bits of all that any of the entry points reaches."""
        return self._union({self.numbers[entry] for entry in entries})

    def union_of_all(self) -> int:
        """Return the bits of all that any entry point reaches."""
        return self._union(set(self.numbers))

    def _union(self, numbers: Iterable[int]) -> int:
        union = 0
        for number in numbers:
            union |= self.sets[number]
        return union
