"""Make tars of each format, block by block."""

from typing import NamedTuple

BLOCK = 512
POSIX, GNU, V7 = b"ustar\x0000", b"ustar  \0", bytes(8)

# The fields of a header block by name: start and length.
FIELDS = {
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "checksum": (148, 8),
    "kind": (156, 1),
    "linkname": (157, 100),
    "magic": (257, 8),
    "uname": (265, 32),
    "gname": (297, 32),
    "devmajor": (329, 8),
    "devminor": (337, 8),
    "prefix": (345, 155),
    "rest": (500, 12),
}
NUMBERS = ("mode", "uid", "gid", "size", "mtime", "checksum", "devmajor", "devminor")


class Part(NamedTuple):
    """A header block and the content after it, up to the next header."""

    header: bytes
    content: bytes

    @property
    def whole(self) -> bytes:
        """Return the bytes of the part in the tar, with its last block filled up."""
        return self.header + self.content + bytes(-len(self.content) % BLOCK)


def header(name: bytes, size: int, kind: bytes = b"0", magic: bytes = POSIX, prefix: bytes = b"") -> bytes:
    """Return a header block that all programs understand."""
    block = bytearray(BLOCK)
    put(block, "name", name)
    for field in ("mode", "uid", "gid"):
        put(block, field, b"0000644\0")
    put(block, "size", b"%011o\0" % size)
    put(block, "mtime", b"00000000000\0")
    put(block, "kind", kind)
    put(block, "magic", magic)
    put(block, "prefix", prefix)
    return with_checksum(bytes(block))


def with_checksum(block: bytes, form: str = "{:06o}\0 ") -> bytes:
    """Return the block with the right checksum, written in `form`."""
    changed = bytearray(block)
    put(changed, "checksum", b" " * 8)
    put(changed, "checksum", form.format(sum(changed)).encode("latin-1"))
    return bytes(changed)


def put(block: bytearray, field: str, value: bytes) -> None:
    """Write `value` to a field of a header block, and leave the rest of the field as it is."""
    start, length = FIELDS[field]
    value = value[:length]
    block[start : start + len(value)] = value


def record(key: bytes, value: bytes) -> bytes:
    """Return a pax record, which starts with its length."""
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + 1
    while len(b"%d" % length) + len(body) != length:
        length = len(b"%d" % length) + len(body)
    return b"%d" % length + body


def seeds(quiet: bytes, growing: bytes) -> list[list[Part]]:
    """Return tars of each format. Each has a file that contains a hidden member, found by a misread size."""
    inner = Part(header(b"package/evil.wasm", len(growing), magic=V7), growing).whole
    tars = []
    for magic in (POSIX, GNU, V7):
        tars.append(
            [
                file(b"package/package.json", b'{"name":"p","version":"1.0.0"}', magic),
                file(b"package/notes.bin", inner, magic),
                file(b"package/ok.wasm", quiet, magic),
            ]
        )
    pax = record(b"path", b"package/" + b"long" * 30 + b".wasm") + record(b"mtime", b"1.5")
    long_name = b"package/" + b"deep/" * 25 + b"x.wasm\0"
    notes = file(b"package/notes.bin", inner)
    comment = record(b"comment", b"0123")
    sized = record(b"path", b"package/y.wasm") + record(b"size", b"%d" % len(quiet))
    tars += [
        [Part(header(b"PaxHeader", len(pax), b"x"), pax), file(b"package/short", quiet), notes],
        [Part(header(b"global", len(comment), b"g"), comment), notes, file(b"a/x.wasm", quiet)],
        [Part(header(b"././@LongLink", len(long_name), b"L", GNU), long_name), file(b"s", quiet, GNU), notes],
        [Part(header(b"x.wasm", len(quiet), prefix=b"package/lib"), quiet), notes],
        [
            Part(header(b"PaxHeader", len(sized), b"x"), sized),
            Part(header(b"x.wasm", len(quiet), prefix=b"package"), quiet),
            notes,
            Part(header(b"././@LongLink", len(long_name), b"L", GNU), long_name),
            Part(header(b"x.wasm", len(quiet), prefix=b"package"), quiet),
        ],
        [Part(header(b"package/", 0, b"5"), b""), notes, file(b"package/x.wasm", quiet)],
    ]
    return tars


def file(name: bytes, content: bytes, magic: bytes = POSIX) -> Part:
    """Return the part for a file."""
    return Part(header(name, len(content), magic=magic), content)


def joined(parts: list[Part]) -> bytes:
    """Return the tar with its end."""
    return b"".join(part.whole for part in parts) + bytes(2 * BLOCK)
