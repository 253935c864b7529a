"""Tests the name section: it gives the names that can be read and never causes an error."""

import pytest
from tools.bench.encode import HEADER, leb, section, vector

from nogrow.wasm.decode import decode
from nogrow.wasm.names import LONGEST, FunctionNames


def naming(*subsections: bytes) -> bytes:
    """Return a module whose name section has these subsections."""
    return HEADER + section(0, b"\4name" + b"".join(subsections))


def functions(*names: tuple[int, bytes]) -> bytes:
    """Return the subsection of function names."""
    return section(1, vector([leb(index) + leb(len(name)) + name for index, name in names]))


def names(data: bytes) -> dict[int, str]:
    """Return the names of the first 1,000 functions."""
    function_names = FunctionNames.of(decode(data))
    return {index: name for index in range(1000) if (name := function_names.get(index)) is not None}


def test_functions_have_their_names() -> None:
    data = naming(section(0, b"\1m"), functions((0, b"a"), (7, b"b"), (300, b"c")), section(2, b"\0"))
    assert names(data) == {0: "a", 7: "b", 300: "c"}


def test_bytes_outside_utf8_are_replaced() -> None:
    assert names(naming(functions((0, b"a\xff")))) == {0: "a\N{REPLACEMENT CHARACTER}"}


def test_second_name_section_adds_names() -> None:
    data = naming(functions((0, b"a"))) + naming(functions((1, b"b")))[len(HEADER) :]
    assert names(data) == {0: "a", 1: "b"}


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(b"\1", id="no size"),
        pytest.param(b"\1\5\2\0\1a", id="size beyond the section"),
        pytest.param(b"\1\4\2\0\1", id="name cut off"),
        pytest.param(b"\1\3\1\0\x7f", id="name longer than the section"),
        pytest.param(b"\1\x0c\1\0\x7f" + b"a" * 9, id="name longer than the section by far"),
        pytest.param(b"\1\x80\x80\x80\x80\x80\0", id="over-long size"),
        pytest.param(b"\1\6\xff\xff\xff\xff\x0f\0", id="four billion names"),
    ],
)
def test_malformed_name_section_loses_only_names(rest: bytes) -> None:
    assert set(names(naming(rest))) <= {0}
    assert names(naming(functions((0, b"kept")), rest))[0] in ("kept", "a")


def test_other_custom_sections_are_ignored() -> None:
    assert names(HEADER + section(0, b"\5names" + functions((0, b"a")))) == {}


def shown(name: bytes) -> str:
    return name.decode() if len(name) <= LONGEST else f"{name[:LONGEST].decode()}..."


@pytest.mark.parametrize("index", [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 0xFFFF_FFFF])
@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384])
def test_numbers_of_every_length_are_read(index: int, size: int) -> None:
    """The fast path reads numbers of up to three bytes."""
    before, name, behind = (1, b"before"), b"n" * size, (2, b"behind")
    # A size that is read wrong still lies inside the section.
    long = (3, b"z" * 100_000)
    function_names = FunctionNames.of(decode(naming(functions(before, (index, name), behind, long))))
    read = [function_names.get(number) for number in (1, index, 2, 4)]
    assert read == ["before", shown(name), "behind", None]
    assert function_names.get(3) == shown(b"z" * 100_000)


def test_only_the_start_of_a_long_name_is_kept() -> None:
    function_names = FunctionNames.of(decode(naming(functions((0, b"n" * 2_097_152), (1, b"behind")))))
    assert function_names.get(0) == "n" * LONGEST + "..."
    assert function_names.get(1) == "behind"
