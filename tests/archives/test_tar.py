import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable

import pytest
from tools.differ import tars

from nogrow.archives.unpack_limits import Limits, UnsafeArchiveError
from tests.support.archives import link, modules_in, opened, tar_of
from tests.support.modules import QUIET_WASM

FILES = {"./package/x.wasm": QUIET_WASM, "package/README": b"text"}
PLAIN = tar_of(FILES)


def special(kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo("package/dev")
    info.type = kind
    return info


def with_headers(headers: dict[str, str], name: str = "x.wasm") -> bytes:
    info = tarfile.TarInfo(name)
    info.pax_headers = headers
    info.size = len(QUIET_WASM)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(QUIET_WASM))
    return buffer.getvalue()


def with_global(headers: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
        info = tarfile.TarInfo("x.wasm")
        info.size = len(QUIET_WASM)
        archive.addfile(info, io.BytesIO(QUIET_WASM))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.tar", PLAIN),
        ("x.tgz", gzip.compress(PLAIN)),
        ("x.tar.gz", gzip.compress(PLAIN[:1024]) + gzip.compress(PLAIN[1024:])),
        ("x.tar.bz2", bz2.compress(PLAIN)),
        ("x.tar.xz", lzma.compress(PLAIN)),
        ("unnamed", gzip.compress(PLAIN)),
        ("git.tar", with_global({"comment": "0123"})),
        ("x.tar", tar_of(FILES, special(tarfile.DIRTYPE))),
    ],
)
def test_modules_of_a_tar_are_found(name: str, data: bytes) -> None:
    (module,) = opened(name, data).modules
    assert module.data == QUIET_WASM
    assert module.members[-1] in ("package/x.wasm", "x.wasm")


def test_long_names_are_not_cut() -> None:
    name = f"{'a' * 120}/{'b' * 150}.wasm"
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            info = tarfile.TarInfo(name)
            info.size = len(QUIET_WASM)
            archive.addfile(info, io.BytesIO(QUIET_WASM))
        assert modules_in("x.tar", buffer.getvalue()) == [name]


BROKEN_HEADER = bytearray(PLAIN)
BROKEN_HEADER[1024 + 3] ^= 1
MANY_HEADERS = with_headers({"comment": "x"})[:1024] * 2000 + PLAIN
LATIN_1 = io.BytesIO()
with tarfile.open(fileobj=LATIN_1, mode="w", encoding="latin-1", format=tarfile.USTAR_FORMAT) as latin:
    latin.addfile(tarfile.TarInfo("größe.wasm"))

CASES: dict[str, tuple[bytes, str]] = {
    "symbolic link": (tar_of(FILES, link("package/y.wasm", "x.wasm")), "a symbolic link"),
    "link out": (tar_of(FILES, link("package/y", "/etc/passwd")), "a symbolic link"),
    "hard link": (tar_of(FILES, link("y.wasm", "package/x.wasm", tarfile.LNKTYPE)), "a hard link"),
    "device": (tar_of(FILES, special(tarfile.CHRTYPE)), "not a regular file"),
    "FIFO": (tar_of(FILES, special(tarfile.FIFOTYPE)), "not a regular file"),
    "unknown type": (tar_of(FILES, special(b"Z")), "not a regular file"),
    "traversal": (tar_of({"package/../../x.wasm": QUIET_WASM}), "leads out of the archive"),
    "absolute": (tar_of({"/x.wasm": QUIET_WASM}), "an absolute path"),
    "twice": (tar_of({**FILES, "package//x.wasm": b""}), "a second member of that name"),
    "a damaged header after others": (bytes(BROKEN_HEADER), "a damaged tar"),
    "cut in a member": (PLAIN[:530], "cut: the tar ends within it"),
    "cut after a member": (PLAIN[:2048], "its end is missing"),
    "bytes behind": (PLAIN + PLAIN, "bytes after its end"),
    "no tar": (b"text" * 200, "a damaged tar"),
    "empty": (b"", "its end is missing"),
    "size in a header": (with_headers({"size": "5"}), "two sizes"),
    "size for all": (with_global({"size": "5"}), "that programs read differently"),
    "sparse": (with_headers({"GNU.sparse.name": "y"}), "that programs read differently"),
    "a path for all": (with_global({"path": "y"}), "that programs read differently"),
    "headers without end": (MANY_HEADERS, "two extended headers of one member"),
    "a name that is not UTF-8": (LATIN_1.getvalue(), "a name that is not UTF-8"),
}


