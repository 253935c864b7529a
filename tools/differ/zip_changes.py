"""Change zips field by field: in a member's header, in the directory, or in both."""

import random
import struct
import zlib
from collections.abc import Callable

from tools.differ.zips import STORED, Entry, Zip, entry, joined


def changed(zip_: Zip, choose: random.Random) -> bytes:
    """Return the zip with one to three changes."""
    for _ in range(choose.choice((1, 1, 1, 2, 3))):
        choose.choice(_CHANGES)(zip_, choose)
    return joined(zip_)


def _fact(zip_: Zip, choose: random.Random) -> None:
    """Change a field in the header, in the directory, or in both."""
    member = choose.choice(zip_.entries)
    which = choose.choice(((member.local,), (member.central,), (member.local, member.central)))
    match choose.choice(
        ("name", "name", "flags", "method", "crc", "packed", "size", "extra", "extra", "needed")
    ):
        case "name":
            name = _name(member.central.name, choose)
            for facts in which:
                facts.name = name
        case "flags":
            bit = 1 << choose.randrange(16)
            for facts in which:
                facts.flags ^= bit
        case "method":
            method = choose.choice((0, 8, 9, 12, 14, 93, 95, 99))
            for facts in which:
                facts.method = method
        case "extra":
            extra = _extra(member, choose)
            for facts in which:
                facts.extra += extra
        case "needed":
            needed = choose.choice((0, 10, 45, 63, 64, 255))
            for facts in which:
                facts.needed = needed
        case number:
            for facts in which:
                setattr(facts, number, _value(getattr(facts, number), choose))


def _value(value: int, choose: random.Random) -> int:
    return choose.choice((0, 1, 0xFFFFFFFF, max(0, value - 1), min(0xFFFFFFFF, value + 1)))


def _name(name: bytes, choose: random.Random) -> bytes:
    return choose.choice(
        (
            b"package/ok.wasm",
            b"package/other.wasm",
            b"package/OK.wasm",
            b"./" + name,
            b"/" + name,
            b"../" + name,
            name + b"/",
            name + b"\0.txt",
            name + b"\n",
            name + b"\x1b",
            name + b" ",
            name + b".",
            name.replace(b"/", b"\\"),
            name.replace(b"/", b"//"),
            name + b"#0",
            name + b":x",
            name + b"?",
            b"\xe9" + name,
            "é".encode() + name,
            b"",
        )
    )


def _extra(member: Entry, choose: random.Random) -> bytes:
    number = choose.choice((1, 0x7075, 0x7855, 0x5455, 0x756E, 0x6C78, 0x0017, 0x9901, 0xCAFE, 0x000D, 0))
    content = {
        1: struct.pack("<QQQ", member.central.size, member.central.packed, 0)[: choose.choice((8, 16, 24))],
        0x7075: b"\1" + struct.pack("<I", zlib.crc32(member.central.name)) + b"package/other.wasm",
        0x756E: struct.pack("<IHIHH", 0, 0o120777, 0, 0, 0) + b"x",
        0x6C78: b"\7" + struct.pack("<HHI", 3, 3, 0o40755 << 16),
    }.get(number, b"\1234")
    length = choose.choice((len(content), len(content), len(content), 0, 99))
    return struct.pack("<HH", number, length) + content + choose.choice((b"", b"", b"\0", b"\0\0\0\0", b"x"))


def _around(zip_: Zip, choose: random.Random) -> None:
    """Change what surrounds a member, or what only the directory states about it."""
    member = choose.choice(zip_.entries)
    match choose.randrange(9):
        case 0:
            member.before = choose.choice((b"gap", joined(Zip([entry(b"evil.wasm", b"text", STORED)]))))
        case 1:
            member.made_by = choose.choice((0, 3, 7, 10, 19, 255))
        case 2:
            member.attributes = choose.choice(
                (0, 0x10, 0x20, 0o40755 << 16, 0o120777 << 16, 0o100644 << 16, 0o644 << 16)
            )
        case 3:
            end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
            member.comment = choose.choice(
                (b"text", end, b"PK\6\7" + bytes(16), b"PK\6\6" + bytes(52) + b"PK\6\7" + bytes(16))
            )
        case 4:
            member.disk = choose.choice((1, 0xFFFF))
        case 5:
            member.shift = choose.choice((-1, 1, 4, -30, 40))
        case 6:
            member.is_listed = not member.is_listed
        case 7:
            member.descriptor = choose.choice(
                (b"", member.descriptor[4:], member.descriptor + b"\0\0\0\0", b"PK\7\x08" + bytes(12))
            )
        case _:
            data = bytearray(member.data or b"x")
            data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
            member.data = bytes(data)


def _members(zip_: Zip, choose: random.Random) -> None:
    """Repeat a member, remove one, or swap two."""
    place, other = choose.randrange(len(zip_.entries)), choose.randrange(len(zip_.entries))
    match choose.randrange(3):
        case 0:
            zip_.entries.insert(other, zip_.entries[place])
        case 1 if len(zip_.entries) > 1:
            del zip_.entries[place]
        case _:
            zip_.entries[place], zip_.entries[other] = zip_.entries[other], zip_.entries[place]


def _end(zip_: Zip, choose: random.Random) -> None:
    """Change the end of the zip, or what precedes or follows it."""
    inner = joined(Zip([entry(b"package/ok.wasm", b"\0asm\1\0\0\0", STORED)]))
    match choose.randrange(8):
        case 0:
            zip_.comment = choose.choice((b"text", inner, inner[-22:], b"PK\5\6"))
        case 1:
            zip_.behind = choose.choice((b"x", inner, bytes(4)))
        case 2:
            zip_.gap = choose.choice((b"gap", inner, bytes(4)))
        case 3:
            zip_.before_end = choose.choice((b"PK\6\7" + bytes(16), b"PK\5\5\0\0", b"x"))
        case 4:
            zip_.count_shift = choose.choice((-1, 1))
        case 5:
            zip_.size_shift = choose.choice((-1, 1, 46))
        case 6:
            zip_.start_shift = choose.choice((-1, 1, 30))
        case _:
            zip_.disks = choose.choice(((1, 0), (0, 1), (0xFFFF, 0xFFFF)))


_CHANGES: tuple[Callable[[Zip, random.Random], None], ...] = (
    _fact,
    _fact,
    _fact,
    _around,
    _around,
    _members,
    _end,
)
