import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest
from tools.differ import zips

from nogrow.archives.unpack_limits import Limits, UnsafeArchiveError
from tests.support.archives import modules_in, opened, zip_of
from tests.support.modules import GROWING_WASM, QUIET_WASM

MODULE = {"a/x.wasm": QUIET_WASM}
PLAIN = zip_of(MODULE)
STORED = zip_of(MODULE, zipfile.ZIP_STORED)
NAME = b"a/x.wasm"


def central(data: bytes) -> int:
    return data.rindex(b"PK\1\2")


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def with_mode(mode: int) -> bytes:
    return patched(PLAIN, central(PLAIN) + 38, struct.pack("<I", mode << 16))


def with_flags(flags: int) -> bytes:
    return patched(patched(PLAIN, 6, struct.pack("<H", flags)), central(PLAIN) + 8, struct.pack("<H", flags))


def inserted(data: bytes, at: int, new: bytes) -> bytes:
    """Return the zip with bytes inserted, and the directory's offset adapted."""
    end = data.rindex(b"PK\5\6")
    start = int(struct.unpack_from("<I", data, end + 16)[0])
    moved = patched(data, end + 16, struct.pack("<I", start + len(new)))
    return moved[:at] + new + moved[at:]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_modules_of_a_zip_are_found(method: int) -> None:
    data = zip_of({"a/": b"", "a/x.wasm": QUIET_WASM, "a/README": b"text"}, method)
    assert modules_in("x.zip", data) == ["a/x.wasm"]


def test_empty_zip_and_zip_with_a_comment_are_read() -> None:
    commented = PLAIN[:-2] + b"\3\0abc"
    assert modules_in("x.zip", commented) == ["a/x.wasm"]
    assert opened("x.zip", zip_of({})).is_archive


def test_zip_that_was_written_to_a_pipe_is_read() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.wasm", QUIET_WASM)
        archive.writestr("y.wasm", QUIET_WASM)
    data = pipe.getvalue()
    assert modules_in("x.zip", data) == ["x.wasm", "y.wasm"]
    signature = data.index(b"PK\7\x08")
    with pytest.raises(UnsafeArchiveError, match="disagree about it"):
        opened("x.zip", patched(data, signature + 4, b"\0\0\0\0"))


# Both sizes stand in front of the lengths of the name and the extra field.
_SIZES_IN_HEADER = 18


def test_sizes_in_the_extra_field_are_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("x.wasm", "w", force_zip64=True) as member:
        member.write(QUIET_WASM)
    # Python before 3.11.4 writes the sizes into the header as well.
    data = patched(buffer.getvalue(), _SIZES_IN_HEADER, b"\xff" * 8)
    assert modules_in("x.zip", data) == ["x.wasm"]


CASES: dict[str, tuple[bytes, str]] = {
    "bytes in front": (b"#!/bin/sh\n" + PLAIN, "not a zip, or a zip with bytes in front"),
    "bytes behind": (PLAIN + b"more", "cut, or has bytes after its end"),
    "cut": (PLAIN[:-4], "cut, or has bytes after its end"),
    "a zip in front, whose end is not the last": (PLAIN + PLAIN, "bytes before or within it"),
    "bytes between members and directory": (inserted(PLAIN, central(PLAIN), b"gap"), "belong to no member"),
    "a member that the directory omits": (
        inserted(PLAIN, central(PLAIN), zip_of({"evil.wasm": GROWING_WASM})[: central(PLAIN)]),
        "belong to no member",
    ),
    "two ends": (
        PLAIN[:-2] + struct.pack("<H", 22) + PLAIN[-22:],
        "a zip with two ends",
    ),
    "parts": (patched(PLAIN, len(PLAIN) - 18, b"\1"), "in several parts"),
    "another count": (
        patched(PLAIN, len(PLAIN) - 14, b"\2\0\2\0"),
        "disagree about the number of members",
    ),
    "another name in front": (patched(PLAIN, PLAIN.index(NAME), b"a/y.wasm"), "disagree about it"),
    "another size in front": (patched(STORED, 22, b"\x07"), "disagree about it"),
    "another method in front": (patched(PLAIN, 8, b"\0"), "disagree about it"),
    "wrong CRC": (
        patched(patched(STORED, 14, b"\0\0\0\0"), central(STORED) + 16, b"\0\0\0\0"),
        "its checksum",
    ),
    "a byte swapped": (STORED.replace(b"\x41\x07", b"\x41\x08"), "its checksum"),
    "damaged contents": (
        patched(PLAIN, 30 + len(NAME), b"\xff\xff"),
        "damaged|not the one that the zip states",
    ),
    "too short in the directory": (
        patched(patched(PLAIN, 22, b"\x01\0\0\0"), central(PLAIN) + 24, b"\x01\0\0\0"),
        "its size is not the one",
    ),
    "encrypted": (with_flags(1), "encrypted"),
    "patched data": (with_flags(1 << 5), "flags that programs treat differently"),
    "another disk": (patched(PLAIN, central(PLAIN) + 34, b"\1\0"), "in several parts"),
    "bzip2": (zip_of(MODULE, zipfile.ZIP_BZIP2), "compression method 12"),
    "symbolic link": (with_mode(stat.S_IFLNK | 0o777), "a symbolic link"),
    "device": (with_mode(stat.S_IFCHR | 0o777), "not a regular file"),
    "traversal": (zip_of({"../x.wasm": QUIET_WASM}), "leads out of the archive"),
    "a name that is not ASCII, unmarked": (
        PLAIN.replace(NAME, b"a/\xe4.wasm"),
        "not marked as UTF-8",
    ),
    "a name that is not UTF-8": (
        PLAIN.replace(b"\0\0\x08\0", b"\0\x08\x08\0").replace(NAME, b"a/\xe4.wasm"),
        "not UTF-8",
    ),
    "a folder with contents": (
        PLAIN.replace(NAME, b"a/x.was/"),
        "a folder with contents",
    ),
}


