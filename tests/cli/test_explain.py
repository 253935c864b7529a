from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.report.validated import validated
from tests.support.modules import write_module

TWO = """(module (memory (export "memory") 1)
  (func $alloc::fmt::format i32.const 1 memory.grow drop)
  (func $mine::f call $alloc::fmt::format)
  (func (export "one") call $mine::f)
  (func (export "two") call $mine::f)
  (func (export "three") i32.const 1 memory.grow drop)
  (func (export "harmless")))"""
COMPONENT = """(component
  (core module (func (export "quiet")))
  (core module (memory 1) (func (export "loud") i32.const 1 memory.grow drop)))"""


@pytest.fixture
def two(folder: Path) -> Path:
    return write_module(folder / "two.wasm", TWO)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["quiet.wasm"], 0),
        (["growing.wasm"], 0),
        (["growing.wasm", "bad"], 0),
        (["growing.wasm", "ok"], 0),
        (["growing.wasm", "gone"], 2),
        (["growing.wasm", "bad", "--path-prefix", "nothing"], 2),
        (["growing.wasm", "bad", "--path-prefix", "=to"], 2),
        (["growing.wasm", "bad", "--debug-info", "gone.wasm"], 2),
        (["growing.wasm", "bad", "--glue", "gone.js"], 2),
        (["growing.wasm", "bad", "more"], 2),
        (["."], 2),
        ([], 2),
        (["gone.wasm"], 3),
        (["gone.wasm", "bad"], 3),
        (["cut.wasm"], 4),
        (["cut.wasm", "bad"], 4),
    ],
    ids=str,
)
def test_explaining_is_no_gate(nogrow: Nogrow, words: list[str], code: int) -> None:
    result = nogrow("explain", *words)
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_help_says_that_explain_never_fails(nogrow: Nogrow) -> None:
    assert "`explain` never fails a build" in " ".join(nogrow("explain", "--help").output.split())


def test_entry_point_is_explained(nogrow: Nogrow) -> None:
    text = nogrow("explain", "growing.wasm", "bad").stdout
    assert text.startswith(
        "reachable[NG001]: `bad` can grow the memory and return, through the\n    `memory.grow` in `bad`"
    )
    assert "  --> growing.wasm\n" in text
    site = nogrow("sites", "growing.wasm").stdout.split()[4]
    assert f"       1. bad\n          at {site}: memory.grow\n" in text
    assert text.count("= help: ") == 3


def test_without_an_entry_point_causes_are_explained(nogrow: Nogrow, two: Path) -> None:
    text = nogrow("explain", "two.wasm").stdout
    assert "`one`, `two` can grow the memory and return, because `format!`\n    in `mine::f`" in text
    assert "`three` can grow" in text
    assert text.endswith("two.wasm: explained 2 causes of 3 entry points\n")


def test_unknown_entry_point_suggests_similar_names(nogrow: Nogrow, two: Path) -> None:
    result = nogrow("explain", "two.wasm", "thre")
    assert result.stdout == ""
    assert result.stderr == "nogrow: two.wasm: no entry point `thre`; did you mean three?\n"
    assert nogrow("explain", "two.wasm", "\x1b[31m").stderr == (
        "nogrow: two.wasm: no entry point `\\x1b[31m`; it has 4\n"
    )


def test_harmless_entry_point_is_reported_as_such(nogrow: Nogrow, two: Path) -> None:
    assert nogrow("explain", "two.wasm", "harmless").stdout.startswith(
        "unreachable: `harmless` cannot grow a memory\n  --> two.wasm\n"
    )


def test_json_is_the_report_of_check(nogrow: Nogrow, two: Path) -> None:
    explained = nogrow("explain", "two.wasm", "one", "--format", "json").stdout
    validated(explained)
    assert explained == nogrow("check", "two.wasm", "--format", "json").stdout


