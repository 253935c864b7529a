"""This module lets a module count its successful `memory.grow` instructions, also those by 0 pages.

A growth by 0 pages detaches every view in JavaScript, but leaves no trace in wasmtime. So the copy calls a
function after each `memory.grow` of one memory. It takes the result, adds 1 to an exported global unless the
result is -1, and returns the result. WebAssembly 3.0, section 4.6 (execution).
"""

from typing import NamedTuple

from nogrow.rewrite.additions import Additions, NewFunction
from nogrow.rewrite.assemble import assembled
from nogrow.rewrite.instructions import find_sites
from nogrow.rewrite.splice import Edit, edited, leb
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.runtime import Engine

_I32, _I64 = b"\x7f", b"\x7e"
_NAME = "nogrow.growths"


class Counting(NamedTuple):
    """The bytes of the copy, and the name of its exported global, None if the memory is never grown."""

    data: bytes
    counter: str | None


def growth_counter(data: bytes, memory: int, engine: Engine | None = None) -> Counting:
    """Return a copy of the core module `data` that counts the growths of the memory with this index.

    Offsets in the code change. Raises `ModuleError`, with the offset in bytes, for a module that cannot be
    read.
    """
    module = decode(data)
    bodies = [
        (body, [site for site in body.sites if site.memory == memory])
        for body in find_sites(module, engine or Engine(), sizes=False)
    ]
    if not any(sites for _, sites in bodies):
        return Counting(data, None)
    taken = {export.name for export in module.exports}
    name = next(
        name for name in (_NAME + "'" * count for count in range(len(taken) + 1)) if name not in taken
    )
    additions = Additions(module)
    counter = additions.add_global(_I32[0], b"\x41\x00\x0b")
    additions.add_export(name, Kind.GLOBAL, counter)
    is_64 = module.memories[memory].address_bits == 64
    function = additions.add_function(
        NewFunction(
            additions.add_type(*(_I64 if is_64 else _I32,) * 2),
            _count(leb(counter), is_64=is_64),
            "nogrow.count",
        )
    )
    call = b"\x10" + leb(function)
    changed = {
        body.function: edited(
            data, body.frame.start, body.frame.end, [Edit(site.end, site.end, call) for site in sites]
        )
        for body, sites in bodies
        if sites
    }
    return Counting(assembled(module, (), changed, additions)[0], name)


def _count(counter: bytes, *, is_64: bool) -> bytes:
    """Return the body of the function that counts the growth with this result and returns the result."""
    failed = b"\x20\x00" + (b"\x42\x7f\x51" if is_64 else b"\x41\x7f\x46")
    count = b"\x23" + counter + b"\x41\x01\x6a\x24" + counter
    # if (result == -1) {} else { counter += 1 }
    return b"\x00" + failed + b"\x04\x40\x05" + count + b"\x0b" + b"\x20\x00\x0b"
