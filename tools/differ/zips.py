"""Make zips whose headers, directory and end state what each field says."""

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