def test_core_module_of_a_component_is_explained(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "both.wasm", COMPONENT)
    text = nogrow("explain", "both.wasm", "loud").stdout
    assert "  --> both.wasm#1\n" in text
    assert nogrow("explain", "both.wasm#1", "loud").stdout == text
    assert nogrow("explain", "both.wasm#1").stdout.endswith("explained 1 cause of 1 entry point\n")
    assert (
        nogrow("explain", "both.wasm#0").stdout == "both.wasm#0: no entry point can grow a memory: absent\n"
    )
    assert nogrow("explain", "both.wasm#0", "loud").exit_code == 2
    assert nogrow("explain", "both.wasm#2").exit_code == 3
    assert nogrow("explain", "quiet.wasm#0").exit_code == 3
    assert nogrow("explain", "cut.wasm#0").exit_code == 4
    offset = text.partition("at 0x")[2][:6]
    sites = nogrow("sites", "both.wasm").stdout
    assert f"0x{offset}" in sites


def test_glue_identifies_the_growing_import(nogrow: Nogrow, folder: Path) -> None:
    write_module(
        folder / "hosted.wasm",
        '(module (import "a" "t" (func $t)) (memory (export "m") 1) (func (export "ok") call $t))',
    )
    glue = 'var m; WebAssembly.instantiate("hosted.wasm", {a: {t: () => m.grow(1)}}); m.buffer'
    (folder / "glue.js").write_text(glue)
    text = nogrow("explain", "hosted.wasm", "ok", "--glue", "glue.js").stdout
    assert text.startswith(
        "reachable[NG006]: `ok` can make the host grow the memory through the import\n    `a.t`"
    )
    assert f"   = host grows: a.t, glue.js:1:{glue.index('m.grow') + 1}\n" in text


def test_colours(nogrow: Nogrow, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in nogrow("explain", "growing.wasm").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" in nogrow("explain", "growing.wasm", "--color", "always").stdout


MAP = '{"version":3,"sources":["~/src/guest.ts"],"names":[],"mappings":"%s"}'


def vlq(number: int) -> str:
    """A number in the base 64 of source maps."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    first, rest = number << 1 & 31, number >> 4
    return digits[first | 32] + digits[rest] if rest else digits[first]


def test_separate_source_map_gives_the_source_line(nogrow: Nogrow, folder: Path) -> None:
    (folder / "src").mkdir()
    (folder / "src/guest.ts").write_text("memory.grow(1)\n")
    site = nogrow("sites", "growing.wasm").stdout.partition("  0x")[2][:6]
    # The column is the offset in the file; then come source 0, line 0, column 0.
    (folder / "growing.wasm.map").write_text(MAP % f"{vlq(int(site, 16))}AAA")
    words = ("growing.wasm", "bad", "--debug-info", "growing.wasm.map", "--path-prefix", "~=.")
    text = nogrow("explain", *words).stdout
    assert "1 | memory.grow(1)\n  | ^^^^^^^^^^^ grows the memory\n" in text


def test_missing_source_map_is_a_note(nogrow: Nogrow, folder: Path) -> None:
    contents = b"\x10sourceMappingURL\x08gone.map"
    path = folder / "growing.wasm"
    path.write_bytes(path.read_bytes() + b"\0" + bytes([len(contents)]) + contents)
    text = nogrow("explain", "growing.wasm", "bad").stdout
    assert "note: sourceMappingURL: " in text
    assert "gone.map" in text


def test_debug_information_of_another_build_is_a_usage_error(nogrow: Nogrow, folder: Path) -> None:
    for name, data in (("a.wasm", b"\1"), ("b.wasm", b"\2")):
        contents = b"\x08build_id\x01" + data
        original = (folder / "growing.wasm").read_bytes()
        (folder / name).write_bytes(original + b"\0" + bytes([len(contents)]) + contents)
    result = nogrow("explain", "a.wasm", "bad", "--debug-info", "b.wasm")
    assert result.exit_code == 2
    assert result.stderr.startswith("nogrow: --debug-info: ")
