"""Find what tables can hold: functions of segments, copied from table to table until nothing changes.

All of it errs on the side of too many functions, also where it would take too long to follow each of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from nogrow.wasm.model import Module, SegmentMode
from nogrow.wasm.scan import TableMove

# How many functions may be moved in all. Compilers make few tables and seldom copy between them.
_WORK = 1 << 22

Contents = tuple[frozenset[int], ...]


def contents_of(
    module: Module, moves: Collection[TableMove], anything: Iterable[int], taken: frozenset[int]
) -> Contents:
    """Return the functions in each table. Tables that hold the same share one set.

    The tables in `anything` may hold all functions in `taken`, which has all functions that any table holds.
    """
    contents = [frozenset[int]()] * len(module.tables)
    for table, functions in _placed(module):
        contents[table] = frozenset(functions)
    for table in anything:
        contents[table] = taken
    segments: dict[int, frozenset[int]] = {}
    copies = _copies(moves)
    left = _WORK
    for move in moves:
        if not move.from_segment:
            continue
        if move.source not in segments:
            segments[move.source] = frozenset(module.segments[move.source].functions)
        joined = _joined(contents[move.table], segments[move.source])
        left -= len(joined) if joined is not contents[move.table] else 0
        contents[move.table] = joined if left > 0 else taken
    if not _copied(contents, copies, left):
        for table in {table for tables in copies.values() for table in tables}:
            contents[table] = taken
    return tuple(contents)


def reached_by_copies(moves: Collection[TableMove], tables: Iterable[int]) -> set[int]:
    """Return the `tables` and all tables to which copies lead from them."""
    copies = _copies(moves)
    reached = set(tables)
    waiting = list(reached)
    while waiting:
        for table in copies.get(waiting.pop(), ()):
            if table not in reached:
                reached.add(table)
                waiting.append(table)
    return reached


def _copies(moves: Collection[TableMove]) -> Mapping[int, list[int]]:
    """Return by table the tables to which it is copied."""
    copies: dict[int, list[int]] = defaultdict(list)
    for move in moves:
        if not move.from_segment:
            copies[move.source].append(move.table)
    return copies


def _placed(module: Module) -> Iterator[tuple[int, set[int]]]:
    """Yield each table with the functions that its initialiser and active segments put there."""
    placed: dict[int, set[int]] = defaultdict(set)
    for index, table in enumerate(module.tables):
        if table.initial:
            placed[index].update(table.initial.functions)
    for segment in module.segments:
        if segment.mode is SegmentMode.ACTIVE:
            placed[segment.table].update(segment.functions)
    yield from placed.items()


def _copied(contents: list[frozenset[int]], copies: Mapping[int, list[int]], left: int) -> bool:
    """Follow the copies until nothing changes; return False if that takes more work than is `left`."""
    waiting = list(copies)
    while waiting:
        source = waiting.pop()
        for table in copies.get(source, ()):
            joined = _joined(contents[table], contents[source])
            left -= 1
            if joined is contents[table]:
                continue
            left -= len(joined) if joined is not contents[source] else 0
            if left < 0:
                return False
            contents[table] = joined
            waiting.append(table)
    return True


def _joined(first: frozenset[int], second: frozenset[int]) -> frozenset[int]:
    """Return the union: one of the two sets itself if that has all."""
    if first is second or second <= first:
        return first
    return second if first <= second else first | second
