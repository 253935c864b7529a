"""What a verdict rests on stands beside it, whoever prints it; and growth that no host can see."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.cli.test_check import contract
from tests.report.validated import validated
from tests.support.modules import CALLING, write_module

TABLE = """(module (memory (export "memory") 1) (table (export "table") 1 funcref)
  (func (export "main") (call_indirect (i32.const 0)))
  (func (export "grow") (drop (memory.grow (i32.const 1)))))"""
FIXED = """(module (import "env" "h" (func $h)) (memory (export "m") 1 1)
  (func (export "a") (call $h))
  (func (export "g") (param i32) (result i32) (memory.grow (local.get 0))))"""
PRIVATE = """(module (memory {} 1)
  (func (export "f") (drop (memory.grow (i32.const 1)))))"""
HARMLESS = "env.log neither grows the memory nor calls back in"
CLOSED = (
    "the host puts none of the module's own functions into table 0, exported as 'table', "
    "nor any that grow the memory or call back in"
)
UNSEEN = "memory 0 is neither imported nor exported: no host view of it can exist"


@pytest.fixture
def calling(folder: Path) -> Path:
    return write_module(folder / "calling.wasm", CALLING)


@pytest.mark.parametrize("form", ["text", "github", "markdown", "sarif", "junit", "html"])
def test_each_format_names_the_assumption_beside_the_verdict(
    nogrow: Nogrow, calling: Path, form: str
) -> None:
    result = nogrow("check", "calling.wasm", "--format", form)
    assert result.exit_code == 0
    assert f"assuming that {HARMLESS}" in result.stdout


@pytest.mark.parametrize(
    "words", [("explain", "calling.wasm"), ("explain", "calling.wasm", "ok"), ("init", "calling.wasm")]
)
def test_each_command_names_the_assumption(nogrow: Nogrow, calling: Path, words: tuple[str, ...]) -> None:
    result = nogrow(*words)
    output = " ".join(result.stdout.split())
    assert f"assuming that {HARMLESS}" in output
    assert "can't grow" not in output
    assert "no entry point can grow" not in output.lower()
    if words[0] == "init":
        text = Path("nogrow.toml").read_text(encoding="utf-8")
        assert f"# No path leads from an entry point to a grow site, assuming that {HARMLESS}.\n" in text


def test_sealed_copy_names_the_assumption(nogrow: Nogrow, calling: Path) -> None:
    result = nogrow("seal", "calling.wasm", "-o", "sealed.wasm", "--mode", "cap")
    assert f"  verdict absent, assuming that {HARMLESS}\n" in result.stdout


def test_trusted_imports_leave_nothing_to_assume(nogrow: Nogrow, folder: Path, calling: Path) -> None:
    contract(folder, '[[artifact]]\npath = "calling.wasm"\n[artifact.imports]\ntrusted = ["env.log"]')
    assert "kept: calling.wasm: absent, 0 grow sites\n" in nogrow("check").stdout


def test_fixed_memory_has_the_assumption_too(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "fixed.wasm", FIXED)
    contract(folder, '[[artifact]]\npath = "fixed.wasm"\n[artifact.exports]\n"g" = ["capped"]')
    result = nogrow("check")
    assert result.exit_code == 0
    assumed = "env.h neither grows the memory nor calls back in"
    assert result.stdout.startswith(f"kept: fixed.wasm: capped, assuming that {assumed}; 1 grow site\n")


def test_visible_table_is_named_per_entry_point(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "t.wasm", TABLE)
    clause = '[[artifact]]\npath = "t.wasm"\n{}[artifact.exports]\n"grow" = ["reachable"]'
    contract(folder, clause.format(""))
    result = nogrow("check")
    assert result.exit_code == 0
    assert (
        f"kept: t.wasm: reachable; the better verdict of `main` assumes that {CLOSED}; 1 grow site\n"
        in result.stdout
    )
    (artifact,) = validated(nogrow("check", "--format", "json").stdout)["artifacts"]
    assert {entry["name"]: entry.get("assumptions") for entry in artifact["entries"]} == {
        "grow": None,
        "main": [CLOSED],
    }
    contract(folder, clause.format('tables = "open"\n'))
    result = nogrow("check")
    assert result.exit_code == 1
    assert "error[NG001]: growth-reachable: `main` can grow memory 0 and return" in result.stdout
    assert "can grow the memory and return" in nogrow("explain", "t.wasm", "main").stdout
    assert nogrow("diff", "t.wasm", "t.wasm").exit_code == 0


def test_private_memory_is_kept_and_said(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "p.wasm", PRIVATE.format(""))
    result = nogrow("check", "p.wasm")
    assert (result.exit_code, result.stdout.splitlines()[:2]) == (
        0,
        [
            "kept: p.wasm: reachable, of no memory that a host can see, 1 grow site",
            f"   = note: {UNSEEN}",
        ],
    )
    (artifact,) = validated(nogrow("check", "p.wasm", "--format", "json").stdout)["artifacts"]
    assert [(entry["verdict"], entry["seen"]) for entry in artifact["entries"]] == [("reachable", "absent")]
    contract(folder, '[[artifact]]\npath = "p.wasm"\n[artifact.memory]\nprivate = "judge"')
    result = nogrow("check")
    assert result.exit_code == 1
    assert UNSEEN not in result.stdout


def test_explain_and_init_say_that_a_memory_is_private(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "p.wasm", PRIVATE.format(""))
    text = " ".join(nogrow("explain", "p.wasm", "f").stdout.split())
    assert f"note: {UNSEEN}, so this breaks no contract" in text
    nogrow("init", "p.wasm")
    assert "# No entry point can grow a memory that a host sees.\n" in Path("nogrow.toml").read_text(
        encoding="utf-8"
    )
    assert nogrow("check").exit_code == 0


def test_lock_notices_when_a_private_memory_is_exported(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "p.wasm", PRIVATE.format(""))
    contract(folder, '[[artifact]]\npath = "p.wasm"\nallow = ["reachable"]')
    assert nogrow("pin").exit_code == 0
    assert (
        json.loads(Path("nogrow.lock").read_text(encoding="utf-8"))["artifacts"]["p.wasm"]["verdict"]
        == "absent"
    )
    assert nogrow("check", "--locked").exit_code == 0
    write_module(folder / "p.wasm", PRIVATE.format('(export "m")'))
    result = nogrow("check", "--locked")
    assert result.exit_code == 1
    assert "`f` is reachable, pinned as absent" in result.stdout


def test_diff_lists_new_assumptions(nogrow: Nogrow, calling: Path) -> None:
    result = nogrow("diff", "quiet.wasm", "calling.wasm")
    assert f"  now assumed: {HARMLESS}\n" in result.stdout
    document = json.loads(nogrow("diff", "quiet.wasm", "calling.wasm", "--format", "json").stdout)
    assert document["modules"][0]["assumed_new"] == [HARMLESS]


def test_export_of_a_private_memory_is_worse(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "p.wasm", PRIVATE.format(""))
    write_module(folder / "q.wasm", PRIVATE.format('(export "m")'))
    result = nogrow("diff", "p.wasm", "q.wasm")
    assert result.exit_code == 1
    assert "  worse: `f`: reachable (before, no view of the memory existed)\n" in result.stdout
