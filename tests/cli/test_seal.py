from pathlib import Path

import pytest

from nogrow.cli import seal as command
from nogrow.rewrite import comparison as comparing
from nogrow.rewrite.rewrite import Mode, Sealed, sealed
from nogrow.scenarios import sealing
from nogrow.wasm.validate import Validation
from tests.cli.conftest import Nogrow
from tests.support.modules import write_module
from tests.support.posix import posix_only


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [
        ("cap", "reachable -> capped"),
        ("deny", "reachable -> absent"),
        ("trap", "reachable -> absent"),
        ("reserve", "reachable -> absent"),
    ],
)
def test_sealed_module_is_written(nogrow: Nogrow, folder: Path, mode: str, verdict: str) -> None:
    data = (folder / "growing.wasm").read_bytes()
    pages = 4 if mode == "reserve" else None
    words = () if pages is None else ("--pages", str(pages))
    result = nogrow("seal", "growing.wasm", "-o", "out/sealed.wasm", "--mode", mode, *words)
    assert result.exit_code == 0
    assert f"  verdict {verdict}, " in result.stdout
    assert f"    bad: {verdict}\n" in result.stdout
    assert "nogrow run" in result.stdout.splitlines()[-1]
    assert (folder / "out/sealed.wasm").read_bytes() == sealed(data, Mode(mode), pages).data
    assert (folder / "growing.wasm").read_bytes() == data
    assert nogrow("check", "out/sealed.wasm").exit_code == (1 if mode == "cap" else 0)


def test_seal_reports_remaining_growth(nogrow: Nogrow, folder: Path) -> None:
    host = '(module (import "env" "emscripten_resize_heap" (func $g (param i32) (result i32)))'
    text = host + '(memory (export "memory") 1 9) (func (export "f") (drop (call $g (i32.const 1)))))'
    write_module(folder / "host.wasm", text)
    result = nogrow("seal", "host.wasm", "-o", "o.wasm", "--mode", "deny")
    assert "->" not in result.stdout
    assert "The host grows this memory" in result.stdout.splitlines()[-1]
    assert "the host can still grow the memory in env.emscripten_resize_heap" in result.stdout
    result = nogrow("seal", "host.wasm", "-o", "p.wasm", "--mode", "cap", "--pages", "3")
    assert "verdict reachable -> absent" in result.stdout
    assert "memory 0: 1 page, at most 9 -> 3 pages" in result.stdout
    assert "keep the host from growing" in result.stdout.splitlines()[-1]
    write_module(
        folder / "zero.wasm", '(module (memory 1) (func (export "f") (drop (memory.grow (i32.const 0)))))'
    )
    result = nogrow("seal", "zero.wasm", "-o", "q.wasm", "--mode", "cap")
    assert "memory.grow by 0 pages still succeeds" in result.stdout


def test_minified_imports_are_no_proof_of_a_seal(nogrow: Nogrow, folder: Path) -> None:
    text = (
        '(module (import "a" "a" (func $g (param i32) (result i32))) (memory (export "b") 1 9)'
        '(func (export "c") (drop (call $g (i32.const 1)))))'
    )
    write_module(folder / "short.wasm", text)
    for mode in ("deny", "trap"):
        result = nogrow("seal", "short.wasm", "-o", f"{mode}.wasm", "--mode", mode)
        assert "the host can still grow the memory if one of these" in result.stdout
        assert "The host grows this memory, and the copy does not change that" in result.stdout
    result = nogrow("seal", "short.wasm", "-o", "cap.wasm", "--mode", "cap")
    assert "can still grow" not in result.stdout
    write_module(folder / "fixed.wasm", text.replace("1 9", "9 9"))
    result = nogrow("seal", "fixed.wasm", "-o", "fixed-deny.wasm", "--mode", "deny")
    assert "can still grow" not in result.stdout
    assert "FILE has no memory.grow" in result.stdout