@pytest.mark.parametrize(("data", "reason"), CASES.values(), ids=CASES)
def test_ambiguous_or_damaged_zip_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=reason):
        opened("x.zip", data)


def test_second_name_in_an_extra_field_is_refused() -> None:
    with pytest.raises(UnsafeArchiveError, match="a second name"):
        opened("x.zip", with_extra(struct.pack("<HH", 0x7075, 8) + b"\1\0\0\0\0abc"))


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (b"\x6e\x75\4\0abcd", "a second name or size, or is repeated: 0x756e"),
        (b"\x78\x6c\1\0\0", "0x6c78"),
        (b"\x55\x54\0\0\x55\x54\0\0", "is repeated"),
        (b"\x55\x54\x09\0\0", "an extra field that is cut|Corrupt extra field"),
        (b"\x55\x54", "an extra field that is cut"),
        (b"\1\0\0\0", "0x0001|disagree about it"),
    ],
)
def test_extra_field_that_is_not_known_is_refused(extra: bytes, reason: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=reason):
        opened("x.zip", with_extra(extra))


def test_extra_fields_with_times_and_padding_are_read() -> None:
    assert modules_in("x.zip", with_extra(b"\x55\x54\5\0\1abcd\0\0\0")) == ["x.wasm"]


def with_extra(extra: bytes) -> bytes:
    """Return a zip with the extra field in the header and in the directory."""
    info = zipfile.ZipInfo("x.wasm")
    info.extra = extra
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # zipfile refuses to read back a wrong field, so only writing uses it.
        archive.writestr(info, QUIET_WASM)
    return buffer.getvalue()


def test_stored_member_with_its_size_behind_it_is_refused() -> None:
    archive = zips.Zip([zips.entry(b"x.wasm", QUIET_WASM, zips.STORED, described=True)])
    with pytest.raises(UnsafeArchiveError, match="a stored member whose size is behind it"):
        opened("x.zip", zips.joined(archive))


@pytest.mark.parametrize(("made_by", "attributes"), [(0, 0x10), (3, 0o40755 << 16)])
def test_folder_with_the_name_of_a_file_is_refused(made_by: int, attributes: int) -> None:
    member = zips.entry(b"x.wasm", QUIET_WASM)
    member.made_by, member.attributes = made_by, attributes
    with pytest.raises(UnsafeArchiveError, match="a folder with the name of a file"):
        opened("x.zip", zips.joined(zips.Zip([member])))


@pytest.mark.parametrize(
    ("comment", "of_zip", "reason"),
    [
        (b"", b"PK\5\6", "two ends"),
        (b"PK\6\7" + bytes(16), b"", "a zip64"),
    ],
)
def test_comment_that_imitates_an_end_is_refused(comment: bytes, of_zip: bytes, reason: str) -> None:
    member = zips.entry(b"x.wasm", QUIET_WASM)
    member.comment = comment
    with pytest.raises(UnsafeArchiveError, match=reason):
        opened("x.zip", zips.joined(zips.Zip([member], comment=of_zip)))


def test_members_that_share_bytes_are_refused() -> None:
    two = zip_of({"a.wasm": QUIET_WASM, "b.wasm": QUIET_WASM})
    second = two.rindex(b"PK\1\2")
    with pytest.raises(UnsafeArchiveError, match="to no member, or to two"):
        opened("x.zip", patched(two, second + 42, b"\0\0\0\0"))


LIMITS: dict[str, tuple[Callable[[Limits], Limits], str]] = {
    "members": (lambda limits: limits._replace(members=1), "2 members"),
    "one member": (lambda limits: limits._replace(member=10), "a member may have 10"),
    "all": (lambda limits: limits._replace(unpacked=10), "at most 10 are unpacked"),
    "ratio": (lambda limits: limits._replace(unpacked_freely=10, ratio=0), "at most 10 are unpacked"),
    "directory": (lambda limits: limits._replace(directory=10), "more than nogrow reads"),
    "modules": (lambda limits: limits._replace(kept=10), "more than 10 bytes of modules"),
}


@pytest.mark.parametrize(("change", "reason"), LIMITS.values(), ids=LIMITS)
def test_zip_beyond_a_limit_is_refused(change: Callable[[Limits], Limits], reason: str) -> None:
    data = zip_of({"a.wasm": QUIET_WASM, "b.wasm": QUIET_WASM})
    with pytest.raises(UnsafeArchiveError, match=reason):
        opened("x.zip", data, change(Limits()))
