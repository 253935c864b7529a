"""Change tars field by field, in ways that programs may misread, and block by block."""

import random
from collections.abc import Callable

from tools.differ.tars import (
    BLOCK,
    FIELDS,
    GNU,
    NUMBERS,
    POSIX,
    V7,
    Part,
    header,
    joined,
    put,
    record,
    with_checksum,
)

_RARELY = 0.05
_LETTERS = [bytes([letter]) for letter in b"ADKLMNSVXxg"]
_CHECKSUMS = (
    "{:06o}\0 ",
    "{:07o}\0",
    "{:08o}",
    " {:05o}\0 ",
    "0_{:05o}\0",
    "+{:05o}\0 ",
    "\0{:06o} ",
    "{:06o} 1",
)
_KEYS = (
    *(b"path", b"path", b"size", b"size", b"linkpath", b"comment", b"mtime", b"uid", b"type", b"mode"),
    *(b"charset", b"hdrcharset", b"GNU.sparse.name", b"GNU.sparse.size", b"GNU.sparse.realsize"),
    *(b"GNU.sparse.major", b"SCHILY.realsize", b"SCHILY.ino", b"SCHILY.xattr.user.x", b"Path", b" path", b""),
)
_VALUES = (
    *(b"0", b"512", b"1024", b"1_024", b"0x0", b"1e2", b"-1", b"", b"package/ok.wasm", b"package/other.wasm"),
    *(
        b"a/b\0c.wasm",
        b"a=b.wasm",
        b"a.wasm/",
        b"../x.wasm",
        b"BINARY",
        b"x\n9 size=0",
        b"x\n18 path=a/y.wasm",
    ),
)


def changed(parts: list[Part], choose: random.Random) -> bytes:
    """Return the tar with one to three changes."""
    parts = list(parts)
    for _ in range(choose.choice((1, 1, 1, 2, 3))):
        change = choose.choice(_CHANGES)
        change(parts, choose)
    data = joined(parts)
    if choose.random() < _RARELY:
        return _cut_or_followed(data, choose)
    return data


def _cut_or_followed(data: bytes, choose: random.Random) -> bytes:
    ending = choose.randrange(4)
    if ending == 0:
        return data[: -choose.choice((1, 512, 513, 1024, 1536))]
    return data + (b"\0" * 512, data, b"more")[ending - 1]


def _field(parts: list[Part], choose: random.Random) -> None:
    """Write a field of a header in another way, with a matching checksum."""
    place = choose.randrange(len(parts))
    block = bytearray(parts[place].header)
    # A misread size hides a member or reveals a hidden one.
    field = "size" if choose.random() < 1 / 3 else choose.choice(list(FIELDS))
    start, length = FIELDS[field]
    value = bytes(block[start : start + length])
    if field == "checksum":
        form = choose.choice(_CHECKSUMS)
        parts[place] = parts[place]._replace(header=with_checksum(bytes(block), form))
        return
    if field in NUMBERS:
        value = _number(value, length, choose)
    elif field == "kind":
        value = choose.choice([b"\0", b"0", b"1", b"2", b"3", b"5", b"6", b"7", *_LETTERS])
    elif field == "magic":
        value = choose.choice((POSIX, GNU, V7, b"ustar\0  ", b"ustar\0\0\0", b"ustar 00", b"Ustar\x0000"))
    elif field == "rest":
        value = choose.choice((b"\0" * 8 + b"tar\0", b"x" * 12))
    else:
        value = _name(value, choose)
    block[start : start + length] = bytes(length)
    put(block, field, value)
    parts[place] = parts[place]._replace(header=with_checksum(bytes(block)))


