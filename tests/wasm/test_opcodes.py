"""Compares the lengths of instructions with `wasm-tools dump`, an independent decoder.

Each instruction stands before a row of `unreachable` and `nop`. Both decoders report the offsets of the
`unreachable` instructions: an immediate that is read too long or too short shifts them.
"""

import re
from collections.abc import Iterator

import pytest
from tools.bench.encode import leb

from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan
from tests.support.modules import module_with_bodies, wasm_tools
from tests.support.sample import sampled

TRAP = 4
ENGINE = Engine()
ROW = b"\0\1" * 12
END = b"\x0b"
OPENS = {0x02, 0x03, 0x04, 0x06, 0x1F}
# The blocks that `else`, `catch`, `end`, `delegate` and `catch_all` belong to.
OPENED = {0x05: b"\x04\x40", 0x07: b"\x06\x40", 0x0B: b"\x02\x40", 0x18: b"\x06\x40", 0x19: b"\x06\x40"}

TAILS = (
    b"",
    b"\x40",
    b"\x7f",
    b"\x80\x01",
    b"\x80\x80\x80\x80\x00",
    b"\xff\xff\xff\xff\x0f",
    b"\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00",
    b"\x63\x70",
    b"\x02\x41\x01\x81\x01",
    b"\x42\x01\x90\x02",
    b"\x00\x02\x00\x00\x00\x01\x01\x00",
    b"\x01\x01\x00\x00\x00",
    b"\x40\x02\x00\x01\x00\x02\x00",
    b"\x40\x03\x03\x00\x01\x00\x00\x00\x01\x00\x00",
    b"\x02\x7f\x63\x00",
    b"\x01\x00\x70\x64\x01",
    b"\x03\x00\x6e\x6d",
)


# Instructions that only wasm-tools reads, of proposals that no engine ships. nogrow does not judge them.
NOT_SUPPORTED = {
    *(((0xFB), sub) for sub in range(0x20, 0x40)),
    *(((0xFE), sub) for sub in range(0x4F, 0x80)),
    (0xFB, 0x1F),
    (0xFC, 0x12),
}


def trap_offsets(data: bytes) -> list[int]:
    """Return the offsets of all `unreachable` instructions according to the kernel."""
    result = scan(decode(data), ENGINE)
    nodes = map(result.nodes.node, range(1, result.node_count))
    return [at for kind, _, _, at in nodes if kind == TRAP]


def dumped_offsets(data: bytes) -> list[int] | None:
    """Return the same according to wasm-tools, None if it can't decode the code."""
    try:
        text = wasm_tools("dump", "-", stdin=data).decode()
    except ValueError:
        return None
    if "??" in text:
        return None
    lines = re.findall(r"^ *(0x[0-9a-f]+) \|[0-9a-f ]+\| unreachable$", text, re.MULTILINE)
    return [int(line, 16) for line in lines]


def opcodes() -> Iterator[tuple[int, int | None]]:
    """Yield every opcode, and the sub-opcodes to beyond the last assigned one."""
    for opcode in range(256):
        if opcode in PREFIXES:
            yield from ((opcode, sub) for sub in range(0x120 if opcode == 0xFD else 0x80))
        else:
            yield opcode, None


def probe(opcode: int, sub: int | None, tail: bytes) -> bytes:
    """Return a body with the instruction, the tail and the row, and all blocks closed."""
    code = bytes((opcode,)) + (leb(sub) if sub is not None else b"")
    opened = OPENED.get(opcode, b"")
    ends = END * (2 if opcode in OPENS or opcode in (0x05, 0x07, 0x19) else 1)
    return opened + code + tail + ROW + ends


def is_small(prefix: int | None) -> bool:
    """Return whether the group has few instructions."""
    return prefix in (0xFB, 0xFC)


def accepted(prefix: int | None) -> list[bytes]:
    """Return the bodies with each instruction of a group and each tail that the kernel can decode."""
    bodies = []
    for opcode, sub in opcodes():
        if (opcode, sub) not in INSTRUCTIONS or (opcode if sub is not None else None) != prefix:
            continue
        decodable = []
        for tail in TAILS:
            body = probe(opcode, sub, tail)
            try:
                trap_offsets(module_with_bodies([body]))
            except ModuleError:
                continue
            decodable.append(body)
        assert decodable, f"no tail makes a decodable {INSTRUCTIONS[opcode, sub].name}"
        bodies += decodable
    return bodies


@pytest.mark.parametrize("prefix", sampled([None, *PREFIXES], is_small))
def test_known_instruction_ends_where_wasm_tools_ends_it(prefix: int | None) -> None:
    bodies = accepted(prefix)
    data = module_with_bodies(bodies)
    theirs = dumped_offsets(data)
    if theirs is None:
        refused = [body for body in bodies if dumped_offsets(module_with_bodies([body])) is None]
        pytest.fail("only nogrow decodes " + ", ".join(body.hex(" ") for body in refused))
    ours = trap_offsets(data)
    # The fast path skips an `unreachable` that starts a run of eight zero bytes.
    hidden = [at for at in theirs if data[at : at + 8] == bytes(8)]
    assert ours == [at for at in theirs if at not in hidden]
    assert len(ours) >= len(bodies)


@pytest.mark.parametrize("opcode", sampled([None, *PREFIXES], is_small))
def test_unlisted_opcode_is_unknown_to_wasm_tools_too(opcode: int | None) -> None:
    missing = [
        item
        for item in opcodes()
        if item not in INSTRUCTIONS and (item[0] == opcode or (opcode is None and item[1] is None))
    ]
    assert missing
    for first, sub in missing:
        data = module_with_bodies([probe(first, sub, b"")])
        with pytest.raises(ModuleError, match="unknown instruction"):
            trap_offsets(data)
        if (first, sub) not in NOT_SUPPORTED:
            assert dumped_offsets(data) is None, f"wasm-tools knows {first:#x} {sub}"
