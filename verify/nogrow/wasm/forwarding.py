"""Recognises core modules whose functions each call one entry of a table and do nothing else.

`wasm-tools component new` adds such a module if a core module is instantiated before the functions that it
imports: a later module fills the table. If nothing else fills it, the calls are known.
"""

from collections.abc import Mapping

from nogrow.errors import ModuleError
from nogrow.wasm.linking import Linking, Place, visible
from nogrow.wasm.model import Kind, Module, SegmentMode
from nogrow.wasm.reader import Reader

_END, _RETURN, _LOCAL_GET, _I32_CONST = 0x0B, 0x0F, 0x20, 0x41
_CALL_INDIRECT, _RETURN_CALL_INDIRECT = 0x11, 0x13


def forwarders(module: Module) -> Mapping[int, tuple[int, int]] | None:
    """Return the table and the entry that each function calls, by function index.

    Return None for a module with any other code.
    """
    entries: dict[int, tuple[int, int]] = {}
    reader = Reader(module.data, *module.code)
    index = len(module.imported(Kind.FUNCTION))
    try:
        while reader.position < reader.end:
            size = reader.u32()
            body = Reader(module.data, reader.position, min(reader.position + size, reader.end))
            entry = _called_entry(body)
            if entry is None:
                return None
            entries[index] = entry
            reader.take(size)
            index += 1
    except ModuleError:
        return None
    return entries


def filled_slots(linking: Linking) -> dict[Place, dict[int, list[tuple[int, int]]]]:
    """Return the functions in each entry of the tables whose contents are known.

    A function is given by its module and its index there. The contents of a table are known if only element
    segments fill it, and only of modules with no other code than calls of the table.
    """
    slots: dict[Place, dict[int, list[tuple[int, int]]]] = {}
    unknown: set[Place] = set()
    for number, module in enumerate(linking.modules):
        if module is None:
            continue
        shared = {linking.table(number, index) for index in visible(module, Kind.TABLE)}
        filled = [segment for segment in module.segments if segment.mode is SegmentMode.ACTIVE]
        follows = forwarders(module) is not None and not any(table.initial for table in module.tables)
        exact = all(segment.offset is not None and None not in segment.items for segment in filled)
        if linking.unclear is not None or linking.is_handed_out(number) or not (follows and exact):
            unknown |= shared
            continue
        for table in shared:
            slots.setdefault(table, {})
        for segment in filled:
            table = linking.table(number, segment.table)
            for entry, function in enumerate(segment.items, (segment.offset or 0) & 0xFFFFFFFF):
                if function is not None and function >= 0:
                    slots.setdefault(table, {}).setdefault(entry, []).append((number, function))
    return {table: entries for table, entries in slots.items() if table not in unknown}


def _called_entry(body: Reader) -> tuple[int, int] | None:
    """Return the table and the entry that the body calls with its own parameters or with constants."""
    if body.u32() != 0:
        return None
    entry: int | None = None
    while (opcode := body.byte()) in (_LOCAL_GET, _I32_CONST):
        if opcode == _LOCAL_GET:
            body.u32()
            entry = None
        else:
            entry = body.signed(32)
    if opcode not in (_CALL_INDIRECT, _RETURN_CALL_INDIRECT) or entry is None:
        return None
    body.u32()
    table = body.u32()
    last = body.byte()
    if last == _RETURN:
        last = body.byte()
    return (table, entry & 0xFFFFFFFF) if last == _END and body.position == body.end else None
