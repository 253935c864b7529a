"""The host's functions as bits of numbers: which of them entry points reach, and what these are called.

Each bit takes a part of a search over all of the graph. So where there are very many functions, several share
a bit: what reaches one of them is said to reach them all.
"""

from collections.abc import Callable, Iterator

MOST_BITS = 1024


class Hosts:
    """The host's functions that can be called, in groups that have a bit each."""

    def __init__(self, labels: dict[int, str], called: Callable[[int], bool], most: int = MOST_BITS) -> None:
        """`labels` are their names by vertex. `called` says of a vertex whether anything calls it."""
        self._labels = labels
        self.vertices = [vertex for vertex in sorted(labels) if called(vertex)]
        self.together = max(1, -(-len(self.vertices) // most))
        """How many share a bit: bit i stands for that many vertices from i times as many on."""

    def bits(self, holds: Callable[[int], bool]) -> int:
        """The bits of those vertices of which `holds` is true."""
        found = 0
        for place, vertex in enumerate(self.vertices):
            if holds(vertex):
                found |= 1 << place // self.together
        return found

    def listed(self, bits: int, holds: Callable[[int], bool] = lambda _: True) -> tuple[str, ...]:
        """The names behind the bits, sorted, of those vertices of which `holds` is true."""
        return tuple(sorted(self._labels[vertex] for vertex in self.behind(bits) if holds(vertex)))

    def count(self, bits: int) -> int:
        """How many vertices are behind the bits, or a few more."""
        return bits.bit_count() * self.together

    def behind(self, bits: int) -> Iterator[int]:
        """Yield the vertices behind the bits."""
        for first in range(0, len(self.vertices), self.together):
            if bits & 1:
                yield from self.vertices[first : first + self.together]
            bits >>= 1
