"""Provide sequences whose items are made when somebody reads them: reports show few of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

_Item = TypeVar("_Item", covariant=True)

# All items of a large module take more memory than the module.
MOST_REMEMBERED = 1000


class LazySequence(Sequence[_Item]):
    """A sequence that makes each item when it is read; equal to any sequence of equal items.

    It remembers the items read last, up to `MOST_REMEMBERED`. It is pickled as a tuple of all items.
    """

    __slots__ = ("_count", "_items", "_make")

    def __init__(self, count: int, make: Callable[[int], _Item]) -> None:
        """Remember `make`, which makes the item with an index below `count`."""
        self._count = count
        self._make = make
        self._items: dict[int, _Item] = {}

    @overload
    def __getitem__(self, index: int) -> _Item: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[_Item, ...]: ...

    def __getitem__(self, index: int | slice) -> _Item | tuple[_Item, ...]:
        selected = range(self._count)[index]
        if isinstance(selected, range):
            return tuple(map(self._at, selected))
        return self._at(selected)

    def _at(self, index: int) -> _Item:
        if index in self._items:
            return self._items[index]
        if len(self._items) >= MOST_REMEMBERED:
            self._items.clear()
        item = self._items[index] = self._make(index)
        return item

    def __iter__(self) -> Iterator[_Item]:
        return map(self._at, range(self._count))

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[object, ...]:
        return tuple, (tuple(self),)
