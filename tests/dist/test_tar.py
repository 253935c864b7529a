import bz2
import gzip
import io
import lzma
import tarfile

import pytest

from nogrow.dist.limits import Limits, Refused
from tests.dist.made import QUIET_WASM, found, link, opened, tar_of

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
def test_the_modules_of_a_tar_are_found(name: str, data: bytes) -> None:
    (module,) = opened(name, data).modules
    assert module.data == QUIET_WASM
    assert module.members[-1] in ("package/x.wasm", "x.wasm")


def test_long_names_are_whole() -> None:
    name = f"{'a' * 120}/{'b' * 150}.wasm"
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            info = tarfile.TarInfo(name)
            info.size = len(QUIET_WASM)
            archive.addfile(info, io.BytesIO(QUIET_WASM))
        assert found("x.tar", buffer.getvalue()) == [name]


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
    "device": (tar_of(FILES, special(tarfile.CHRTYPE)), "no regular file"),
    "FIFO": (tar_of(FILES, special(tarfile.FIFOTYPE)), "no regular file"),
    "unknown type": (tar_of(FILES, special(b"Z")), "no regular file"),
    "traversal": (tar_of({"package/../../x.wasm": QUIET_WASM}), "leads out of the archive"),
    "absolute": (tar_of({"/x.wasm": QUIET_WASM}), "an absolute path"),
    "twice": (tar_of({**FILES, "package//x.wasm": b""}), "a second member of that name"),
    "a damaged header after others": (bytes(BROKEN_HEADER), "a damaged tar"),
    "cut in a member": (PLAIN[:530], "cut: the tar ends within it"),
    "cut after a member": (PLAIN[:2048], "its end is missing"),
    "bytes behind": (PLAIN + PLAIN, "bytes after its end"),
    "no tar": (b"text" * 200, "a damaged tar"),
    "empty": (b"", "its end is missing"),
    "size in a header": (with_headers({"size": "5"}), "obey in different ways"),
    "sparse": (with_headers({"GNU.sparse.name": "y"}), "obey in different ways"),
    "a path for all": (with_global({"path": "y"}), "obey in different ways"),
    "headers without end": (MANY_HEADERS, "two headers in front of one member"),
    "a name that is not UTF-8": (LATIN_1.getvalue(), "a name that is not UTF-8"),
}


@pytest.mark.parametrize(("data", "reason"), CASES.values(), ids=CASES)
def test_what_is_unclear_or_leads_elsewhere_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
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
def test_what_can_not_be_unpacked_is_refused(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        opened(name, data)


def negative(kind: bytes) -> bytes:
    """A header whose size is -512, in base 256."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, -512
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [b"0", b"5", b"7", b"S", b"L", b"K", b"x", b"g", b"1", b"Z"])
def test_a_size_below_zero_ends_nowhere_else(kind: bytes) -> None:
    with pytest.raises(Refused):
        opened("x.tar", negative(kind) + PLAIN)
    with pytest.raises(Refused):
        opened("x.tar", tar_of({"a": b""})[:512] + negative(kind) + PLAIN)


def test_a_header_larger_than_a_member_may_be_is_not_read() -> None:
    limits = Limits(member=5000)
    data = with_headers({"comment": "x" * 9000})
    with pytest.raises(Refused, match=r"9,\d+ bytes in one piece; 5,000 are read"):
        opened("x.tar", data, limits)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(Refused, match="more than 1 members"):
        opened("x.tar", PLAIN, Limits(members=1))
