"""Tests the definitions of components: each fills its index space, or ends the reading with a note."""

import pytest
from tools.bench.encode import leb, section

from nogrow.wasm.component import core_modules

HEADER = b"\0asm\x0d\0\x01\0"
CORE = section(1, b"\0asm\x01\0\0\0")
INSTANCE = section(2, b"\x01\x00\x00\x00")
NAME = b"\x00\x01n"


def alias(name: bytes) -> bytes:
    """Return an alias of the core function that instance 0 exports as `name`, of one character."""
    return section(6, b"\x01\x00\x00\x01\x00\x01" + name)


def lift(option: int, index: int) -> bytes:
    return section(8, b"\x01\x00\x00\x00\x01" + bytes((option,)) + leb(index) + b"\x00")


def callers(*sections: bytes) -> tuple[str, ...]:
    (module,) = core_modules(HEADER + CORE + INSTANCE + b"".join(sections))
    return module.callers


@pytest.mark.parametrize(
    ("between", "functions"),
    [
        pytest.param(section(2, b"\x01\x00\x00\x01\x01a\x12\x00"), 0, id="core instance with an argument"),
        pytest.param(
            section(6, b"\x01\x00\x01\x01\x00\x01t") + section(2, b"\x01\x01\x01\x01t\x01\x00"),
            0,
            id="bundle with a table",
        ),
        pytest.param(section(6, b"\x01\x03\x00\x00\x01a"), 0, id="alias of an instance's export"),
        pytest.param(section(6, b"\x01\x03\x02\x01\x00"), 0, id="alias of an outer type"),
        pytest.param(section(6, b"\x01\x00\x11\x02\x05\x00"), 0, id="alias of a module beyond the outermost"),
        pytest.param(section(6, b"\x01\x00\x11\x02\x00\x01"), 0, id="alias of a module that is not there"),
        pytest.param(
            section(6, b"\x01\x03\x01\x00\x01a"), 0, id="alias of something else in a core instance"
        ),
        pytest.param(section(10, b"\x01" + NAME + b"\x00\x11\x00"), 0, id="imported core module"),
        pytest.param(section(10, b"\x01" + NAME + b"\x00\x02\x00"), 0, id="imported core memory"),
        pytest.param(section(10, b"\x01" + NAME + b"\x00\x00\x00"), 1, id="imported core function"),
        pytest.param(section(10, b"\x01" + NAME + b"\x01\x00"), 0, id="imported function"),
        pytest.param(section(10, b"\x01" + NAME + b"\x02\x00\x00"), 0, id="imported value like another"),
        pytest.param(section(10, b"\x01" + NAME + b"\x02\x01\x7f"), 0, id="imported value of a type"),
        pytest.param(section(10, b"\x01" + NAME + b"\x03\x00\x00"), 0, id="imported type like another"),
        pytest.param(section(10, b"\x01" + NAME + b"\x03\x01"), 0, id="imported resource"),
        pytest.param(section(10, b"\x01" + NAME + b"\x05\x00"), 0, id="imported instance"),
        pytest.param(section(10, b"\x01\x02\x01n\x01\x00\x01v\x03\x01"), 0, id="name with a version"),
        pytest.param(section(11, b"\x01" + NAME + b"\x01\x00\x00"), 0, id="export"),
        pytest.param(section(11, b"\x01" + NAME + b"\x01\x00\x01\x01\x00"), 0, id="export with a type"),
        pytest.param(section(11, b"\x01" + NAME + b"\x00\x11\x00\x00"), 0, id="exported core module"),
        pytest.param(
            section(11, b"\x01" + NAME + b"\x00\x11\x09\x00"), 0, id="exported module that is not there"
        ),
        pytest.param(section(8, b"\x01\x0a\x03"), 1, id="context.get of a slot"),
        pytest.param(section(8, b"\x01\x0a\x7f\x00"), 1, id="context.get of a type and a slot"),
        pytest.param(section(8, b"\x01\x0b\x7e\x00"), 1, id="context.set of a type and a slot"),
        pytest.param(section(8, b"\x01\x09\x00\x7f\x00"), 1, id="task.return"),
        pytest.param(section(8, b"\x01\x09\x01\x00\x00"), 1, id="task.return of nothing"),
        pytest.param(section(8, b"\x01\x0c\x01"), 1, id="a byte"),
        pytest.param(section(8, b"\x01\x0f\x00\x01\x08\x00"), 1, id="an index and options"),
        pytest.param(section(8, b"\x01\x11\x00\x01"), 1, id="an index and a byte"),
        pytest.param(section(8, b"\x01\x20\x01\x00"), 1, id="a byte and an index"),
        pytest.param(section(8, b"\x01\x27\x00\x00"), 1, id="two indices"),
        pytest.param(section(8, b"\x01\x1c\x01\x00"), 1, id="an option without an index"),
        pytest.param(section(8, b"\x01\x1c\x01\x09"), 1, id="the last option"),
        pytest.param(section(8, b"\x01\x01\x00\x00\x00"), 1, id="lower"),
        pytest.param(section(3, b"anything"), 0, id="a section that does not matter"),
    ],
)
def test_skipped_definitions_keep_indices_right(between: bytes, functions: int) -> None:
    sentences = callers(alias(b"r"), between, alias(b"s"), lift(4, 1 + functions))
    assert sentences == ("canonical realloc: host-side caller of `s`",)


