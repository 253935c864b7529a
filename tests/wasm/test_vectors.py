"""Compare the vector kernel with the decoder, which reads each item in Python and is the reference here."""

import random
from collections.abc import Callable

import pytest
from tools.bench.encode import HEADER, leb, section, vector

from nogrow.errors import ModuleError
from nogrow.wasm import vectors as kernel
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.runtime import Engine
from nogrow.wasm.vectors import VectorReader

ENGINE = Engine()
COUNT = 1500
BODY = b"\2\0\x0b"
Sections = dict[int, bytes]
ORDER = (1, 2, 3, 4, 5, 6, 7, 9, 12, 10, 11, 0)


def base() -> Sections:
    """Return the sections of a module with functions, a table, a memory and globals."""
    return {
        1: vector([b"\x60\0\0", b"\x60\1\x7f\0"]),
        3: vector([b"\0"] * COUNT),
        4: vector([b"\x70\0\1"]),
        5: vector([b"\0\1"]),
        6: vector([b"\x7f\0\x41\0\x0b"] * COUNT),
        10: vector([BODY] * COUNT),
    }


def assembled(sections: Sections) -> bytes:
    return HEADER + b"".join(section(number, sections[number]) for number in ORDER if number in sections)


def outcome(data: bytes, vectors: VectorReader | None) -> object:
    """Return all that decoding `data` gives: the model and the names, or the error."""
    try:
        module = decode(data, None, vectors)
    except ModuleError as error:
        return str(error)
    names = FunctionNames.of(module, vectors)
    return parts(module), [names.get(index) for index in range(COUNT)]


def parts(module: Module) -> tuple[object, ...]:
    return (
        module.functions,
        module.globals,
        tuple(module.exports),
        module.segments,
        module.sections,
        module.code,
    )


def assert_same(data: bytes) -> None:
    assert outcome(data, VectorReader(ENGINE)) == outcome(data, None)


def export(name: bytes, kind: int = 0, index: int = 0) -> bytes:
    return leb(len(name)) + name + bytes([kind]) + leb(index)


