import gzip
import hashlib
import io
import zipfile

import pytest
from tools.bench.encode import custom

from nogrow.archives.archive import Counts
from nogrow.archives.unpack_limits import Limits, UnsafeArchiveError
from tests.support.archives import modules_in, opened, tar_of, wheel_of, zip_of
from tests.support.modules import GROWING_WASM, QUIET_WASM


def test_module_is_recognised_by_name_or_contents() -> None:
    assert modules_in("x.wasm", b"no module") == [""]
    assert modules_in("icon.png", QUIET_WASM) == [""]
    assert modules_in("icon.png", b"\x89PNG\r\n") == []
    assert not opened("icon.png", QUIET_WASM).is_archive


def test_compressed_module_is_a_member_of_its_file() -> None:
    assert modules_in("x.wasm.gz", gzip.compress(QUIET_WASM)) == ["x.wasm"]
    assert modules_in("x.WASM.GZ", gzip.compress(b"no module")) == ["x.WASM"]
    assert modules_in("data", gzip.compress(QUIET_WASM)) == ["contents"]


def test_nested_archives_are_read_up_to_a_depth() -> None:
    inner = zip_of({"x.wasm": QUIET_WASM})
    assert modules_in("a.zip", zip_of({"b.jar": inner, "c": gzip.compress(tar_of({"d": inner}))})) == [
        "b.jar!x.wasm",
        "c!d!x.wasm",
    ]
    for _ in range(3):
        inner = zip_of({"n": inner})
    assert modules_in("a.zip", inner) == ["n!n!n!x.wasm"]
    with pytest.raises(UnsafeArchiveError, match="within 4 others") as refused:
        opened("a.zip", zip_of({"n": inner}))
    assert refused.value.members == ("n", "n", "n", "n")


def test_nested_archives_share_the_budget() -> None:
    inner = zip_of({"a": bytes(1000)})
    data = zip_of({"1.zip": inner, "2.zip": inner})
    assert opened("x.zip", data, Limits(unpacked=3000)).is_archive
    with pytest.raises(UnsafeArchiveError, match="at most 2,000 are unpacked") as refused:
        opened("x.zip", data, Limits(unpacked=2000))
    assert refused.value.members == ("2.zip",)


def test_refusal_names_the_member() -> None:
    data = zip_of({"pkg.tgz": gzip.compress(tar_of({"../evil": b""}))})
    with pytest.raises(UnsafeArchiveError) as refused:
        opened("x.zip", data)
    assert refused.value.members == ("pkg.tgz", "../evil")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("x.wasm.br", b"\x8b\x18", "brotli"),
        ("x.js.br", b"\x8b\x18", "brotli"),
        ("data", b"\x28\xb5\x2f\xfd\0", "zstd"),
        ("x.tar.zst", b"", "zstd"),
        ("x.7z", b"", "7z"),
        ("data", b"7z\xbc\xaf\x27\x1c", "7z"),
        ("data", b"Rar!\x1a\x07\x01", "rar"),
        ("data", b"\x50\x2a\x4d\x18\0\0\0\0\x28\xb5\x2f\xfd", "zstd"),
        ("data", b"]\0\0\x80", "lzma"),
        ("app.asar", b"\4\0\0\0", "asar"),
        ("data", b"070701", "cpio"),
        ("x.deb", b"!<arch>\ndebian-binary   ", "deb"),
    ],
)
def test_unreadable_archive_format_is_refused(name: str, data: bytes, kind: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=f"does not read {kind}"):
        opened(name, data)
    with pytest.raises(UnsafeArchiveError, match=f"does not read {kind}"):
        opened("outer.zip", zip_of({name: data}))


def test_separator_in_the_name_of_a_module_is_refused() -> None:
    assert modules_in("a.zip", zip_of({"b!c": b"text"})) == []
    for data in (QUIET_WASM, zip_of({})):
        with pytest.raises(UnsafeArchiveError, match="`!` in its name"):
            opened("a.zip", zip_of({"b!c": data}))


