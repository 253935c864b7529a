import json
from pathlib import Path

import pytest

from nogrow.report.formats import Format
from tests.cli.conftest import Nogrow
from tests.cli.test_check import contract
from tests.report.validated import validated
from tests.support.modules import GROWING, QUIET, UNUSED, write_module

ANY = 'allow = ["reachable"]\n'


@pytest.fixture
def known(nogrow: Nogrow, folder: Path) -> Path:
    """A contract that allows everything, and a lock that knows what there is."""
    contract(folder, f'[[artifact]]\npath = "*ing.wasm"\n{ANY}[[artifact]]\npath = "quiet.wasm"\n{ANY}')
    assert nogrow("pin").exit_code == 0
    return folder


def test_pinned_growth_may_stay(nogrow: Nogrow, known: Path) -> None:
    for words in (["--locked"], ["--lock", "nogrow.lock"], ["--exact"], ["--locked", "growing.wasm"]):
        assert nogrow("check", *words).exit_code == 0


def test_new_growth_fails(nogrow: Nogrow, known: Path) -> None:
    write_module(known / "quiet.wasm", GROWING)
    assert nogrow("check").exit_code == 0
    for words in (["--locked"], ["--lock", "nogrow.lock"], ["--exact"], ["--locked", "quiet.wasm"]):
        result = nogrow("check", *words)
        assert result.exit_code == 1
        assert "error[NG011]: pin-broken: `bad` is reachable and not pinned" in result.stdout
        assert "at 0x00003d: memory.grow" in result.stdout


def test_lock_does_not_replace_the_contract(nogrow: Nogrow, folder: Path) -> None:
    nogrow("pin", "growing.wasm")
    result = nogrow("check", "--locked")
    assert result.exit_code == 1
    assert "NG001" in result.stdout
    assert "NG011" not in result.stdout


def test_other_bytes_fail_only_with_exact(nogrow: Nogrow, known: Path) -> None:
    write_module(known / "quiet.wasm", QUIET.replace("7", "8"))
    assert nogrow("check", "--locked").exit_code == 0
    result = nogrow("check", "--exact")
    assert result.exit_code == 1
    assert "the module is not the pinned one: its sha256 is " in result.stdout


def test_better_verdict_is_reported_and_passes(nogrow: Nogrow, known: Path) -> None:
    write_module(known / "growing.wasm", GROWING.replace("i32.const 1 memory.grow", "i32.const 1"))
    result = nogrow("check", "--locked")
    assert result.exit_code == 0
    assert "   = improved: `bad` is absent, pinned as reachable\n" in result.stdout
    assert "help: run `nogrow pin` to lock in these improvements\n" in result.stdout
    assert nogrow("check", "--locked", "--quiet").stdout == ""
    markdown = nogrow("check", "--locked", "--format", "markdown").stdout
    assert "   = improved: `bad` is absent, pinned as reachable\n" in markdown
    document = validated(nogrow("check", "--locked", "--format", "json").stdout)
    assert [artifact["improvements"] for artifact in document["artifacts"]] == [
        [
            {"entry": "bad", "kind": "export", "before": "reachable", "after": "absent"},
            {"entry": "ok", "kind": "export", "before": "unreachable", "after": "absent"},
        ],
        [],
    ]
    nogrow("pin")
    assert "improved" not in nogrow("check", "--locked").stdout


def test_report_without_a_lock_does_not_mention_it(nogrow: Nogrow, known: Path) -> None:
    document = validated(nogrow("check", "--format", "json").stdout)
    assert all("improvements" not in artifact for artifact in document["artifacts"])


def test_long_list_of_better_verdicts_is_cut(nogrow: Nogrow, folder: Path) -> None:
    text = "".join(f'(func (export "f{number}") (drop (memory.grow (i32.const 1))))' for number in range(25))
    write_module(folder / "quiet.wasm", f'(module (memory (export "m") 1) {text})')
    nogrow("pin", "quiet.wasm")
    write_module(folder / "quiet.wasm", "(module)")
    lines = nogrow("check", "--locked").stdout.splitlines()
    assert sum("= improved: `f" in line for line in lines) == 20
    assert "   = improved: 5 more" in lines


@pytest.mark.parametrize("form", Format)
def test_every_format_shows_a_broken_pin(nogrow: Nogrow, known: Path, form: Format) -> None:
    write_module(known / "quiet.wasm", GROWING)
    (known / "growing.wasm").unlink()
    result = nogrow("check", "--locked", "--format", form.value, "--color", "never")
    assert (result.exit_code, result.stderr) == (1, "")
    assert "NG011" in result.stdout
    assert "but was not found" in result.stdout
    assert "not pinned" in result.stdout


