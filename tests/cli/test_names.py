"""What exports, files and members are called gets nothing past the contract."""

from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.cli.test_check import contract
from tests.report.validated import validated
from tests.support.archives import zip_of
from tests.support.modules import GROWING, QUIET, write_module
from tests.support.posix import make_fifo, posix_only

GROW = "i32.const 1 memory.grow drop"
GLOB = f"""(module (memory (export "m") 1)
  (func (export "process*")) (func (export "process_a") {GROW}))"""
ESCAPED = f"""(module (memory (export "m") 1) (table (export "t") 1 funcref) (elem (i32.const 0) $quiet)
  (func $quiet) (func (export "func[0]") {GROW}))"""
THROWS = f'(module (tag $x) (memory (export "m") 1) (func (export "f") {GROW} (throw $x)))'
CAPPED = f'(module (memory (export "m") 1 1) (func (export "f") {GROW}))'


def test_export_named_like_a_glob_does_not_disable_the_glob(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "a.wasm", GLOB)
    clause = '[[artifact]]\npath = "a.wasm"\nallow = ["reachable"]\n[artifact.exports]\n'
    contract(folder, f'{clause}"process*" = ["absent", "unreachable"]')
    result = nogrow("check")
    assert result.exit_code == 1
    assert "`process_a` can grow" in result.stdout


def test_export_named_like_an_escaped_function_is_not_excused(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "a.wasm", ESCAPED)
    clause = '[[artifact]]\npath = "a.wasm"\n[artifact.exports]\n'
    for key, code in (("func[0]", 1), ("(func[0])", 1), ("(escaped)", 1), ("func[[]0]", 0)):
        contract(folder, f'{clause}"{key}" = ["reachable"]')
        assert nogrow("check").exit_code == code
    contract(folder, clause)
    result = nogrow("check", "--format", "json")
    (broken,) = validated(result.stdout)["artifacts"][0]["violations"]
    assert (broken["entry"], broken["kind"]) == ("func[0]", "export")
    assert "`func[0] (export)` can grow" in nogrow("explain", "a.wasm", "func[0] (export)").stdout


def test_negated_glob_is_checked(nogrow: Nogrow, folder: Path) -> None:
    contract(folder, '[[artifact]]\npath = "q*.wasm"\n[[artifact]]\npath = "[!cq]*.wasm"\n')
    result = nogrow("check")
    assert result.exit_code == 1
    assert "--> growing.wasm" in result.stdout


@posix_only
def test_link_is_held_to_its_own_clause(nogrow: Nogrow, folder: Path) -> None:
    (folder / "current.wasm").symlink_to("growing.wasm")
    lenient = '[[artifact]]\npath = "growing.wasm"\nallow = ["reachable"]\n'
    contract(folder, f'{lenient}[[artifact]]\npath = "current.wasm"\n')
    assert nogrow("check").exit_code == 1
    assert nogrow("check", "current.wasm").exit_code == 1
    assert nogrow("check", "growing.wasm").exit_code == 0


def test_clauses_of_all_matching_globs_must_be_kept(nogrow: Nogrow, folder: Path) -> None:
    lenient = '[[artifact]]\npath = "g*.wasm"\nallow = ["reachable"]\n'
    strict = '[[artifact]]\npath = "*ing.wasm"\n[artifact.memory]\nmax_pages = 1\n'
    for text in (lenient + strict, strict + lenient):
        contract(folder, text)
        result = nogrow("check", "--format", "json")
        (artifact,) = validated(result.stdout)["artifacts"]
        assert [violation["rule"] for violation in artifact["violations"]] == ["NG001", "NG007"]


def test_import_is_trusted_only_if_all_clauses_trust_it(nogrow: Nogrow, folder: Path) -> None:
    grower = '(import "env" "emscripten_resize_heap" (func $f))'
    write_module(folder / "a.wasm", f'(module {grower} (memory (export "m") 1) (func (export "g") call $f))')
    trusting = (
        '[[artifact]]\npath = "a*.wasm"\n[artifact.imports]\ntrusted = ["env.emscripten_resize_heap"]\n'
    )
    contract(folder, trusting)
    assert nogrow("check").exit_code == 0
    for pattern in ("?.wasm", "a.w*"):
        contract(folder, f'{trusting}[[artifact]]\npath = "{pattern}"\n')
        result = nogrow("check")
        assert result.exit_code == 1
        assert "NG006" in result.stdout


def test_capped_does_not_allow_a_growth_before_an_exception(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "a.wasm", CAPPED)
    contract(folder, '[[artifact]]\npath = "a.wasm"\nallow = ["capped"]\n')
    assert nogrow("check").exit_code == 0
    assert nogrow("pin").exit_code == 0
    write_module(folder / "a.wasm", THROWS)
    assert nogrow("check").exit_code == 1
    contract(folder, '[[artifact]]\npath = "a.wasm"\nallow = ["capped", "throw-only"]\n')
    assert nogrow("check").exit_code == 0
    result = nogrow("check", "--locked")
    assert result.exit_code == 1
    assert "`f` is throw-only, pinned as capped" in result.stdout


