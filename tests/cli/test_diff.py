import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest
from markdown_it import MarkdownIt

import nogrow.difference
from tests.cli.conftest import Nogrow
from tests.cli.test_check import HOSTED, contract
from tests.support.modules import CALLING, GROWING, write_module
from tests.support.posix import make_fifo

SCHEMA = Path(nogrow.difference.__file__).with_name("diff.schema.json")
RENAMED = """(module (import "env" "log" (func $log))
  (memory (export "memory") 2 3)
  (func $work (export "{name}") call $log) (func (export "other")))"""
HOSTILE = '\x1b[31m``` | <b> ##[x]"{0}\u202e'


def validated(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


@pytest.mark.parametrize(
    ("old", "new", "code"), [("quiet", "growing", 1), ("growing", "quiet", 0), ("quiet", "quiet", 0)]
)
@pytest.mark.parametrize("reports", ["", "old", "new", "both"])
def test_modules_and_reports_say_the_same(
    nogrow: Nogrow, folder: Path, old: str, new: str, code: int, reports: str
) -> None:
    sides = {"old": f"{old}.wasm", "new": f"{new}.wasm"}
    expected = nogrow("diff", *sides.values())
    for side, file in sides.items():
        if reports in (side, "both"):
            nogrow("check", file, "--format", f"json={side}.data")
            sides[side] = f"{side}.data"
    result = nogrow("diff", *sides.values())
    assert (result.exit_code, result.stderr) == (code, "")
    assert result.stdout == expected.stdout


def test_text_lists_worse_entries_first(nogrow: Nogrow) -> None:
    assert nogrow("diff", "quiet.wasm", "growing.wasm").stdout == (
        "quiet.wasm -> growing.wasm: absent -> reachable\n"
        "  worse: `bad` is new: reachable\n"
        "  worse: `ok`: absent -> unreachable\n"
        "  grow sites: 0 -> 1\n"
        "  0 entry points unchanged\n"
        "compared 1 module: 2 worse, 0 improved, 0 with other changes, 0 entry points unchanged\n"
    )


def test_renames_memories_and_imports_are_said(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "one.wasm", RENAMED.format(name="run"))
    two = RENAMED.format(name="go").replace("2 3", "2").replace('"log"', '"trace"')
    write_module(folder / "two.wasm", two)
    result = nogrow("diff", "one.wasm", "two.wasm")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:-1] == [
        "  renamed: `go` (was `run`): absent",
        "  memory 0: 2 pages, at most 3 -> 2 pages, no maximum",
        "  imports now reached: `env.trace`",
        "  imports no longer reached: `env.log`",
        "  now assumed: env.trace neither grows the memory nor calls back in",
        "  no longer assumed: env.log neither grows the memory nor calls back in",
        "  1 entry point unchanged",
    ]


@pytest.mark.parametrize("new", ["growing.wasm", "quiet.wasm"])
def test_json_is_valid_and_markdown_too(nogrow: Nogrow, new: str) -> None:
    words = ("diff", "unused.wasm", new)
    document = validated(nogrow(*words, "--format", "json").stdout)
    assert document["direction"] == ("worse" if new == "growing.wasm" else "better")
    markdown = nogrow(*words, "--format", "markdown").stdout
    assert markdown.startswith("## Memory growth\n\nnogrow compared 1 module: ")
    assert f"### `unused.wasm -> {new}: unreachable -> " in markdown