@posix_only
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["growing.wasm", "--mode", "deny"], "no output file"),
        (["growing.wasm", "--mode", "deny", "-o", "growing.wasm", "--force"], "this is FILE itself"),
        (["growing.wasm", "--mode", "deny", "-o", "link.wasm", "--force"], "this is FILE itself"),
        (["growing.wasm", "--mode", "deny", "-o", "quiet.wasm"], "quiet.wasm: the file exists"),
        (["growing.wasm", "--mode", "deny", "-o", "empty", "--force"], "not a regular file"),
        (["growing.wasm", "--mode", "deny", "-o", "x.wasm", "--in-place"], "cannot be combined"),
        (
            ["growing.wasm", "--mode", "deny", "-o", "x.wasm", "--pages", "3"],
            "only be set with cap and reserve",
        ),
        (["growing.wasm", "--mode", "cap", "-o", "x.wasm", "--pages", "70000"], "cannot have"),
        (["growing.wasm", "--mode", "reserve", "-o", "x.wasm", "--pages", "70000"], "cannot have"),
        (
            ["growing.wasm", "--mode", "cap", "-o", "x.wasm", "--pages", "9" * 5000],
            "99: expected a number of at most 20 digits, MEMORY=NUMBER or scenarios",
        ),
        (
            ["growing.wasm", "--mode", "reserve", "-o", "x.wasm", "--pages", "x"],
            "--pages x: expected",
        ),
        (["growing.wasm", "--mode", "reserve", "-o", "x.wasm", "--pages", "=3"], "--pages =3: expected"),
        (["growing.wasm", "--mode", "reserve", "-o", "x.wasm", "--pages", "7=3"], "has no memory 7"),
        (["growing.wasm", "--mode", "reserve", "-o", "x.wasm", "--pages", "scenarios"], "has no scenario"),
        (["growing.wasm", "--mode", "cap", "-o", "x.wasm", "--pages", "scenarios"], "for the mode reserve"),
        (
            ["growing.wasm", "--mode", "reserve", "-o", "x.wasm", "--pages", "0=3", "--pages", "4"],
            "each of several needs a memory, as in 0=4",
        ),
        (["growing.wasm", "--mode", "shut", "-o", "x.wasm"], "Invalid value"),
        (
            ["growing.wasm", "-o", "x.wasm"],
            "growing.wasm: no mode: choose reserve, cap, deny or trap, or add",
        ),
        (["growing.wasm", "-o", "x.wasm", "--pages", "3"], "--pages: this option needs --mode"),
    ],
)
def test_wrong_usage_writes_nothing(nogrow: Nogrow, folder: Path, words: list[str], message: str) -> None:
    (folder / "link.wasm").symlink_to("growing.wasm")
    before = {path.name: path.read_bytes() for path in folder.glob("*.wasm")}
    result = nogrow("seal", *words)
    assert (result.exit_code, message in result.stderr) == (2, True)
    assert {path.name: path.read_bytes() for path in folder.glob("*.wasm")} == before


@pytest.mark.parametrize("file", ["cut.wasm", "gone.wasm", "empty"])
def test_unjudged_module_is_not_sealed(nogrow: Nogrow, folder: Path, file: str) -> None:
    result = nogrow("seal", file, "-o", "x.wasm", "--mode", "deny")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (4, "", 1)
    assert result.stderr.startswith(f"nogrow: {file}: ")
    assert not (folder / "x.wasm").exists()


