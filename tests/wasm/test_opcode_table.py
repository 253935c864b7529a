"""Compares the opcode table with the reference decoder's: the instructions and their lengths."""

import pytest
from tools.bench.encode import leb

from nogrow.errors import ModuleError
from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES
from tests.reference.decoder import decode
from tests.reference.opcodes import ONE_BYTE, PREFIXED
from tests.support.modules import module_with_bodies
from tests.wasm.test_opcodes import probe, trap_offsets
from tests.wasm.test_scan import assert_scan_is_the_references

# Proposals that no engine ships and nogrow does not support.
UNSUPPORTED: set[tuple[int, int | None]] = {(0xFB, sub) for sub in range(0x20, 0x40)}
REFERENCE: dict[tuple[int, int | None], tuple[str, tuple[str, ...]]] = {
    **{(opcode, None): item for opcode, item in ONE_BYTE.items()},
    **{(prefix, sub): item for prefix, table in PREFIXED.items() for sub, item in table.items()},
}
SHORT = {
    "index": b"\0",
    "indices": b"\2\0\0",
    "s32": b"\x7f",
    "s64": b"\x7f",
    "memarg": b"\2\0",
    "block_type": b"\x40",
    "heap_type": b"\x70",
    "value_types": b"\1\x7f",
    "catches": b"\1\2\0",
    "handlers": b"\0",
    "cast_flags": b"\3",
    "zero_byte": b"\0",
}
LONG = {
    "index": b"\x80\0",
    "indices": b"\x82\0\x80\0\0",
    "s32": b"\xff" * 4 + b"\x7f",
    "s64": b"\xff" * 9 + b"\x7f",
    "memarg": b"\x42\0\x80\1",
    "block_type": b"\x81\0",
    "heap_type": b"\x80\0",
    "value_types": b"\2\x63\x70\x7e",
    "catches": b"\2\0\0\0\3\0",
    "handlers": b"\2\0\0\0\1\0",
    "cast_flags": b"\0",
    "zero_byte": b"\0",
}


def test_instructions_and_names_equal_the_reference_s() -> None:
    assert INSTRUCTIONS.keys() == REFERENCE.keys() - UNSUPPORTED
    for key, instruction in INSTRUCTIONS.items():
        # Instructions that no report names have a number in place of a name.
        if " " not in instruction.name:
            name, _ = REFERENCE[key]
            assert instruction.name in (name, name.removesuffix(".null"))


@pytest.mark.parametrize("prefix", [None, *PREFIXES])
@pytest.mark.parametrize("written", [SHORT, LONG], ids=["short", "long"])
def test_known_instruction_ends_where_the_reference_ends_it(
    prefix: int | None, written: dict[str, bytes]
) -> None:
    byte = b"\x80" if written is LONG else b"\0"
    bodies = []
    for opcode, sub in INSTRUCTIONS:
        if (opcode if sub is not None else None) == prefix:
            kinds = REFERENCE[opcode, sub][1]
            sizes = (int(kind.removeprefix("bytes")) if kind.startswith("bytes") else 0 for kind in kinds)
            parts = (byte * size or written[kind] for kind, size in zip(kinds, sizes, strict=True))
            bodies.append(probe(opcode, sub, b"".join(parts)))
    data = module_with_bodies(bodies)
    instructions = [item for function in decode(data).functions for item in function.instructions]
    traps = [item.offset for item in instructions if item.name == "unreachable"]
    # The fast path skips an `unreachable` that starts a run of eight zero bytes.
    assert trap_offsets(data) == [at for at in traps if data[at : at + 8] != bytes(8)]


@pytest.mark.parametrize("sub", [0x17F, 0x1FF, 0x200, 0x400, (1 << 32) - 1])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_sub_opcode_beyond_the_table_is_refused(prefix: int, sub: int) -> None:
    with pytest.raises(ModuleError, match="unknown instruction"):
        trap_offsets(module_with_bodies([bytes((prefix,)) + leb(sub) + bytes(16) + b"\x0b"]))


@pytest.mark.parametrize("label", [0x3F, 0x40, 0x7C, 0x7F])
def test_label_encoded_like_a_block_type_is_a_label(label: int) -> None:
    branches = bytes((0x41, 0, 0x0D, label, 0x41, 1, 0x0D, 0, 0x0C, label))
    body = b"\x02\x40" * 0x80 + branches + b"\x0b" * 0x81
    assert_scan_is_the_references(module_with_bodies([body]), label)


ABSTRACT = [bytes((byte,)) for byte in range(0x69, 0x76)]
REFERENCES = [*ABSTRACT, b"\x63\x70", b"\x64\x00", b"\x63\x81\x00", b"\x65\x70", b"\x63\x65\x6f"]
BLOCK_TYPES = [b"\x40", *(bytes((byte,)) for byte in range(0x7B, 0x80)), *REFERENCES, b"\x01", b"\x80\x00"]


@pytest.mark.parametrize("written", BLOCK_TYPES, ids=bytes.hex)
def test_block_type_ends_where_the_reference_ends_it(written: bytes) -> None:
    data = module_with_bodies([probe(0x02, None, written)])
    instructions = decode(data).functions[0].instructions
    assert trap_offsets(data) == [item.offset for item in instructions if item.name == "unreachable"]


@pytest.mark.parametrize(
    "written", [b"\x65\x7f", b"\x63\x65\x00", b"\x41", b"\x7a", b"\x02", b"\x67"], ids=bytes.hex
)
def test_unknown_block_type_is_refused(written: bytes) -> None:
    with pytest.raises(ModuleError, match="unknown type"):
        trap_offsets(module_with_bodies([probe(0x02, None, written)]))