EXPORTS = [export(b"e%d" % number, 0, number) for number in range(COUNT)]
UNUSUAL: dict[str, Callable[[Sections], None]] = {
    "plain": lambda sections: sections.update({7: vector(EXPORTS)}),
    "several kinds": lambda sections: sections.update(
        {7: vector([*EXPORTS, export(b"m", 2), export(b"t", 1), export(b"g", 3, 7)])}
    ),
    "names beyond ASCII": lambda sections: sections.update({7: vector([*EXPORTS, export("é".encode())])}),
    "malformed UTF-8": lambda sections: sections.update({7: vector([*EXPORTS, export(b"\xff"), *EXPORTS])}),
    "the same name twice": lambda sections: sections.update({7: vector([*EXPORTS, EXPORTS[3]])}),
    "a long name": lambda sections: sections.update({7: vector([*EXPORTS, export(b"n" * 100_000)])}),
    "too long a name": lambda sections: sections.update({7: vector([*EXPORTS, export(b"n" * 100_001)])}),
    "an unknown kind": lambda sections: sections.update({7: vector([*EXPORTS, export(b"x", 5)])}),
    "an index out of range": lambda sections: sections.update(
        {7: vector([*EXPORTS, export(b"x", 0, COUNT)])}
    ),
    "an export cut off": lambda sections: sections.update({7: vector(EXPORTS)[:-1]}),
    "bytes left over": lambda sections: sections.update({7: vector(EXPORTS) + b"\0"}),
    "an index of six bytes": lambda sections: sections.update(
        {7: vector([*EXPORTS, b"\1x\0\x80\x80\x80\x80\x80\0"])}
    ),
    "globals with references": lambda sections: sections.update(
        {6: vector([b"\x7f\1\x41\0\x0b"] * COUNT + [b"\x70\0\xd2\5\x0b"] + [b"\x7e\0\x42\0\x0b"] * COUNT)}
    ),
    "all kinds of numbers": lambda sections: sections.update(
        {
            6: vector(
                [
                    b"\x7f\0\x41\xff\xff\xff\xff\x07\x0b",
                    b"\x7e\1\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f\x0b",
                    b"\x7d\0\x43\0\0\0\0\x0b",
                    b"\x7c\1\x44\0\0\0\0\0\0\0\0\x0b",
                    b"\x7f\0\x23\0\x0b",
                ]
                * 300
            )
        }
    ),
    "a global of too large a number": lambda sections: sections.update(
        {6: vector([b"\x7f\0\x41\0\x0b"] * COUNT + [b"\x7f\0\x41\xff\xff\xff\xff\x0f\x0b"])}
    ),
    "a global without an end": lambda sections: sections.update(
        {6: vector([b"\x7f\0\x41\0\x0b"] * COUNT + [b"\x7f\0\x41\0\x41"])}
    ),
    "a global of unknown mutability": lambda sections: sections.update(
        {6: vector([b"\x7f\0\x41\0\x0b"] * COUNT + [b"\x7f\2\x41\0\x0b"])}
    ),
    "data segments": lambda sections: sections.update(
        {11: vector([b"\0\x41\0\x0b\3abc", b"\1\2ab", b"\2\0\x41\0\x0b\0"] * COUNT)}
    ),
    "data longer than the window": lambda sections: sections.update(
        {11: vector([b"\0\x41\0\x0b" + leb(3 << 20) + bytes(3 << 20), *[b"\1\0"] * COUNT])}
    ),
    "data for no memory": lambda sections: sections.update(
        {11: vector([b"\1\0"] * COUNT + [b"\2\1\x41\0\x0b\0"])}
    ),
    "data cut off": lambda sections: sections.update({11: vector([b"\1\0"] * COUNT + [b"\1\x20"])}),
    "data announced": lambda sections: sections.update({12: leb(COUNT), 11: vector([b"\1\0"] * COUNT)}),
    "elements": lambda sections: sections.update(
        {9: vector([b"\0\x41\0\x0b" + vector([leb(number) for number in range(COUNT)])])}
    ),
    "elements out of range": lambda sections: sections.update(
        {9: vector([b"\0\x41\0\x0b" + vector([leb(number + 1) for number in range(COUNT)])])}
    ),
    "types out of range": lambda sections: sections.update({3: vector([*[b"\0"] * (COUNT - 1), b"\2"])}),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_kernel_and_decoder_read_the_same(name: str) -> None:
    sections = base()
    UNUSUAL[name](sections)
    assert_same(assembled(sections))


def named(*names: tuple[int, bytes], behind: bytes = b"") -> bytes:
    items = vector([leb(index) + leb(len(name)) + name for index, name in names]) + behind
    return b"\4name" + b"\1" + leb(len(items)) + items


@pytest.mark.parametrize(
    "contents",
    [
        named(*((number, b"f%d" % number) for number in range(COUNT))),
        named(*((number, b"f" * number) for number in range(COUNT))),
        named(*((number, b"f") for number in range(COUNT)), (3, b"again")),
        named(*((number, b"\xff") for number in range(COUNT))),
        named(*((number, b"n" * 1000) for number in range(COUNT)))[:-500],
        named((0, b"n" * (3 << 20)), *((number, b"f") for number in range(1, COUNT))),
    ],
    ids=["short", "longer", "twice", "not UTF-8", "cut off", "longer than the window"],
)
def test_kernel_and_decoder_read_the_same_names(contents: bytes) -> None:
    assert_same(assembled(base() | {0: contents}))


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_decoder_agree_on_damaged_sections(seed: int) -> None:
    chance = random.Random(seed)
    sections = base() | {
        7: vector(EXPORTS),
        9: vector([b"\0\x41\0\x0b" + vector([leb(number) for number in range(COUNT)])]),
        11: vector([b"\0\x41\0\x0b\3abc", b"\1\2ab"] * COUNT),
        0: named(*((number, b"f%d" % number) for number in range(COUNT))),
    }
    for number in (3, 6, 7, 9, 11, 0):
        damaged = bytearray(sections[number])
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(3, len(damaged))] = chance.choice(
                (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
        assert_same(assembled(sections | {number: bytes(damaged)}))


def test_kernel_reads_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "_WINDOW", 64)
    monkeypatch.setattr(kernel, "_MOST_ITEMS", 7)
    sections = base() | {7: vector(EXPORTS), 11: vector([b"\0\x41\0\x0b\x50" + bytes(0x50)] * COUNT)}
    sections[0] = named(*((number, b"f" * (number % 100)) for number in range(COUNT)))
    assert_same(assembled(sections))