def test_broken_pin_shows_the_source_line(nogrow: Nogrow, folder: Path) -> None:
    guest = Path(__file__).parents[2] / "build/debug/greeting_growth.wasm"
    if not guest.exists():
        pytest.skip("the guests are not built")
    contract(folder, f'[[artifact]]\npath = "a.wasm"\n{ANY}')
    write_module(folder / "a.wasm", "(module)")
    nogrow("pin")
    (folder / "a.wasm").write_bytes(guest.read_bytes())
    assert "crates/greeting_growth/src/lib.rs:" in nogrow("check", "--locked", "--source").stdout


def test_missing_pinned_module_is_a_failure(nogrow: Nogrow, known: Path) -> None:
    (known / "quiet.wasm").unlink()
    assert nogrow("check").exit_code == 3
    result = nogrow("check", "--locked")
    assert result.exit_code == 1
    assert "nothing" not in result.stdout
    assert result.stdout.count("error[NG011]") == 1
    assert nogrow("check", "--locked", "growing.wasm").exit_code == 0


def test_pinned_module_without_a_clause_is_a_failure(nogrow: Nogrow, known: Path) -> None:
    contract(known, f'[[artifact]]\npath = "quiet.wasm"\n{ANY}')
    result = nogrow("check", "--locked")
    assert result.exit_code == 1
    assert "error[NG011]: pin-broken: the module is pinned in nogrow.lock but was not found" in result.stdout
    assert "  --> growing.wasm" in result.stdout


def test_unpinned_module_is_a_failure(nogrow: Nogrow, known: Path) -> None:
    result = nogrow("check", "--locked", "unused.wasm")
    assert result.exit_code == 1
    assert "the module is not in nogrow.lock; `nogrow pin` adds it" in result.stdout


def test_lock_does_not_excuse_an_unjudged_module(nogrow: Nogrow, known: Path) -> None:
    (known / "quiet.wasm").write_bytes(b"\0asm")
    result = nogrow("check", "--locked")
    assert result.exit_code == 4
    assert "NG011" not in result.stdout


def test_lock_determines_the_default_paths(nogrow: Nogrow, folder: Path) -> None:
    nogrow("pin", "quiet.wasm", "unused.wasm")
    assert "checked 2 modules: 2 kept" in nogrow("check", "--locked").stdout
    (folder / "quiet.wasm").unlink()
    assert nogrow("check", "--locked").exit_code == 1


def test_locked_check_needs_a_lock(nogrow: Nogrow, folder: Path) -> None:
    for words in (["--locked"], ["--exact"], ["--lock", "gone"]):
        result = nogrow("check", "quiet.wasm", *words)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert "no such lock; write it with `nogrow pin`" in result.stderr


def test_lock_with_exchanged_verdicts_is_reported(nogrow: Nogrow, known: Path) -> None:
    document = json.loads((known / "nogrow.lock").read_text())
    document["artifacts"]["growing.wasm"]["exports"] = {"reachable": ["ok"], "unreachable": ["bad"]}
    (known / "nogrow.lock").write_text(json.dumps(document))
    result = nogrow("check", "--locked")
    assert result.exit_code == 1
    assert "`bad` is reachable, pinned as unreachable" in result.stdout
    assert "improved: `ok` is unreachable, pinned as reachable" in result.stdout
    assert "byte for byte" in result.stdout


def test_first_grow_site_breaks_a_pin_without_sites(nogrow: Nogrow, known: Path) -> None:
    write_module(known / "quiet.wasm", UNUSED)
    result = nogrow("check", "--locked")
    assert "1 grow site in the module, where `ok` was pinned as absent" in result.stdout


def test_core_modules_are_pinned_by_number(nogrow: Nogrow, folder: Path) -> None:
    core = '(core module (memory (export "m") 1) (func (export "f") {}))'
    grow = "(drop (memory.grow (i32.const 1)))"
    path = write_module(folder / "c.wasm", f"(component {core.format('')} {core.format(grow)})")
    contract(folder, f'[[artifact]]\npath = "c.wasm"\n{ANY}')
    assert nogrow("pin").exit_code == 0
    assert nogrow("check", "--exact").exit_code == 0
    write_module(path, f"(component {core.format(grow)} {core.format('')})")
    result = nogrow("check", "--locked")
    assert result.exit_code == 1
    assert "error[NG011]: pin-broken: `f` is reachable, pinned as absent\n  --> c.wasm#0\n" in result.stdout
    write_module(path, f"(component {core.format('')})")
    result = nogrow("check", "--locked", "c.wasm")
    assert "but was not found\n  --> c.wasm#1\n" in result.stdout


def test_lock_holds_in_several_threads(nogrow: Nogrow, known: Path) -> None:
    write_module(known / "quiet.wasm", GROWING)
    serial, parallel = (nogrow("check", "--locked", "--format", "json", "-j", jobs) for jobs in ("1", "2"))
    assert serial.exit_code == 1
    assert serial.stdout == parallel.stdout
