"""Make zips that are changed field by field: in a member's header, in the directory, or in both."""

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

STORED, DEFLATED = 0, 8
_LOCAL, _CENTRAL = b"PK\3\4", b"PK\1\2"


@dataclass
class Facts:
    """The facts about a member that both its header and the directory state."""

    name: bytes
    flags: int = 0
    method: int = STORED
    crc: int = 0
    packed: int = 0
    size: int = 0
    extra: bytes = b""
    needed: int = 20


@dataclass
class Entry:
    """A member: both headers, its packed bytes, and what surrounds them."""

    local: Facts
    central: Facts
    data: bytes
    descriptor: bytes = b""
    before: bytes = b""
    made_by: int = 3
    attributes: int = 0o100644 << 16
    comment: bytes = b""
    disk: int = 0
    shift: int = 0
    is_listed: bool = True


@dataclass
class Zip:
    """The members, and what precedes and follows the directory."""

    entries: list[Entry]
    gap: bytes = b""
    before_end: bytes = b""
    comment: bytes = b""
    behind: bytes = b""
    count_shift: int = 0
    size_shift: int = 0
    start_shift: int = 0
    disks: tuple[int, int] = field(default=(0, 0))


def entry(name: bytes, content: bytes, method: int = DEFLATED, *, described: bool = False) -> Entry:
    """Return a member that all programs understand."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush() if method == DEFLATED else content
    flags = 8 if described else 0
    facts = zlib.crc32(content), len(packed), len(content)
    local = Facts(name, flags, method, *((0, 0, 0) if described else facts))
    descriptor = b"PK\7\x08" + struct.pack("<III", *facts) if described else b""
    return Entry(local, Facts(name, flags, method, *facts), packed, descriptor)


def seeds(quiet: bytes, growing: bytes) -> list[Callable[[], Zip]]:
    """Return functions that make zips of each kind. In a stored file of each, a whole zip is hidden."""
    inner = joined(Zip([entry(b"package/evil.wasm", growing, STORED)]))

    def plain() -> Zip:
        return Zip(
            [
                entry(b"package/a.txt", b"text"),
                entry(b"package/notes.bin", inner, STORED),
                entry(b"package/ok.wasm", quiet),
            ]
        )

    def described() -> Zip:
        return Zip([entry(b"package/", b"", STORED), entry(b"package/ok.wasm", quiet, described=True)])

    def hidden() -> Zip:
        zip_ = plain()
        zip_.entries.insert(1, entry(b"package/evil.wasm", growing, STORED))
        zip_.entries[1].is_listed = False
        return zip_

    return [plain, described, hidden]


def joined(zip_: Zip) -> bytes:
    """Return the zip's bytes."""
    body, listed = b"", []
    for member in zip_.entries:
        body += member.before
        offset = len(body)
        facts = member.local
        body += struct.pack(
            "<4sHHHIIIIHH",
            *(_LOCAL, facts.needed, facts.flags, facts.method, 0, facts.crc, facts.packed, facts.size),
            *(len(facts.name), len(facts.extra)),
        )
        body += facts.name + facts.extra + member.data + member.descriptor
        if member.is_listed:
            listed.append(_central(member, offset))
    body += zip_.gap
    directory = b"".join(listed)
    count = len(listed) + zip_.count_shift
    end = struct.pack(
        "<4sHHHHIIH",
        *(b"PK\5\6", *zip_.disks, count & 0xFFFF, count & 0xFFFF),
        *((len(directory) + zip_.size_shift) & 0xFFFFFFFF, (len(body) + zip_.start_shift) & 0xFFFFFFFF),
        len(zip_.comment),
    )
    return body + directory + zip_.before_end + end + zip_.comment + zip_.behind


def _central(listed: Entry, offset: int) -> bytes:
    facts = listed.central
    return (
        struct.pack(
            "<4sBBHHHIIIIHHHHHII",
            *(
                _CENTRAL,
                20,
                listed.made_by,
                facts.needed,
                facts.flags,
                facts.method,
                0,
                facts.crc,
                facts.packed,
            ),
            *(facts.size, len(facts.name), len(facts.extra), len(listed.comment), listed.disk, 0),
            *(listed.attributes & 0xFFFFFFFF, (offset + listed.shift) & 0xFFFFFFFF),
        )
        + facts.name
        + facts.extra
        + listed.comment
    )


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
