"""Generate modules that contain very many of one thing, to show how nogrow's cost grows with it.

The same count always gives the same bytes. Most modules exceed the limits that engines have agreed on: the
question is how fast and in how much memory nogrow judges or refuses them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tools.bench.encode import EMPTY, custom, leb, module, name, names, section, signed, vector

_OTHER = b"\x60\1\x7f\0"
_GROW = b"\x41\1\x40\0\x1a"
_END = b"\x0b"
_RUN = (b"run", 0)
_MILLION = 1_000_000


@dataclass(frozen=True)
class Hostile:
    """A kind of module: `make` returns the module for a count; `many` is the count in the table of limits.

    `code` is the expected exit code of `nogrow check`.
    """

    name: str
    make: Callable[[int], bytes]
    code: int = 1
    many: int = _MILLION


def hostile_modules() -> tuple[Hostile, ...]:
    """Return all kinds, in the order of the table."""
    return (
        Hostile("nested blocks", nested_blocks),
        Hostile("nested loops, with branches to the outermost", nested_loops, 4),
        Hostile("nested try_table, with calls", nested_tries, 4),
        Hostile("nested legacy try, with calls", nested_legacy_tries),
        Hostile("labels of one br_table", one_br_table),
        Hostile("functions", functions, 0),
        Hostile("locals announced in each function, 2^32 - 1 twice", huge_locals, 4, 100_000),
        Hostile("types", types),
        Hostile("types in one recursion group", one_group, 4),
        Hostile("types that each name the one before twice", doubling_types, 4),
        Hostile("subtypes of one type, with imports of that type", wide_subtypes, 4, 100_000),
        Hostile("subtypes, each of the one before", deep_subtypes, 4),
        Hostile("exports", exports, 4),
        Hostile("exports of a deep chain of calls", deep_exports, 1, 100_000),
        Hostile("imports, all called", imports, 4),
        Hostile("imports, and as many exports that reach them all", imports_and_exports, 4, 100_000),
        Hostile("globals", globals_),
        Hostile("memories, all of which grow", memories, 4),
        Hostile("data segments", data_segments, 4),
        Hostile("element segments", element_segments, 4),
        Hostile("tables, each copied into the one before", copied_tables, 4, 100_000),
        Hostile("tables, all filled from one segment", filled_tables, 4, 100_000),
        Hostile("tables, all written and called through", written_tables, 4, 100_000),
        Hostile("calls by constant indices", constant_calls),
        Hostile("bytes in the name of an export", long_export, 4, 10 * _MILLION),
        Hostile("bytes in the name of an import", long_import, 4, 10 * _MILLION),
        Hostile("bytes in the name of a function", long_function_name, 1, 10 * _MILLION),
        Hostile("bytes in the name of a custom section", long_custom, 4, 10 * _MILLION),
        Hostile("bytes in a name that is not UTF-8", not_utf8, 4, 10 * _MILLION),
        Hostile("function names", function_names),
        Hostile("custom sections", customs),
        Hostile("components within each other", nested_components, 4, 100_000),
        Hostile("core modules of a component", core_modules, 4, 10_000),
    )


def nested_blocks(count: int) -> bytes:
    """Return a module with nested blocks."""
    return module([b"\x02\x40" * count + _GROW + _END * count], exports=[_RUN])


def nested_loops(count: int) -> bytes:
    """Return a module with nested loops; the innermost one has as many branches to the outermost one."""
    branch = b"\x41\0\x0d" + leb(count - 1)
    return module([b"\x03\x40" * count + branch * count + _END * count + _GROW], exports=[_RUN])


def nested_tries(count: int) -> bytes:
    """Return a module with nested handlers, each with a call that may throw to all of them."""
    return module(
        [b"\x1f\x40\1\0\0\0" * count + b"\x10\0\x0b" * count + _GROW], tags=[b"\0\0"], exports=[_RUN]
    )


def nested_legacy_tries(count: int) -> bytes:
    """Return the module of `nested_tries` with the instructions of the older proposal."""
    return module([b"\x06\x40" * count + b"\x10\0\x07\0\x0b" * count + _GROW], tags=[b"\0\0"], exports=[_RUN])


def one_br_table(count: int) -> bytes:
    """Return a module with one br_table of `count` labels."""
    table = b"\x41\0\x0e" + leb(count) + bytes(count + 1)
    return module([b"\x02\x40" + table + _END + _GROW], exports=[_RUN])


def functions(count: int) -> bytes:
    """Return a module with functions that do nothing."""
    return module([b""] * count)


def huge_locals(count: int) -> bytes:
    """Return a module whose functions each declare more locals than 32 bits can count."""
    return module([b""] * count, local=b"\2" + 2 * b"\xff\xff\xff\xff\x0f\x7f")


def types(count: int) -> bytes:
    """Return a module with function types, no two of which are equal."""
    kinds = (b"\x7f", b"\x7e", b"\x7d", b"\x7c")

    def parameters(number: int) -> bytes:
        digits = []
        while number:
            number, digit = divmod(number, 4)
            digits.append(kinds[digit])
        return vector(digits)

    function_types = [b"\x60" + parameters(number) + b"\0" for number in range(count)]
    return module([_GROW], types=function_types, exports=[_RUN])


def one_group(count: int) -> bytes:
    """Return a module with one recursion group, in which each type refers to the next."""
    members = [b"\x5f\1\x63" + signed(1 + (index + 1) % count) + b"\0" for index in range(count)]
    return module([_GROW], types=[EMPTY, b"\x4e" + vector(members)], exports=[_RUN])


def doubling_types(count: int) -> bytes:
    """Return a module of structures that contain the previous one twice: expanded, 2^count parts."""
    structures = [b"\x5f\2" + 2 * (b"\x63" + signed(index) + b"\0") for index in range(count)]
    return module([_GROW], types=[EMPTY, *structures], exports=[_RUN])


def wide_subtypes(count: int) -> bytes:
    """Return a module with subtypes of one type, a table of imports of that type, and a call by each type."""
    # Equal types would be identical, so each recursion group contains another marker.
    groups = [b"\x50\0" + EMPTY, *(b"\x4e\2\x50\1\0" + EMPTY + _marker(index) for index in range(count))]
    calls = b"".join(b"\x41\0\x11" + leb(1 + 2 * index) + b"\0" for index in range(count))
    return module(
        [calls + _GROW],
        types=groups,
        imports=[name("host") + name("f") + b"\0\0"] * count,
        tables=[b"\x70\0\1"],
        exports=[(b"run", count)],
        elements=[b"\0\x41\0\x0b" + vector([leb(index) for index in range(count)])],
    )


def _marker(index: int) -> bytes:
    """Return a structure that differs from all others, so that its recursion group does too."""
    kinds = (b"\x7f\0", b"\x7f\1", b"\x7e\0", b"\x7e\1", b"\x7d\0", b"\x7d\1", b"\x7c\0", b"\x7c\1")
    return b"\x5f" + vector([kinds[index >> shift & 7] for shift in range(0, 21, 3)])


def deep_subtypes(count: int) -> bytes:
    """Return a module whose types are each a subtype of the previous one."""
    subtypes = [b"\x50\0" + EMPTY, *(b"\x50\1" + leb(index) + EMPTY for index in range(count - 1))]
    return module([_GROW], types=subtypes, exports=[_RUN])


def exports(count: int) -> bytes:
    """Return a module with many exports of one function that grows the memory."""
    return module([_GROW], exports=[(b"e%d" % index, 0) for index in range(count)])


def deep_exports(count: int) -> bytes:
    """Return a module with a chain of calls and an export of each function: count^2 / 2 steps in all."""
    chain = [b"\x10" + leb(index + 1) for index in range(count - 1)]
    return module([*chain, _GROW], exports=[(b"e%d" % index, index) for index in range(count)])


def imports(count: int, ways: int = 1) -> bytes:
    """Return a module with imported functions, and exports that each reach all of them."""
    calls = b"".join(b"\x10" + leb(index) for index in range(count))
    return module(
        [calls + _GROW, *([b"\x10" + leb(count)] * (ways - 1))],
        imports=[name("host") + name(f"f{index}") + b"\0\0" for index in range(count)],
        exports=[(b"e%d" % index, count + index) for index in range(ways)],
    )


def imports_and_exports(count: int) -> bytes:
    """Return the module of `imports` with as many exports."""
    return imports(count, count)


def globals_(count: int) -> bytes:
    """Return a module with globals, each with an initial value."""
    return module([_GROW], globals_=[b"\x7f\0\x41\0\x0b"] * count, exports=[_RUN])


def memories(count: int) -> bytes:
    """Return a module with memories, each with a grow site of its own."""
    code = b"".join(b"\x41\1\x40" + leb(index) + b"\x1a" for index in range(count))
    return module([code], memories=[b"\0\1"] * count, exports=[_RUN])


def data_segments(count: int) -> bytes:
    """Return a module with active data segments without bytes."""
    return module([_GROW], exports=[_RUN], data=[b"\0\x41\0\x0b\0"] * count)


def element_segments(count: int) -> bytes:
    """Return a module with active element segments of one function each."""
    return module([_GROW], tables=[b"\x70\0\1"], exports=[_RUN], elements=[b"\0\x41\0\x0b\1\0"] * count)


def copied_tables(count: int) -> bytes:
    """Return a module whose tables are each copied into the previous one; the last contains the function."""
    copies = [b"\x41\0" * 3 + b"\xfc\x0e" + leb(index) + leb(index + 1) for index in range(count - 1)]
    code = b"".join(copies) + b"\x41\0\x11\0\0"
    last = b"\2" + leb(count - 1) + b"\x41\0\x0b\0\1\0"
    return module([code + _GROW], tables=[b"\x70\0\1"] * count, exports=[_RUN], elements=[last])


def filled_tables(count: int) -> bytes:
    """Return a module whose tables are all filled from a segment of as many functions, and called through."""
    return _many_tables(count, b"\x41\0" * 3 + b"\xfc\x0c\0", b"\x41\0\x11\0")


def written_tables(count: int) -> bytes:
    """Return a module whose tables may contain any function, with calls by a type that no function has."""
    return _many_tables(count, b"\x41\0\xd0\x70\x26", b"\x41\0\x41\0\x11\1")


def _many_tables(count: int, instruction: bytes, call: bytes) -> bytes:
    """Return a module that executes the instruction and the call for each of its tables."""
    indices = [leb(index) for index in range(count)]
    return module(
        [b"".join(instruction + index + call + index for index in indices) + _GROW, *([b""] * (count - 1))],
        types=[EMPTY, _OTHER],
        tables=[b"\x70\0\1"] * count,
        exports=[_RUN],
        elements=[b"\1\0" + vector(indices)],
    )


def constant_calls(count: int) -> bytes:
    """Return a module with calls through a constant table, each with another constant index."""
    calls = b"".join(b"\x41" + signed(index) + b"\x11\0\0" for index in range(count))
    segment = b"\0\x41\0\x0b" + vector([leb(index) for index in range(count)])
    table = b"\x70\0" + leb(count)
    return module([calls + _GROW, *([b""] * (count - 1))], tables=[table], exports=[_RUN], elements=[segment])


def long_export(count: int) -> bytes:
    """Return a module whose export has a name of `count` bytes."""
    return module([_GROW], exports=[(b"n" * count, 0)])


def long_import(count: int) -> bytes:
    """Return a module whose import has a name of `count` bytes."""
    imported = name("host") + name("n" * count) + b"\0\0"
    return module([b"\x10\0" + _GROW], imports=[imported], exports=[(b"run", 1)])


def long_function_name(count: int) -> bytes:
    """Return a module whose function has a debug name of `count` bytes."""
    return module([_GROW], exports=[_RUN]) + names([b"\0" + name("n" * count)])


def long_custom(count: int) -> bytes:
    """Return a module with a custom section whose name has `count` bytes."""
    return module([_GROW], exports=[_RUN]) + custom("n" * count, b"")


def not_utf8(count: int) -> bytes:
    """Return a module whose export has a name of `count` bytes, the last of which is not UTF-8."""
    return module([_GROW], exports=[(b"n" * (count - 1) + b"\xff", 0)])


def function_names(count: int) -> bytes:
    """Return a module whose functions each have a name in the name section."""
    named = [leb(index) + name(f"f{index}") for index in range(count)]
    return module([_GROW, *([b""] * (count - 1))], exports=[_RUN]) + names(named)


def customs(count: int) -> bytes:
    """Return a module with custom sections without contents."""
    return module([_GROW], exports=[_RUN]) + custom("c", b"") * count


def nested_components(count: int) -> bytes:
    """Return nested components. Sizes are computed from the inside out, bytes written from the outside in."""
    heads: list[bytes] = []
    size = 8
    for _ in range(count - 1):
        heads.append(b"\4" + leb(size))
        size += 8 + len(heads[-1])
    start = b"\0asm\x0d\0\1\0"
    return start + b"".join(head + start for head in reversed(heads))


def core_modules(count: int) -> bytes:
    """Return a component of `count` core modules, each of which can grow its memory."""
    return b"\0asm\x0d\0\1\0" + section(1, module([_GROW], exports=[_RUN])) * count
