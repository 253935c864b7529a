"""Recognises core modules whose functions each call one entry of a table and do nothing else.

`wasm-tools component new` adds such a module if a core module is instantiated before the functions that it
imports: a later module fills the table.
"""

from collections.abc import Mapping

from nogrow.errors import ModuleError
from nogrow.wasm.model import Kind, Module
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