def test_combined_verdict_names_both(nogrow: Nogrow, folder: Path) -> None:
    two_memories = CAPPED.replace(" 1 1)", " 1 1) (memory 1) (tag $x)")[:-1]
    throws = '(func (export "g") i32.const 1 memory.grow 1 drop (throw $x))'
    write_module(folder / "a.wasm", f"{two_memories} {throws})")
    result = nogrow("check", "a.wasm", "--format", "json")
    (artifact,) = validated(result.stdout)["artifacts"]
    assert artifact["verdict"] == "capped+throw-only"
    assert [entry["verdict"] for entry in artifact["entries"]] == ["capped", "throw-only"]
    assert "broken: a.wasm: capped+throw-only" in nogrow("check", "a.wasm").stdout
    assert nogrow("init", "a.wasm").exit_code == 0
    assert nogrow("check").exit_code == 0
    for form in ("html", "sarif", "junit", "github", "markdown"):
        assert nogrow("check", "a.wasm", "--format", form).exit_code == 0


def test_shipped_clause_without_a_match_is_reported(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "dist/ok.wasm", QUIET)
    (folder / "dist/a.zip").write_bytes(zip_of({"x.wasm": (folder / "quiet.wasm").read_bytes()}))
    clause = '[[artifact]]\npath = "{}"\n'
    for path, code in (
        *(("dist/a.zip!x.wasm", 0), ("dist/a.zip!y.wasm", 3), ("dist/gone.whl!x.wasm", 3)),
        *(("dist/gone.wasm", 3), ("gone.wasm", 0), ("other/a.zip!x.wasm", 0)),
    ):
        contract(folder, clause.format(path))
        result = nogrow("check", "--dist", "dist")
        assert result.exit_code == code, path
        assert (f"nothing: {path}: no module found" in result.stdout) == (code == 3)


@pytest.mark.parametrize("name", ["c.wasm#0", "c.wasm#12"])
def test_member_named_like_a_core_module_is_not_judged(nogrow: Nogrow, folder: Path, name: str) -> None:
    write_module(folder / "growing.wasm", GROWING)
    data = (folder / "growing.wasm").read_bytes()
    (folder / "dist").mkdir()
    (folder / "dist/a.zip").write_bytes(zip_of({name: data}))
    contract(folder, f'[[artifact]]\npath = "dist/a.zip!{name}"\nallow = ["reachable"]\n')
    assert nogrow("check", "--dist", "dist").exit_code == 4
    (folder / "dist/a.zip").unlink()
    (folder / "dist" / name).write_bytes(data)
    contract(folder, f'[[artifact]]\npath = "dist/{name}"\nallow = ["reachable"]\n')
    assert nogrow("check", "--dist", "dist").exit_code == 4


LONG = "a" * 5000


@posix_only
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check", "--lock", LONG, "quiet.wasm"], 2),
        (["pin", "--lock", LONG, "quiet.wasm"], 2),
        (["diff", LONG, "quiet.wasm"], 2),
        (["init", "--contract", LONG, "quiet.wasm"], 2),
        (["seal", "--mode", "cap", "growing.wasm", "-o", LONG], 2),
        (["check", "--dist", "quiet.wasm", "--attest", LONG], 2),
        (["host", LONG], 4),
        (["check", LONG], 4),
        (["explain", f"quiet.wasm#{'9' * 5000}"], 4),
        (["check", "--contract", LONG], 2),
        (["check", "--format", "json=loop", "quiet.wasm"], 2),
        (["seal", "--mode", "cap", "growing.wasm", "-o", "loop/x"], 2),
        (["pin", "--lock", "loop/x", "quiet.wasm"], 2),
        (["check", "--lock", "fifo", "quiet.wasm"], 2),
        (["check", "--contract", "fifo"], 2),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_unopenable_path_is_reported_in_one_line(
    nogrow: Nogrow, folder: Path, words: list[str], code: int
) -> None:
    (folder / "loop").symlink_to("loop")
    make_fifo(folder / "fifo")
    result = nogrow(*words)
    assert result.exit_code == code
    assert isinstance(result.exception, SystemExit)
    if code == 2:
        assert result.stderr.count("\n") == 1


@posix_only
def test_dangling_default_contract_is_an_error(nogrow: Nogrow, folder: Path) -> None:
    (folder / "nogrow.toml").symlink_to("gone")
    assert nogrow("check", "quiet.wasm").exit_code == 2