def _number(field: bytes, length: int, choose: random.Random) -> bytes:
    """Return the number in `field` or another one, in a form that some programs read differently."""
    digits = field.strip(b" \0").lstrip(b"0") or b"0"
    value = int(digits, 8) if digits.isdigit() and not set(digits) & set(b"89") else 0
    value = choose.choice((value, value, value, 0, max(0, value - BLOCK), value + BLOCK, 1))
    digits = b"%o" % value
    width = length - 1
    forms = (
        digits.rjust(width, b"0") + b"\0",
        digits.rjust(length, b"0"),
        digits.rjust(width) + b" ",
        digits + b" \0",
        b"\0" + digits.rjust(length - 2, b"0") + b" ",
        b"0_" + digits.rjust(width - 2, b"0"),
        digits[:1] + b"_" + (digits[1:] or b"0"),
        b"+" + digits.rjust(width - 1, b"0"),
        b"-" + digits.rjust(width - 1, b"0"),
        b"0o" + digits.rjust(width - 2, b"0"),
        b"0x" + digits.rjust(width - 2, b"0"),
        b"\t" + digits.rjust(width - 1, b"0"),
        digits + b"\0" + b"7",
        digits + b" 7",
        digits + b"8",
        digits + b".5",
        b"%d" % value,
        bytes([0x80]) + value.to_bytes(length - 1, "big"),
        bytes([0xFF]) * (length - 1) + b"\0",
        b"",
        b" " * length,
    )
    return choose.choice(forms)


def _name(value: bytes, choose: random.Random) -> bytes:
    name = value.rstrip(b"\0") or b"package/y.wasm"
    return choose.choice(
        (
            name,
            b"./" + name,
            b"/" + name,
            b"../" + name,
            name + b"/",
            name + b"/../z.wasm",
            name.replace(b"/", b"//"),
            name.replace(b"/", b"\\"),
            name + b"\0x",
            name[:3] + b"\0\n" + name[3:],
            name + b"\n",
            name + b" ",
            name + b".",
            name.upper(),
            name + b"\xff",
            "é".encode() + name,
            "e\u0301".encode() + name,
            b"x" * 155,
            b"x" * 130,
            b"y" * 129 + b"\0" + b"7" * 11 + b" ",
            b"package/ok.wasm",
            b"",
        )
    )


def _block(parts: list[Part], choose: random.Random) -> None:
    """Remove a part, repeat it, swap it with another, or insert zeros."""
    place, other = choose.randrange(len(parts)), choose.randrange(len(parts))
    match choose.randrange(5):
        case 0 if len(parts) > 1:
            del parts[place]
        case 1:
            parts.insert(other, parts[place])
        case 2:
            parts[place], parts[other] = parts[other], parts[place]
        case 3:
            parts.insert(place, Part(bytes(BLOCK) * choose.choice((1, 2)), b""))
        case _:
            parts.insert(place, _extra(choose))


def _extra(choose: random.Random) -> Part:
    """Return a header that precedes a member: a pax header for one or all members, or one of GNU's."""
    kind = choose.choice((b"x", b"x", b"x", b"g", b"X", b"L", b"K", b"N", b"S"))
    if kind in b"xgX":
        content = b"".join(_record(choose) for _ in range(choose.choice((1, 1, 2))))
    else:
        name = choose.choice((b"package/other.wasm", b"a" * 300, b"package/ok.wasm"))
        content = name + choose.choice((b"\0", b"\0", b"", b"\0x", b"\n\0", b"/\0"))
    return Part(header(b"PaxHeader", len(content), kind, GNU if kind in b"LKNS" else POSIX), content)


def _record(choose: random.Random) -> bytes:
    value = choose.choice(_VALUES)
    whole = record(choose.choice(_KEYS), value)
    length, body = whole.split(b" ", 1)
    return choose.choice(
        (
            whole,
            whole,
            whole,
            whole,
            b"0" + length + b" " + body,
            b" " + length + b" " + body,
            b"+" + length + b" " + body,
            length[:1] + b"_" + length[1:] + b" " + body,
            length + b"\t" + body,
            b"%d " % (int(length) - 1) + body,
            b"%d " % (int(length) + 1) + body,
            length + b" " + body.rstrip(b"\n"),
            record(b"comment", b"x\n" + whole.rstrip(b"\n")),
            record(b"comment", b"\n" + whole),
        )
    )


def _pax(parts: list[Part], choose: random.Random) -> None:
    """Insert a header before a part."""
    parts.insert(choose.randrange(len(parts)), _extra(choose))


def _content(parts: list[Part], choose: random.Random) -> None:
    """Change a byte of a part's content, and keep its header."""
    place = choose.randrange(len(parts))
    content = bytearray(parts[place].content)
    if content:
        content[choose.randrange(len(content))] = choose.choice((0, 1, 10, 32, 48, 61, 255))
        parts[place] = parts[place]._replace(content=bytes(content))


_CHANGES: tuple[Callable[[list[Part], random.Random], None], ...] = (
    _field,
    _field,
    _field,
    _block,
    _pax,
    _content,
)