@pytest.mark.parametrize(("data", "reason"), CASES.values(), ids=CASES)
def test_ambiguous_or_damaged_tar_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=reason):
        opened("x.tar", data)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.tgz", gzip.compress(PLAIN)[:-9], "can't be unpacked"),
        ("x.tgz", gzip.compress(PLAIN) + b"more", "can't be unpacked"),
        ("x.tgz", gzip.compress(PLAIN)[:-8] + bytes(8), "can't be unpacked: .*incorrect data check"),
        ("x.tar.xz", lzma.compress(PLAIN)[:-9], "can't be unpacked"),
        ("x.tar.bz2", bz2.compress(PLAIN)[:-9], "can't be unpacked"),
        ("x.tgz", b"text", "not compressed as its name says"),
    ],
)
def test_damaged_compressed_data_is_refused(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=reason):
        opened(name, data)


def negative(kind: bytes) -> bytes:
    """Return a header whose size is -512, in base 256."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, -512
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [b"0", b"5", b"7", b"S", b"L", b"K", b"x", b"g", b"1", b"Z"])
def test_negative_size_is_refused(kind: bytes) -> None:
    with pytest.raises(UnsafeArchiveError):
        opened("x.tar", negative(kind) + PLAIN)
    with pytest.raises(UnsafeArchiveError):
        opened("x.tar", tar_of({"a": b""})[:512] + negative(kind) + PLAIN)


def with_field(field: str, value: bytes, **options: bytes) -> bytes:
    """Return a tar of one file, whose header has `value` in the field, and the right checksum."""
    block = bytearray(tars.header(b"package/x.wasm", len(QUIET_WASM), **options))
    start, length = tars.FIELDS[field]
    block[start : start + length] = value.ljust(length, b"\0")
    return tars.joined([tars.Part(tars.with_checksum(bytes(block)), QUIET_WASM)])


SIZE = b"%o" % len(QUIET_WASM)
FIELDS: dict[str, tuple[bytes, str]] = {
    "underscore": (with_field("size", b"0_" + SIZE), "octal digits"),
    "sign": (with_field("size", b"+" + SIZE), "octal digits"),
    "prefix of Python": (with_field("size", b"0o" + SIZE), "octal digits"),
    "base 256": (with_field("size", b"\x80" + len(QUIET_WASM).to_bytes(11, "big")), "octal digits"),
    "base 256 of an owner": (with_field("uid", b"\x80" + bytes(7)), "octal digits"),
    "NUL in front": (with_field("size", b"\0" + SIZE), "octal digits"),
    "digits behind a space": (with_field("size", SIZE + b" 7"), "octal digits"),
    "digits behind a NUL": (with_field("size", SIZE + b"\0" + b"7"), "octal digits"),
    "no octal digit": (with_field("size", b"8"), "octal digits"),
    "no name": (with_field("name", b""), "a header without a name"),
    "no size": (with_field("size", b""), "octal digits"),
    "tabulator": (with_field("mtime", b"\t7"), "octal digits"),
    "bytes behind the name": (with_field("name", b"x\0\nx.wasm"), "has a NUL"),
    "target of a link": (with_field("linkname", b"y"), "the target of a link"),
    "prefix of GNU's format": (with_field("prefix", b"lib", magic=tars.GNU), "a prefix of its name"),
    "prefix of the old format": (with_field("prefix", b"lib", magic=tars.V7), "a prefix of its name"),
    "star": (with_field("rest", b"\0" * 8 + b"tar\0"), "an unknown format"),
    "another version": (with_field("magic", b"ustar\0\0\0"), "an unknown format"),
}


@pytest.mark.parametrize(("data", "reason"), FIELDS.values(), ids=FIELDS)
def test_field_that_programs_read_differently_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=reason):
        opened("x.tar", data)


@pytest.mark.parametrize(
    "data",
    [
        with_field("size", b" " + SIZE + b" \0"),
        with_field("uid", b""),
        with_field("uname", b"root"),
        with_field("prefix", b"lib".ljust(131, b"\0") + b"00000000000 00000000000 "),
    ],
)
def test_field_that_all_programs_read_alike_is_read(data: bytes) -> None:
    assert len(opened("x.tar", data).modules) == 1


@pytest.mark.parametrize("form", ["0_{:05o}\0", "{:08o}", "\0{:06o} ", "+{:05o}\0 ", "000000\0 "])
def test_checksum_that_programs_read_differently_is_refused(form: str) -> None:
    part = tars.file(b"x.wasm", QUIET_WASM)
    wrong = part._replace(header=tars.with_checksum(part.header, form))
    with pytest.raises(UnsafeArchiveError, match="a wrong checksum"):
        opened("x.tar", tars.joined([wrong]))


def with_records(records: bytes, *, kind: bytes = b"x", prefix: bytes = b"") -> bytes:
    """A tar of a pax header and a file."""
    member = tars.Part(tars.header(b"x.wasm", len(QUIET_WASM), prefix=prefix), QUIET_WASM)
    return tars.joined([tars.Part(tars.header(b"pax", len(records), kind), records), member])


@pytest.mark.parametrize(
    "records",
    [
        tars.record(b"comment", b"x\n9 size=0"),
        tars.record(b"size", b"0x5"),
        tars.record(b"size", b"05"),
        tars.record(b"path", b"a\0b"),
        tars.record(b"path", b""),
        tars.record(b"path", b"y.wasm") * 2,
        tars.record(b"unknown", b"x"),
        tars.record(b"uid", b"1_0"),
        b"0" + tars.record(b"comment", b"x"),
        b"+" + tars.record(b"comment", b"x"),
        b"12 comment=x\n",
        b"13 comment=x",
        b"\n",
    ],
)
def test_pax_record_that_is_not_one_known_line_is_refused(records: bytes) -> None:
    with pytest.raises(UnsafeArchiveError, match="that programs read differently"):
        opened("x.tar", with_records(records))


def test_pax_record_of_one_line_is_obeyed() -> None:
    records = tars.record(b"path", b"lib/y=z.wasm") + tars.record(b"mtime", b"1.5")
    assert modules_in("x.tar", with_records(records)) == ["lib/y=z.wasm"]


def test_pax_name_stands_for_prefix_and_name() -> None:
    assert modules_in("x.tar", with_records(tars.record(b"path", b"y.wasm"), prefix=b"lib")) == ["y.wasm"]


def test_pax_size_must_be_that_of_the_header() -> None:
    size = len(QUIET_WASM)
    assert modules_in("x.tar", with_records(tars.record(b"size", b"%d" % size))) == ["x.wasm"]
    with pytest.raises(UnsafeArchiveError, match="two sizes"):
        opened("x.tar", with_records(tars.record(b"size", b"%d" % (size + 1))))


@pytest.mark.parametrize("name", [b"y.wasm", b"y\0.wasm\0", b"\0"])
def test_long_name_without_its_end_is_refused(name: bytes) -> None:
    with pytest.raises(UnsafeArchiveError, match="that programs read differently"):
        opened("x.tar", with_records(name, kind=b"L"))


def test_extended_header_without_a_name_is_refused() -> None:
    records = tars.record(b"path", b"y.wasm")
    parts = [tars.Part(tars.header(b"", len(records), b"x"), records), tars.file(b"x.wasm", QUIET_WASM)]
    with pytest.raises(UnsafeArchiveError, match="a header without a name"):
        opened("x.tar", tars.joined(parts))


def test_extended_header_that_is_too_long_is_refused() -> None:
    """node-tar passes over headers above 1 MiB."""
    path = tars.record(b"path", b"y.wasm")
    room = (1 << 20) - len(path) - len(tars.record(b"comment", b"")) - 5
    fits = path + tars.record(b"comment", b"x" * room)
    assert len(fits) == 1 << 20
    assert modules_in("x.tar", with_records(fits)) == ["y.wasm"]
    with pytest.raises(UnsafeArchiveError, match=r"1,048,577 bytes in an extended header"):
        opened("x.tar", with_records(path + tars.record(b"comment", b"x" * (room + 1))))


def test_header_without_a_member_is_refused() -> None:
    comment = tars.record(b"comment", b"x")
    with pytest.raises(UnsafeArchiveError, match="an extended header without a member"):
        opened("x.tar", tars.joined([tars.Part(tars.header(b"pax", len(comment), b"x"), comment)]))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("behind", [bytes(4), bytes(512), b"\n", b"BZ", b"more bytes"])
def test_bytes_behind_compressed_data_are_refused(pack: Callable[[bytes], bytes], behind: bytes) -> None:
    packed = pack(QUIET_WASM)
    for data in (packed + behind, packed + behind + pack(b"")):
        with pytest.raises(UnsafeArchiveError, match="bytes behind the compressed data"):
            opened("x.tar", data)


def test_oversized_header_is_not_read() -> None:
    limits = Limits(member=5000)
    data = with_headers({"comment": "x" * 9000})
    with pytest.raises(UnsafeArchiveError, match=r"9,\d+ bytes in one piece; at most 5,000 are read"):
        opened("x.tar", data, limits)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(UnsafeArchiveError, match="more than 1 members"):
        opened("x.tar", PLAIN, Limits(members=1))