@pytest.mark.parametrize("data", [QUIET_WASM, zip_of({})])
def test_member_that_imitates_a_part_is_refused(data: bytes) -> None:
    assert modules_in("a.zip", zip_of({"c.wasm#0.txt": b"text", "d#0": b"text"})) == []
    with pytest.raises(UnsafeArchiveError, match="core modules") as refused:
        opened("a.zip", zip_of({"c.wasm#0": data}))
    assert refused.value.members == ("c.wasm#0",)


def test_one_file_in_several_streams_is_refused() -> None:
    """A browser stops at the end of the first stream."""
    with pytest.raises(UnsafeArchiveError, match="several compressed streams"):
        opened("x.wasm.gz", gzip.compress(QUIET_WASM) + gzip.compress(b""))


def test_files_in_archives_are_counted() -> None:
    inner = zip_of({"y.wasm": QUIET_WASM, "logo.png": b"\x89PNG\r\n\0"})
    data = zip_of({"x.wasm": QUIET_WASM, "README": "ü".encode(), "latin": b"\xfc", "inner.zip": inner})
    assert opened("a.zip", data).counts == Counts(files=5, archives=2, modules=2, binaries=2)
    assert opened("x.js", b'"AGFzbQEAAAA" "AGFzbQEAAAA"').counts == Counts(files=1, modules=2)
    assert opened("x.wasm", b"").counts == Counts(files=1, modules=1)


def test_digest_is_that_of_the_module() -> None:
    (module,) = opened("a.zip", zip_of({"x": QUIET_WASM})).modules
    assert module.sha256 == hashlib.sha256(QUIET_WASM).hexdigest()


class TestWheel:
    def test_module_that_its_record_lists_has_no_problem(self) -> None:
        (module,) = opened("p.whl", wheel_of({"p/x.wasm": QUIET_WASM})).modules
        assert (module.members, module.problem) == (("p/x.wasm",), None)

    def test_replaced_module_is_reported(self) -> None:
        swapped = _replaced(wheel_of({"p/x.wasm": QUIET_WASM}), "p/x.wasm", GROWING_WASM)
        (module,) = opened("p.whl", swapped).modules
        assert module.problem is not None
        assert "the wheel's RECORD says sha256=" in module.problem

    def test_module_that_the_record_omits_is_reported(self) -> None:
        added = _replaced(wheel_of({}), "p/x.wasm", QUIET_WASM)
        (module,) = opened("p.whl", added).modules
        assert module.problem == "the wheel's RECORD does not list it"

    def test_wheel_without_record_is_reported(self) -> None:
        (module,) = opened("p.whl", zip_of({"x.wasm": QUIET_WASM})).modules
        assert module.problem == "the wheel has no RECORD with its digest"

    def test_unreadable_record_is_reported(self) -> None:
        data = _replaced(wheel_of({"x.wasm": QUIET_WASM}), "pkg-1.dist-info/RECORD", b"\xff")
        (module,) = opened("p.whl", data).modules
        assert module.problem == "the wheel's RECORD can't be read"

    def test_zip_that_is_not_a_wheel_needs_no_record(self) -> None:
        (module,) = opened("p.zip", zip_of({"x.wasm": QUIET_WASM})).modules
        assert module.problem is None

    def test_module_in_a_nested_archive_needs_no_record(self) -> None:
        data = wheel_of({"p/x.zip": zip_of({"x.wasm": QUIET_WASM})})
        (module,) = opened("p.whl", data).modules
        assert module.problem is None


def _replaced(data: bytes, name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {member: archive.read(member) for member in archive.namelist()}
    return zip_of({**files, name: content})


@pytest.mark.parametrize("name", ["p.whl", "p.zip", "p.tgz", "p.tar"])
def test_module_with_an_archive_in_it_is_not_an_archive(name: str) -> None:
    """Python's zipfile, and pip with it, reads a zip that has other bytes in front."""
    module_and_zip = QUIET_WASM + custom("x", zip_of({"x.wasm": GROWING_WASM}))
    with pytest.raises(UnsafeArchiveError, match="a module with the file name of an archive"):
        opened(name, module_and_zip)