def test_exported_module_can_be_instantiated_by_its_new_index() -> None:
    exported = section(11, b"\x01" + NAME + b"\x00\x11\x00\x00")
    again = section(2, b"\x01\x00\x01\x00")
    function = section(6, b"\x01\x00\x00\x01\x01\x01q")
    assert callers(exported, again, function, lift(7, 0)) == ("canonical callback: host-side caller of `q`",)


@pytest.mark.parametrize("sort", [b"\x00", b"\x02"], ids=["function", "memory"])
def test_export_of_an_unknown_module_is_named_by_index(sort: bytes) -> None:
    """The file has no code of an imported module."""
    imported = section(10, b"\x01" + NAME + b"\x00\x12\x00")
    item = section(6, b"\x01\x00" + sort + b"\x01\x01\x01q")
    option, kind = (4, "function") if sort == b"\x00" else (3, "memory")
    (sentence,) = callers(imported, item, lift(option, 0))
    assert sentence.endswith(f"core {kind} 0 of the component")


@pytest.mark.parametrize(
    ("unknown", "offset", "message"),
    [
        (section(8, b"\x00\x00"), 1, "bytes left over in the section"),
        (section(2, b"\x01\x02"), 1, "unknown form of core instance 0x02"),
        (section(2, b"\x01\x00\x05\x00"), 2, "index 5 out of range"),
        (section(2, b"\x01\x00\x01\x00"), 2, "index 1 out of range"),
        (section(6, b"\x01\x03\x05"), 2, "unknown target of an alias 0x05"),
        (section(8, b"\x01\x00\x01"), 2, "unknown sort of a canonical definition"),
        (section(8, b"\x01\x09\x01\x01"), 3, "named results are not known here"),
        (section(8, b"\x01\x00\x00\x00\x01\x0a"), 5, "unknown canonical option 0x0a"),
        (section(8, b"\x01\x00\x00\x00\x01\x04\x09\x00"), 6, "index 9 out of range"),
        (section(8, b"\x01\x00\x00\x00\x01\x04\x01\x00"), 6, "index 1 out of range"),
        (section(10, b"\x01\x03"), 1, "unknown form of name 0x03"),
        (section(10, b"\x01" + NAME + b"\x06"), 4, "unknown description 0x06"),
        (section(8, b"\x01"), 0, "1 elements announced, 0 bytes left"),
    ],
)
def test_unknown_definition_ends_the_reading_with_a_note(unknown: bytes, offset: int, message: str) -> None:
    before = alias(b"r")
    at = len(HEADER + CORE + INSTANCE + before) + 2 + offset
    (sentence,) = callers(before, unknown, lift(4, 0))
    assert f"were not read (offset 0x{at:x}: {message}" in sentence


def test_callers_before_an_unknown_definition_are_kept() -> None:
    sentences = callers(alias(b"r"), lift(4, 0), section(8, b"\x01\x7e"))
    assert len(sentences) == 2
    assert "canonical realloc: host-side caller of `r`" in sentences


# Component model, Binary.md, `canon`: examples of the operands of each built-in.
OPERANDS = {
    b"\x01": (0x02, 0x03, 0x04, 0x07, 0x0E, 0x13, 0x14, 0x15, 0x1A, 0x1B, 0x06, 0x0C, 0x29, 0x2B, 0x2C, 0x2D),
    b"": (0x05, 0x08, 0x0D, 0x1E, 0x1F, 0x22, 0x23, 0x24, 0x25, 0x26),
    b"\x01\x01\x00": (0x0F, 0x10, 0x16, 0x17),
    b"\x01\x01": (0x11, 0x12, 0x18, 0x19, 0x20, 0x21, 0x27),
    b"\x01\x00": (0x1C, 0x1D),
    b"\x00\x7f\x00": (0x09,),
    b"\x03": (0x0A, 0x0B),
}


@pytest.mark.parametrize(
    ("code", "operands"), [(code, operands) for operands, codes in OPERANDS.items() for code in codes]
)
def test_built_in_is_read_with_its_operands(code: int, operands: bytes) -> None:
    twice = section(8, b"\x02" + 2 * (bytes((code,)) + operands))
    assert callers(twice, alias(b"s"), lift(4, 2)) == ("canonical realloc: host-side caller of `s`",)


@pytest.mark.parametrize("code", [0x28, 0x2A, 0x2E, 0x40, 0x41, 0x42, 0x7E, 0xFF])
def test_unlisted_built_in_is_unknown(code: int) -> None:
    (sentence,) = callers(section(8, bytes((1, code))))
    assert f"unknown canonical definition 0x{code:02x}" in sentence
