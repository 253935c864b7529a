"""This module finds the `memory.grow` and `memory.size` instructions of a module.

WebAssembly 3.0, section 5.4.6 (memory instructions).
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.instructions import Instruction, instructions
from nogrow.rewrite.splice import Frame
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan

SIZE, GROW = 0x3F, 0x40
_DISAGREE = "internal error: the scan and the rewriter disagree about the code; please report it"


class Site(NamedTuple):
    """An instruction from `start` to `end`, in bytes of the file, that ends with the index `memory`."""

    opcode: int
    start: int
    end: int
    memory: int


class Body(NamedTuple):
    """A function with sites: its index, the frame of its body, its instructions, and the sites in order."""

    function: int
    frame: Frame
    code: Sequence[Instruction]
    sites: Sequence[Site]


def find_sites(module: Module, engine: Engine, *, sizes: bool) -> Sequence[Body]:
    """Return the functions that contain `memory.grow` or, with `sizes`, `memory.size` instructions.

    Raises `ModuleError` for code that cannot be read.
    """
    grows = sorted(grow.offset for grow in scan(module, engine).grows)
    hints = sorted({*grows, *(_possible_sizes(module) if sizes else ())})
    opcodes = {GROW, SIZE} if sizes else {GROW}
    result: list[Body] = []
    seen: list[int] = []
    for index, frame in enumerate(bodies(module) if hints else (), len(module.imported(Kind.FUNCTION))):
        first = bisect_left(hints, frame.start)
        if first == len(hints) or hints[first] >= frame.end:
            continue
        code = tuple(instructions(module.data, frame.start, frame.end))
        sites = tuple(_site(module, item) for item in code if item.opcode in opcodes)
        seen += (site.start for site in sites if site.opcode == GROW)
        if sites:
            result.append(Body(index, frame, code, sites))
    if seen != grows:
        raise ModuleError(_DISAGREE, min(set(seen) ^ set(grows), default=0))
    return result


def _possible_sizes(module: Module) -> list[int]:
    """Return the offset of each byte in the code that may be the opcode of a `memory.size`.

    Only functions with such a byte are decoded here, which is much slower than the scan.
    """
    last = min(len(module.memories), 0x80) - 1
    if last < 0:
        return []
    pattern = re.compile(rb"\x3f(?:[\x00-" + re.escape(bytes((last,))) + rb"]|[\x80-\xff]+[\x00-\x7f])")
    return [found.start() for found in pattern.finditer(module.data, *module.code)]


def _site(module: Module, instruction: Instruction) -> Site:
    """Return the site; the index of its memory may be a padded LEB128."""
    memory = Reader(module.data, instruction.start + 1, instruction.end).u32()
    return Site(instruction.opcode, instruction.start, instruction.end, memory)
