"""Generate modules that show how nogrow's cost grows with size and with each count.

The same arguments always give the same bytes. All modules are valid; a shape beyond the limits that engines
have agreed on says so.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.bench.encode import HEADER, leb, name, section, vector

_BINARY_TYPE = b"\x60\2\x7f\x7f\1\x7f"
_EMPTY_TYPE = b"\x60\0\0"
_GROW = b"\x41\1\x40\0\x1a"
_END = b"\x0b"
_TABLE_SIZE = 1000
# Statements for functions from two i32 to one; each leaves the stack unchanged.
_STATEMENTS = (
    b"\x20\0\x41\x07\x6a\x21\1",
    b"\x20\1\x41\xff\x01\x71\x21\0",
    b"\x20\0\x28\2\x08\x21\1",
    b"\x20\1\x20\0\x36\2\x90\1",
    b"\x02\x40\x20\0\x0d\0\x20\1\x21\0\x0b",
    b"\x03\x40\x20\1\x45\x0d\0\x0b",
    b"\x20\0\x04\x40\x20\1\x41\1\x6b\x21\1\x05\x41\0\x21\0\x0b",
)
_CALL_INDIRECT = b"\x20\0\x20\1\x20\0\x11\0\0\x21\0"
_PARAGRAPHS = 256
_STATEMENTS_IN_PARAGRAPH = 10
_PARAGRAPHS_IN_FUNCTION = 4
_GROWING_EXPORTS = 100


@dataclass(frozen=True)
class Shape:
    """A generated module of the bench; `on_line` is set for modules that differ only in size."""

    name: str
    make: Callable[[], bytes]
    on_line: bool = False
    beyond_limits: str = ""
    """The limit of engines that the module exceeds, if any: other tools may refuse it."""


def shapes() -> tuple[Shape, ...]:
    """Return the modules of the bench, those that differ only in size first."""
    return (
        Shape("1 MB", lambda: of_size(1_000_000), on_line=True),
        Shape("10 MB", lambda: of_size(10_000_000), on_line=True),
        Shape("40 MB", lambda: of_size(40_000_000), on_line=True),
        Shape("10^3 functions", lambda: of_functions(1_000)),
        Shape("10^4 functions", lambda: of_functions(10_000)),
        Shape("10^5 functions", lambda: of_functions(100_000)),
        Shape("10^6 functions", lambda: of_functions(1_000_000)),
        Shape(
            "one function of 40 MB",
            lambda: one_function(40_000_000),
            beyond_limits="7,654,321 bytes for a function body",
        ),
        Shape("call chain 10^6 deep", lambda: call_chain(1_000_000)),
        Shape("10^5 exports", lambda: many_exports(100_000)),
    )


def of_size(size: int) -> bytes:
    """Return a module of about `size` bytes, mostly code: functions of about 350 bytes that call each other.

    Each function has two calls of functions before it and two conditional calls of any function; every tenth
    one calls through a table. The first function has the grow site, and the last one is exported.
    """
    paragraphs, chance = _paragraphs()
    count = _function_count(size, paragraphs)
    bodies = [chance.choice(paragraphs) + _GROW + b"\x20\0" + _END]
    for index in range(1, count):
        parts = []
        for _ in range(_PARAGRAPHS_IN_FUNCTION // 2):
            parts += [chance.choice(paragraphs), _call(int(chance.random() * index))]
            parts += [chance.choice(paragraphs), _call_if(int(chance.random() * count))]
        if index % 10 == 0:
            parts.append(_CALL_INDIRECT)
        bodies.append(b"".join((*parts, b"\x20\0", _END)))
    return _module(_BINARY_TYPE, bodies, [("run", count - 1)])


def of_functions(count: int) -> bytes:
    """Return a module with a tree of `count` short functions, each calling two others; the last one grows."""
    last = count - 1
    bodies = [
        _call(min(2 * index + 1, last)) + _call(min(2 * index + 2, last)) + b"\x20\0" + _END
        for index in range(last)
    ]
    return _module(_BINARY_TYPE, [*bodies, _GROW + b"\x20\0" + _END], [("run", 0)])


def one_function(size: int) -> bytes:
    """Return a module of about `size` bytes whose only function has the grow site in its middle."""
    paragraphs, chance = _paragraphs()
    half = size // 2
    call = _call_if(0)
    parts: list[bytes] = []
    for middle in (_GROW, b""):
        length = 0
        while length < half:
            part = chance.choice(paragraphs) + call
            parts.append(part)
            length += len(part)
        parts.append(middle)
    return _module(_BINARY_TYPE, [b"".join(parts) + b"\x20\0" + _END], [("run", 0)])


def call_chain(depth: int) -> bytes:
    """Return a module of `depth` functions: each calls the next, and the last one has the grow site."""
    bodies = [b"\x10" + leb(index + 1) + _END for index in range(depth - 1)]
    return _module(_EMPTY_TYPE, [*bodies, _GROW + _END], [("run", 0)])


def many_exports(count: int) -> bytes:
    """Return a module with `count` exports, each a function of its own.

    One in a hundred calls the function with the grow site, and so breaks the default contract.
    """
    last = count
    grows = b"\x10" + leb(last) + _END
    quiet = b"\x01" + _END
    bodies = [grows if index % _GROWING_EXPORTS == 0 else quiet for index in range(count)]
    exports = [(f"export{index}", index) for index in range(count)]
    return _module(_EMPTY_TYPE, [*bodies, _GROW + _END], exports)


def _function_count(size: int, paragraphs: Sequence[bytes]) -> int:
    # A call takes 9 bytes, as the index of most functions takes 3, or 2 in small modules.
    paragraph = sum(map(len, paragraphs)) / len(paragraphs) + (9 if size > 4_000_000 else 8)
    frame = 18
    return max(1, round(size / (_PARAGRAPHS_IN_FUNCTION * paragraph + frame)))


def _paragraphs() -> tuple[list[bytes], random.Random]:
    # Not for secrets: a fixed seed, so that everyone measures the same bytes.
    chance = random.Random(0)  # noqa: S311
    return [
        b"".join(chance.choices(_STATEMENTS, k=_STATEMENTS_IN_PARAGRAPH)) for _ in range(_PARAGRAPHS)
    ], chance


def _call(target: int) -> bytes:
    return b"\x20\0\x20\1\x10" + leb(target) + b"\x21\0"


def _call_if(target: int) -> bytes:
    return b"\x20\1\x04\x40" + _call(target) + _END


def _module(kind: bytes, bodies: Sequence[bytes], exports: Sequence[tuple[str, int]]) -> bytes:
    """Return a module of functions of one type, with one page of memory and a table of functions."""
    count = len(bodies)
    in_table = min(count, _TABLE_SIZE)
    named = [name(export) + b"\0" + leb(index) for export, index in exports]
    segment = b"\0\x41\0\x0b" + vector([leb(index) for index in range(in_table)])
    return b"".join(
        (
            HEADER,
            section(1, vector([kind])),
            section(3, leb(count) + bytes(count)),
            section(4, vector([b"\x70\0" + leb(in_table)])),
            section(5, vector([b"\0\1"])),
            section(7, vector([name("memory") + b"\2\0", *named])),
            section(9, vector([segment])),
            section(10, vector([leb(len(body) + 1) + b"\0" + body for body in bodies])),
        )
    )