def test_formats_go_to_files_and_only_these(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("diff", "quiet.wasm", "growing.wasm", "--format", "json=d.json", "--format", "markdown")
    assert result.stdout.startswith("## Memory growth")
    assert validated((folder / "d.json").read_text())["direction"] == "worse"
    result = nogrow("diff", "quiet.wasm", "growing.wasm", "--format", "sarif")
    assert (result.exit_code, "expected text, markdown or json" in result.stderr) == (2, True)
    assert "\x1b[31m" in nogrow("diff", "quiet.wasm", "growing.wasm", "--color", "always").stdout


def test_reports_are_compared_module_by_module(nogrow: Nogrow, folder: Path) -> None:
    nogrow("check", "quiet.wasm", "unused.wasm", "growing.wasm", "--format", "json=old.json")
    write_module(folder / "unused.wasm", GROWING)
    nogrow("check", "quiet.wasm", "unused.wasm", "--format", "json=new.json")
    result = nogrow("diff", "old.json", "new.json")
    assert result.exit_code == 1
    assert "\nunused.wasm: unreachable -> reachable\n  worse: `bad` is new: reachable\n" in result.stdout
    assert "\nremoved: growing.wasm: was reachable\n" in result.stdout
    markdown = nogrow("diff", "old.json", "new.json", "--format", "markdown").stdout
    assert markdown.index("unused.wasm") < markdown.index("growing.wasm") < markdown.index("quiet.wasm")
    result = nogrow("diff", "old.json", "unused.wasm")
    assert result.exit_code == 1
    assert "note: old.json has 2 other modules, which are left out\ncompared 1 module" in result.stdout
    write_module(folder / "else.wasm", GROWING)
    result = nogrow("diff", "old.json", "else.wasm")
    assert (result.exit_code, "expected one module else.wasm in the report; it has 0" in result.stderr) == (
        2,
        True,
    )


def test_long_list_is_cut_and_counted(nogrow: Nogrow, folder: Path) -> None:
    text = "".join(f'(func (export "f{number}") (drop (memory.grow (i32.const 1))))' for number in range(25))
    write_module(folder / "many.wasm", f'(module (memory (export "m") 1) {text})')
    result = nogrow("diff", "quiet.wasm", "many.wasm")
    assert result.stdout.count("  worse: ") == 20
    assert "  ... and 6 more, 5 of them worse; --format json lists all\n" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["gone.wasm", "quiet.wasm"], 3, "nothing to compare: no such file: gone.wasm"),
        (["empty", "quiet.wasm"], 2, "empty: expected a module or a JSON report: not a regular file"),
        (["pipe", "quiet.wasm"], 2, "pipe: expected a module or a JSON report: not a regular file"),
        (["other.json", "quiet.wasm"], 2, "other.json: the key `schema` is missing"),
        (["bad.json", "quiet.wasm"], 2, "bad.json: line 1: not valid JSON"),
        (["none.json", "quiet.wasm"], 3, "nothing to compare: no core module in none.json"),
    ],
    ids=str,
)
def test_incomparable_input_is_reported_in_one_line(
    nogrow: Nogrow, folder: Path, words: list[str], code: int, message: str
) -> None:
    make_fifo(folder / "pipe")
    (folder / "other.json").write_text("\n {}")
    (folder / "bad.json").write_text("{")
    (folder / "none.json").write_text('{"schema": "nogrow/report/1", "artifacts": []}')
    for order in (words, words[::-1]):
        result = nogrow("diff", *order)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
        assert message in result.stderr


@pytest.mark.parametrize("words", [["cut.wasm", "quiet.wasm"], ["quiet.wasm", "cut.wasm"]], ids=str)
@pytest.mark.parametrize("reported", [False, True])
def test_unjudged_modules_are_never_equal(nogrow: Nogrow, words: list[str], reported: bool) -> None:
    if reported:
        nogrow("check", "cut.wasm", "--format", "json=cut.json")
        words = [word.replace("cut.wasm", "cut.json") for word in words]
    result = nogrow("diff", *words)
    assert result.exit_code == 4
    assert result.stdout.startswith("not judged[NG010]")


def test_text_file_is_an_unjudged_module(nogrow: Nogrow, folder: Path) -> None:
    (folder / "text").write_text("hello")
    assert nogrow("diff", "text", "quiet.wasm").exit_code == 4


def test_both_sides_use_the_new_contracts_trust(nogrow: Nogrow, folder: Path) -> None:
    throwing = CALLING.replace("call $log", "i32.const 1 memory.grow drop call $log unreachable")
    write_module(folder / "old.wasm", throwing)
    write_module(folder / "new.wasm", throwing)
    assert "-> new.wasm: throw-only, the same bytes\n" in nogrow("diff", "old.wasm", "new.wasm").stdout
    contract(folder, '[[artifact]]\npath = "new.wasm"\n[artifact.imports]\ntrusted = ["env.log"]\n')
    result = nogrow("diff", "old.wasm", "new.wasm")
    assert result.exit_code == 0
    assert "-> new.wasm: trap-only, the same bytes\n" in result.stdout


def test_glue_counts_for_both(nogrow: Nogrow, folder: Path) -> None:
    for name in ("old.wasm", "new.wasm"):
        write_module(folder / name, HOSTED.format(pages="1"))
    (folder / "glue.js").write_text("var m; WebAssembly.instantiate(x, {a: {t: () => m.grow(1)}}); m.buffer")
    result = nogrow("diff", "old.wasm", "new.wasm", "--glue", "glue.js")
    assert "-> new.wasm: reachable" in result.stdout


def test_log_escapes_names(nogrow: Nogrow, folder: Path) -> None:
    name = "".join(f"\\{byte:02x}" for byte in HOSTILE.encode())
    file = "\x1b[2J`|##[y]\udcff.wasm"
    write_module(folder / file, GROWING.replace("bad", name))
    for form in ("text", "json", "markdown"):
        output = nogrow("diff", "quiet.wasm", file, "--format", form, "--color", "never").stdout
        assert all(line.isprintable() for line in output.split("\n"))
        assert "##[" not in output
    tokens = MarkdownIt("commonmark").parse(output)
    assert {child.type for token in tokens for child in token.children or ()} == {"text", "code_inline"}
    assert [token.type for token in tokens].count("fence") == 1
