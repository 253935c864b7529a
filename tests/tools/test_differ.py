"""Test the differential fuzzer: it must find the archives that each guard refuses."""

import random
import re
from pathlib import Path

import pytest
from tools.differ import streams, tar_changes, tars, zips
from tools.differ.readers import Reader, Reading, find_readers, python_readers
from tools.differ.run import SUFFIXES, accepted_as, complaint, differ, write

from nogrow.archives import compressed, tar
from nogrow.archives import zip as zip_reader
from nogrow.archives.unpack_limits import UnsafeArchiveError
from tests.support.modules import GROWING_WASM, QUIET_WASM
from tests.support.sample import sampled

READERS = find_readers().there


def readers(*names: str) -> list[Reader]:
    """Return the readers of these names; skip the test if none of them is available."""
    chosen = [reader for reader in READERS if reader.name in names]
    if not chosen:
        pytest.skip(f"none of {', '.join(names)} is installed")
    return chosen


def until_found(chosen: list[Reader], suffix: str, most: int = 3000) -> set[str]:
    """Return the readers that disagree in the first run of 300 archives with a disagreement."""
    for seed in range(most // 300):
        disagreements = differ(chosen, seed, executions=300, suffixes=[suffix]).disagreements
        if disagreements:
            return {disagreement.reader for disagreement in disagreements}
    return set()


def tolerant_records(data: bytes, *, for_all: bool) -> tar.Extended:
    """Read pax records by their lengths alone, as Python does."""
    path, offset = None, 0
    while offset < len(data):
        match = re.compile(rb"([1-9][0-9]*) ([^=]+)=").match(data, offset)
        if match is None or match[2] not in (b"path", *tar._HARMLESS):
            raise UnsafeArchiveError("another record")
        end = offset + int(match[1])
        path = data[match.end() : end - 1] if match[2] == b"path" else path
        offset = end
    return tar.Extended(path)


def first_stream_only(streams: compressed._Streams) -> bool:
    """Stop at the first bytes that start no stream, as Python does."""
    streams._offset -= len(streams._decompressor.unused_data)
    if not streams._data[streams._offset :].tobytes().startswith(streams._magic):
        return False
    streams._decompressor = compressed.DECOMPRESSORS[streams._magic]()
    return True


@pytest.mark.parametrize(
    ("module", "name", "without", "suffix", "names"),
    [
        (tar, "_NUMBER", re.compile(rb" *([0-7_]+)[ \0]*"), "tar", ("npm's tar",)),
        (tar, "_CHECKSUM", re.compile(rb" *([0-7_]+)[ \0]*"), "tar", ("npm's tar",)),
        (tar, "_records", tolerant_records, "tar", ("npm's tar",)),
        (tar, "_prefix", lambda block, magic: block[345:500].split(b"\0")[0], "tar", ("GNU tar", "bsdtar")),
        pytest.param(
            *(compressed._Streams, "_next", first_stream_only, "xz", ("xz",)), marks=pytest.mark.exhaustive
        ),
        (zip_reader, "_fields", lambda extra, known: {}, "zip", ("unzip", "bsdtar")),
    ],
    ids=["size", "checksum", "line end in pax", "prefix", "xz padding", "extra fields"],
)
def test_disagreement_is_found_without_its_guard(
    module: object,
    name: str,
    without: object,
    suffix: str,
    names: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, without)
    assert until_found(readers(*names), suffix)


@pytest.mark.parametrize("suffix", sampled(SUFFIXES, lambda suffix: suffix not in ("xz", "txz")))
def test_python_agrees_on_accepted_archives(suffix: str) -> None:
    done = differ(python_readers(), 0, executions=400, suffixes=[suffix])
    assert (done.executions, done.disagreements) == (400, ())
    assert done.accepted > 3
    assert all(pair.compared == done.accepted for pair in done.pairs)


def test_every_reader_reads_unchanged_archives(tmp_path: Path) -> None:
    plain_tar = tars.joined(tars.seeds(QUIET_WASM, GROWING_WASM)[0])
    plain = {
        "tar": [tars.joined(parts) for parts in tars.seeds(QUIET_WASM, GROWING_WASM)],
        "zip": [zips.joined(make()) for make in zips.seeds(QUIET_WASM, GROWING_WASM)[:2]],
        **{suffix: [pack(QUIET_WASM, 6)] for suffix, pack in streams.PACKERS.items()},
        **{suffix: [streams.PACKERS[packer](plain_tar, 6)] for suffix, packer in streams.TARS.items()},
    }
    for number, reader in enumerate(READERS):
        for suffix in reader.suffixes:
            paths = [tmp_path / f"{index}.{suffix}" for index in range(len(plain[suffix]))]
            for path, data in zip(paths, plain[suffix], strict=True):
                path.write_bytes(data)
            readings = reader.read(paths, tmp_path / f"{number}-{suffix}")
            for data, reading in zip(plain[suffix], readings, strict=True):
                own = accepted_as(suffix, data)
                assert own, (reader.name, suffix)
                assert (reading.succeeded, complaint(own, reading)) == (True, None), (reader.name, suffix)


def test_same_seed_makes_same_archives() -> None:
    parts = tars.seeds(QUIET_WASM, GROWING_WASM)[0]
    first, second = (tar_changes.changed(parts, random.Random(3)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("files", "succeeded", "said"),
    [
        ({"a/x.wasm": b"1"}, True, None),
        ({"./a//x.wasm": b"1", "README": b""}, True, None),
        ({}, False, None),
        ({}, True, "does not unpack a/x.wasm"),
        ({"a/x.wasm": b"2"}, False, "a/x.wasm with other bytes"),
        ({"a/x.wasm": b"1", "b": b"\0asm"}, False, "unpacks b, and nogrow does not see it"),
    ],
)
def test_complaint_names_what_is_read_otherwise(
    files: dict[str, bytes], succeeded: bool, said: str | None
) -> None:
    message = complaint({"a/x.wasm": b"1"}, Reading(files, succeeded))
    assert message == said if said is None else said in (message or "")


def test_disagreements_are_written_to_files(tmp_path: Path) -> None:
    reader = Reader("blind", ("gz",), lambda paths, _: [Reading({}, True) for _ in paths])
    done = differ([reader], 0, executions=40, suffixes=["gz"])
    assert done.disagreements
    paths = write(done.disagreements, tmp_path / "kept")
    assert [path.read_bytes() for path in paths] == [disagreement.data for disagreement in done.disagreements]
    (pair,) = done.pairs
    assert pair == ("gz", "blind", done.accepted, 0, len(done.disagreements))
