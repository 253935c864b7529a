"""Check the positions from source maps; the segment `AAAA` maps offset 0 to line 0, column 0 of source 0."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from nogrow.source.lookup import locate
from nogrow.source.model import DebugFile, Frame
from nogrow.source.quote import Quotable
from nogrow.source.sourcemap import read_contents
from tests.support import dwarf
from tests.support.modules import assemble

MODULE = dwarf.module_with_customs()
START = dwarf.code_start(MODULE)
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def vlq(*numbers: int) -> str:
    """Encode a segment."""
    out = ""
    for number in numbers:
        value = abs(number) << 1 | (number < 0)
        while value >= 32:
            out += DIGITS[value & 31 | 32]
            value >>= 5
        out += DIGITS[value]
    return out


MAPPINGS = ",".join([vlq(START + 3, 0, 9, 4), vlq(10, 1, -2, -3), vlq(10), vlq(10, -1, 100, 20, 0)])
SOURCES = ["../a.ts", "~lib/b.ts"]
PLAIN = {"version": 3, "sources": SOURCES, "names": [], "mappings": MAPPINGS}


def places(
    document: object, *addresses: int, path: str = "out/m.wasm.map", guard: bytes = b""
) -> dict[int, Any]:
    debug = DebugFile(path, guard + json.dumps(document).encode())
    located = locate(MODULE, [START + address for address in addresses], debug)
    return {offset - START: frames for offset, frames in located.items()}


def position(file: str, line: int, column: int) -> tuple[Frame, ...]:
    return (Frame(None, file, line, column),)


def test_last_mapping_before_an_offset_covers_it() -> None:
    assert places(PLAIN, 3, 12, 13, 22, 33, 90) == {
        3: position("a.ts", 10, 5),
        12: position("a.ts", 10, 5),
        13: position("out/~lib/b.ts", 8, 2),
        22: position("out/~lib/b.ts", 8, 2),
        33: position("a.ts", 108, 22),
        90: position("a.ts", 108, 22),
    }


def test_mapping_without_source_ends_the_previous_one() -> None:
    assert places(PLAIN, 23, 32) == {}


def test_offset_before_the_first_mapping_has_no_position() -> None:
    assert places(PLAIN, 2) == {}


def test_mapping_does_not_cover_the_next_function() -> None:
    assert places({**PLAIN, "mappings": vlq(4, 0, 0, 0)}, 10) == {}


def test_generated_lines_after_the_first_are_ignored() -> None:
    assert places({**PLAIN, "mappings": ";" + MAPPINGS}, 10) == {}


@pytest.mark.parametrize(
    ("root", "source", "path"),
    [
        ("", "a.ts", "out/a.ts"),
        ("src", "a.ts", "out/src/a.ts"),
        ("/src/", "a.ts", "/src/a.ts"),
        ("", "/src/a.ts", "/src/a.ts"),
        ("", "C:\\src\\a.ts", "C:/src/a.ts"),
        ("", "..\\src\\a.ts", "src/a.ts"),
        ("", "file:///C:/src/a%20b.ts", "C:/src/a b.ts"),
        ("", "file:///src/a%20b.ts", "/src/a b.ts"),
        ("webpack:///", "a.ts", "webpack:///a.ts"),
        ("https://x.y/", "a.ts", "https://x.y/a.ts"),
    ],
)
def test_sources_are_relative_to_root_and_map(root: str, source: str, path: str) -> None:
    document = {**PLAIN, "sourceRoot": root, "sources": [source]}
    assert places(document, 5)[5][0].file == path


@pytest.mark.parametrize("guard", [b")]}'\n", b"\xef\xbb\xbf"], ids=["guard", "byte order mark"])
def test_prefixes_of_the_map_are_skipped(guard: bytes) -> None:
    assert places(PLAIN, 5, guard=guard).keys() == {5}


def test_index_maps_are_read_by_section() -> None:
    first = {"version": 3, "sources": ["x.c"], "mappings": vlq(3, 0, 1, 1)}
    second = {"version": 3, "sources": ["y.c"], "mappings": vlq(0, 0, 2, 2)}
    document = {
        "version": 3,
        "sections": [
            {"offset": {"line": 0, "column": START}, "map": first},
            {"offset": {"line": 0, "column": START + 50}, "map": second},
            {"offset": {"line": 1, "column": 0}, "map": second},
        ],
    }
    assert places(document, 2, 4, 49, 50, path="m.map") == {
        4: position("x.c", 2, 2),
        49: position("x.c", 2, 2),
        50: position("y.c", 3, 3),
    }


MALFORMED: dict[str, Any] = {
    "no object": [],
    "number": 3,
    "another version": {**PLAIN, "version": 2},
    "no version": {"mappings": MAPPINGS, "sources": SOURCES},
    "mappings of another type": {**PLAIN, "mappings": 7},
    "mappings that are not ASCII": {**PLAIN, "mappings": "é"},
    "no digit": {**PLAIN, "mappings": "A!AA"},
    "two numbers": {**PLAIN, "mappings": "AA"},
    "number without an end": {**PLAIN, "mappings": "/" * 3_000_000},
    "negative source": {**PLAIN, "mappings": vlq(START + 3, -1, 0, 0)},
    "source that is not there": {**PLAIN, "mappings": vlq(START + 3, 9, 0, 0)},
    "sources of another type": {**PLAIN, "sources": 7},
    "source null": {**PLAIN, "sources": [None]},
    "sections of another type": {"version": 3, "sections": 7},
    "sections without offsets": {"version": 3, "sections": [{}, 7, {"offset": {}}, {"map": PLAIN}]},
    "offset of another type": {
        "version": 3,
        "sections": [{"offset": {"line": 0, "column": "x"}, "map": PLAIN}],
    },
}


@pytest.mark.parametrize("document", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_map_is_rejected_quickly(document: object) -> None:
    began = time.process_time()
    assert places(document, 4) == {}
    assert time.process_time() - began < 5


def test_map_above_the_size_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nogrow.source.sourcemap.LARGEST", 10)
    assert places(PLAIN, 5) == {}


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff", b'{"version": 1' + b"0" * 5000 + b"}"])
def test_invalid_json_has_no_positions(data: bytes) -> None:
    assert locate(MODULE, [START + 4], DebugFile("m.map", data)) == {}


def test_mappings_before_a_malformed_segment_are_kept() -> None:
    assert places({**PLAIN, "mappings": MAPPINGS + ",!"}, 5).keys() == {5}


NAMED = assemble(
    '(module (import "env" "f" (func)) (func $assembly/index/take (drop (i32.const 1)) (drop (i32.const 2)))'
    " (func $other (drop (i32.const 3))))"
)


def named_places(mappings: str, *offsets: int) -> dict[int, tuple[str, ...]]:
    document = {"version": 3, "sources": ["~lib/rt.ts", "assembly/index.ts"], "mappings": mappings}
    located = locate(NAMED, offsets, DebugFile("m.wasm.map", json.dumps(document).encode()))
    return {offset: tuple(map(str, frames)) for offset, frames in located.items()}


def test_code_of_another_file_is_inlined_into_the_named_function() -> None:
    start = dwarf.code_start(NAMED)
    # Function 1: index.ts:5, then rt.ts:9; function 2: rt.ts:9.
    mappings = ",".join([vlq(start + 2, 1, 4, 0), vlq(3, -1, 4, 0), vlq(5, 0, 0, 0)])
    assert named_places(mappings, start + 3, start + 6, start + 11) == {
        start + 3: ("assembly/index.ts:5:1",),
        start + 6: ("~lib/rt.ts:9:1", "assembly/index.ts:5:1"),
        start + 11: ("~lib/rt.ts:9:1",),
    }


UNNAMED = assemble(
    '(module (func (export "take") (drop (i32.const 1)) (drop (i32.const 2))) (func (drop (i32.const 3))))',
)


def test_exported_function_without_a_name_is_the_user_s() -> None:
    start = dwarf.code_start(UNNAMED)
    document = {
        "version": 3,
        "sources": ["~lib/rt.ts", "index.ts"],
        "mappings": ",".join([vlq(start + 2, 1, 4, 0), vlq(3, -1, 4, 0), vlq(5, 1, 0, 0), vlq(1, -1, 0, 0)]),
    }
    debug = DebugFile("m.wasm.map", json.dumps(document).encode())
    located = locate(UNNAMED, [start + 6, start + 12], debug)
    frames = {offset - start: tuple(map(str, frames)) for offset, frames in located.items()}
    assert frames == {6: ("~lib/rt.ts:9:1", "index.ts:5:1"), 12: ("~lib/rt.ts:9:1",)}


def test_root_that_leads_nowhere_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = {**PLAIN, "sourceRoot": "./app", "sources": ["src/a.ts", "~lib/b.ts"]}
    assert places(document, 3)[3] == position("out/app/src/a.ts", 10, 5)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.ts").write_text("")
    assert places(document, 3)[3] == position("src/a.ts", 10, 5)
    assert places(document, 13)[13] == position("out/app/~lib/b.ts", 8, 2)
    (tmp_path / "out/src").mkdir(parents=True)
    (tmp_path / "out/src/a.ts").write_text("")
    assert places(document, 3)[3] == position("out/src/a.ts", 10, 5)
    (tmp_path / "out/app/src").mkdir(parents=True)
    (tmp_path / "out/app/src/a.ts").write_text("")
    assert places(document, 3)[3] == position("out/app/src/a.ts", 10, 5)


def test_files_outside_of_the_project_are_not_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "a.ts").write_text("")
    monkeypatch.chdir(tmp_path / "work")
    document = {**PLAIN, "sourceRoot": "app", "sources": ["a.ts", "b.ts"]}
    debug = str(tmp_path / "m.wasm.map")
    assert places(document, 3, path=debug)[3] == position(str(tmp_path / "app/a.ts"), 10, 5)


def test_contents_stand_for_missing_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ts").write_text("")
    texts = {**PLAIN, "sourcesContent": ["of a", "first\r\nsecond"]}
    debug = DebugFile("out/m.wasm.map", json.dumps(texts).encode())
    files = {"a.ts", "out/~lib/b.ts"}
    assert read_contents(debug, files) == {"out/~lib/b.ts": "first\r\nsecond"}
    quotable = Quotable(contents=read_contents(debug, files))
    assert list(quotable.lines("out/~lib/b.ts")) == [b"first", b"second"]
    assert list(quotable.lines("other.ts")) == []
    for broken in ({**texts, "sourcesContent": 1}, {**texts, "sourcesContent": [1, None]}, {}):
        assert read_contents(DebugFile("out/m.wasm.map", json.dumps(broken).encode()), files) == {}