def test_invalid_output_is_not_written(nogrow: Nogrow, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = (folder / "growing.wasm").read_bytes()
    monkeypatch.setattr(
        comparing,
        "validate",
        lambda data: Validation(True) if data == original else Validation(False, "type mismatch", 9),
    )
    result = nogrow("seal", "growing.wasm", "-o", "x.wasm", "--mode", "deny")
    assert (result.exit_code, "the sealed module is not valid" in result.stderr) == (4, True)
    assert not (folder / "x.wasm").exists()


def test_invalid_component_is_not_sealed(nogrow: Nogrow, folder: Path) -> None:
    core = "(core module (memory 1) (func i32.const 1 memory.grow drop))"
    write_module(folder / "c.wasm", f"(component {core} (core instance (instantiate 7)))")
    result = nogrow("seal", "c.wasm", "-o", "x.wasm", "--mode", "deny")
    assert (result.exit_code, "unknown module 7" in result.stderr) == (4, True)
    assert not (folder / "x.wasm").exists()


def test_copy_that_breaks_its_promise_is_not_written(
    nogrow: Nogrow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "sealed", lambda data, *rest: Sealed(data, ()))
    for mode in command._EFFECTS:
        assert nogrow("seal", "growing.wasm", "-o", "x.wasm", "--mode", mode).exit_code == 4
    assert not (folder / "x.wasm").exists()


@posix_only
def test_in_place_sealing_keeps_permissions_and_is_stable(nogrow: Nogrow, folder: Path) -> None:
    path = folder / "growing.wasm"
    path.chmod(0o640)
    assert nogrow("seal", "growing.wasm", "--in-place", "--mode", "deny").exit_code == 0
    first = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o640
    result = nogrow("seal", "growing.wasm", "--in-place", "--mode", "deny")
    assert "nothing had to change" in result.stdout
    assert path.read_bytes() == first
    assert [file.name for file in folder.iterdir() if file.name.startswith(".")] == []


def test_force_writes_over_another_file(nogrow: Nogrow, folder: Path) -> None:
    assert nogrow("seal", "growing.wasm", "-o", "quiet.wasm", "--mode", "trap", "--force").exit_code == 0


def test_sealed_component_is_reported_module_by_module(nogrow: Nogrow, folder: Path) -> None:
    core = '(core module (memory 1) (func (export "f") (drop (memory.grow (i32.const 1)))))'
    write_module(folder / "c.wasm", f"(component {core} {core})")
    result = nogrow("seal", "c.wasm", "-o", "d.wasm", "--mode", "deny")
    assert result.exit_code == 0
    assert "  core module 0: verdict reachable -> absent, 1 of 1 entry point changed" in result.stdout
    assert "  core module 1: verdict reachable -> absent" in result.stdout


def test_incorrectly_sealed_component_is_not_written(nogrow: Nogrow, folder: Path) -> None:
    wat = """(component (import "m" (core module $m (export "mem" (memory 1))))
      (core instance $i (instantiate $m))
      (core module $a (import "m" "mem" (memory 1)) (func (export "g") (drop (memory.grow (i32.const 1)))))
      (core instance (instantiate $a (with "m" (instance $i)))))"""
    write_module(folder / "c.wasm", wat)
    result = nogrow("seal", "c.wasm", "-o", "x.wasm", "--mode", "cap")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (4, "", 1)
    assert not (folder / "x.wasm").exists()


SCENARIO = """schema = 1
[[artifact]]
path = "growing.wasm"
allow = ["reachable"]
[[artifact.scenario]]
name = "grow"
steps = [{ call = "bad" }, { call = "bad" }]
"""


def test_pages_of_scenarios_are_reserved(nogrow: Nogrow, folder: Path) -> None:
    (folder / "nogrow.toml").write_text(SCENARIO)
    result = nogrow("seal", "growing.wasm", "-o", "x.wasm", "--mode", "reserve", "--pages", "scenarios")
    assert result.exit_code == 0, result.stderr
    # Three pages and a quarter more.
    assert "4 pages are reserved: what the scenarios reach, and a quarter more\n" in result.stdout
    assert "1 scenario ended the same in both" in result.stdout
    assert "(reserve)" in result.stdout


def test_copy_that_ends_a_scenario_differently_is_not_written(nogrow: Nogrow, folder: Path) -> None:
    import wasmtime

    text = """(module (memory (export "memory") 1) (func (export "bad") (result i32)
      (memory.grow (i32.const 1))))"""
    (folder / "growing.wasm").write_bytes(bytes(wasmtime.wat2wasm(text)))
    (folder / "nogrow.toml").write_text(SCENARIO)
    result = nogrow("seal", "growing.wasm", "-o", "x.wasm", "--mode", "reserve", "--pages", "2")
    assert result.exit_code == 4
    assert (
        "scenario 'grow' differs: call 2, `bad()`: returned 2, in the copy: returned -1" in result.stderr
    ), result.stderr
    assert not (folder / "x.wasm").exists()


def test_scenario_shows_that_a_copy_can_start(nogrow: Nogrow, folder: Path) -> None:
    import wasmtime

    text = """(module (import "a" "b" (func $b)) (memory (export "memory") 1) (start $s)
      (func $s (call $b) (drop (memory.grow (i32.const 1)))) (func (export "bad")))"""
    (folder / "growing.wasm").write_bytes(bytes(wasmtime.wat2wasm(text)))
    words = ("seal", "growing.wasm", "-o", "x.wasm", "--mode", "reserve", "--pages", "2")
    result = nogrow(*words)
    assert (result.exit_code, "cannot test whether the copy traps there" in result.stderr) == (4, True)
    (folder / "nogrow.toml").write_text(SCENARIO + "[[artifact.stub]]\nimport = 'a.b'\n")
    result = nogrow(*words)
    assert result.exit_code == 0, result.stderr


def test_clause_says_how_the_file_is_sealed(nogrow: Nogrow, folder: Path) -> None:
    data = (folder / "growing.wasm").read_bytes()
    clause = '[[artifact]]\npath = "growing.wasm"\n'
    for seal, mode, pages in (
        ('mode = "deny"', Mode.DENY, None),
        ('mode = "cap", pages = 3', Mode.CAP, 3),
        ('mode = "reserve", pages = 9', Mode.RESERVE, 9),
    ):
        (folder / "other.toml").write_text(f"schema = 1\n{clause}seal = {{ {seal} }}\n")
        words = ("seal", "growing.wasm", "-o", "x.wasm", "--force", "--contract", "other.toml")
        result = nogrow(*words)
        assert result.exit_code == 0, result.stderr
        assert f"growing.wasm sealed ({mode.value})" in result.stdout
        assert (folder / "x.wasm").read_bytes() == sealed(data, mode, pages).data
        assert nogrow(*words, "--mode", "trap").exit_code == 0
        assert (folder / "x.wasm").read_bytes() == sealed(data, Mode.TRAP).data
    text = SCENARIO.replace(
        'path = "growing.wasm"\n', 'path = "growing.wasm"\nseal = { mode = "reserve", pages = "scenarios" }\n'
    )
    (folder / "nogrow.toml").write_text(text)
    assert (
        "4 pages are reserved: what the scenarios reach"
        in nogrow("seal", "growing.wasm", "-o", "y.wasm").stdout
    )
    assert nogrow("seal", "quiet.wasm", "-o", "z.wasm").exit_code == 2
