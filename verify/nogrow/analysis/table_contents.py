"""What tables can hold: the functions of segments, moved from table to table until nothing changes.

All of it errs on the side of too many functions, also where following each of them would take too long.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from nogrow.wasm.model import Module, SegmentMode
from nogrow.wasm.scan import TableMove

# So many functions are moved for each table; compilers make one table or a few, and seldom copy between them.
_WORK = 1 << 22

Contents = tuple[frozenset[int], ...]


def contents_of(
    module: Module, moves: Collection[TableMove], anything: Iterable[int], taken: frozenset[int]
) -> Contents:
    """By table the functions in it. Tables that hold the same share one set.

    Those of `anything` may hold each of the functions `taken`, to which all others belong as well.
    """
    found = [frozenset[int]()] * len(module.tables)
    for table, functions in _placed(module):
        found[table] = frozenset(functions)
    for table in anything:
        found[table] = taken
    segments: dict[int, frozenset[int]] = {}
    copies: dict[int, list[int]] = defaultdict(list)
    left = _WORK
    for move in moves:
        if not move.from_segment:
            copies[move.source].append(move.table)
            continue
        if move.source not in segments:
            segments[move.source] = frozenset(module.segments[move.source].functions)
        joined = _joined(found[move.table], segments[move.source])
        left -= len(joined) if joined is not found[move.table] else 0
        found[move.table] = joined if left > 0 else taken
    if not _copied(found, copies, left):
        for table in {table for tables in copies.values() for table in tables}:
            found[table] = taken
    return tuple(found)


def reached_by_copies(moves: Collection[TableMove], tables: Iterable[int]) -> set[int]:
    """The `tables` and all tables to which copies lead from them."""
    copies: dict[int, list[int]] = defaultdict(list)
    for move in moves:
        if not move.from_segment:
            copies[move.source].append(move.table)
    reached = set(tables)
    waiting = list(reached)
    while waiting:
        for table in copies.get(waiting.pop(), ()):
            if table not in reached:
                reached.add(table)
                waiting.append(table)
    return reached


def _placed(module: Module) -> Iterator[tuple[int, set[int]]]:
    """The functions that initialisers and active segments place, by table."""
    placed: dict[int, set[int]] = defaultdict(set)
    for index, table in enumerate(module.tables):
        if table.initial:
            placed[index].update(table.initial.functions)
    for segment in module.segments:
        if segment.mode is SegmentMode.ACTIVE:
            placed[segment.table].update(segment.functions)
    yield from placed.items()


def _copied(found: list[frozenset[int]], copies: dict[int, list[int]], left: int) -> bool:
    """Follows the copies until nothing changes; False if that takes more than is `left`."""
    waiting = list(copies)
    while waiting:
        source = waiting.pop()
        for table in copies.get(source, ()):
            joined = _joined(found[table], found[source])
            left -= 1
            if joined is found[table]:
                continue
            left -= len(joined) if joined is not found[source] else 0
            if left < 0:
                return False
            found[table] = joined
            waiting.append(table)
    return True


def _joined(one: frozenset[int], other: frozenset[int]) -> frozenset[int]:
    """All of both: one of the two itself if that has all."""
    if one is other or other <= one:
        return one
    return other if one <= other else one | other
