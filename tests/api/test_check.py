import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

import nogrow
from nogrow import ExitCode, Outcome, Verdict
from nogrow.cli.commands import cli
from nogrow.report.formats import Format
from tests.support.modules import CALLING, GROWING, QUIET, write_cut_module, write_module

CONTRACT = """schema = 1
[[artifact]]
path = "growing.wasm"
[artifact.exports]
bad = ["reachable"]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with three modules."""
    monkeypatch.chdir(tmp_path)
    write_module(tmp_path / "growing.wasm", GROWING)
    write_module(tmp_path / "quiet.wasm", QUIET)
    write_cut_module(tmp_path / "cut.wasm", QUIET)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "outcome", "code"),
    [
        ("quiet.wasm", Outcome.KEPT, ExitCode.KEPT),
        (["quiet.wasm", Path("growing.wasm")], Outcome.BROKEN, ExitCode.BROKEN),
        ([Path()], Outcome.NOT_JUDGED, ExitCode.NOT_JUDGED),
        (("gone.wasm",), Outcome.NOTHING, ExitCode.NOTHING),
        ((), Outcome.NOTHING, ExitCode.NOTHING),
    ],
)
def test_report_has_the_outcome_of_the_command(paths: str, outcome: Outcome, code: ExitCode) -> None:
    report = nogrow.check(paths)
    assert (report.outcome, report.exit_code) == (outcome, code)
    words = [paths] if isinstance(paths, str) else list(map(str, paths))
    assert CliRunner().invoke(cli, ["check", *words]).exit_code == code


@pytest.mark.parametrize("form", list(Format))
def test_report_renders_as_the_command_prints_it(form: Format) -> None:
    report = nogrow.check(".", source=form not in (Format.TEXT, Format.JSON), digest=form is Format.JSON)
    result = CliRunner().invoke(cli, ["check", ".", "--format", form.value])
    assert report.render(form.value) == result.stdout


def test_unknown_format_is_refused() -> None:
    with pytest.raises(nogrow.Error, match="unknown format 'yaml'; expected one of text, json, "):
        nogrow.check("quiet.wasm").render("yaml")


def test_artifacts_have_verdicts_and_violations() -> None:
    growing, quiet = nogrow.check(["growing.wasm", "quiet.wasm"]).artifacts
    assert (growing.verdict, quiet.verdict) == (Verdict.REACHABLE, Verdict.ABSENT)
    (violation,) = growing.violations
    assert (violation.rule.id, violation.rule.label) == ("NG001", "growth-reachable")
    assert nogrow.check("cut.wasm").artifacts[0].verdict is None


def test_contract_is_found_or_named(folder: Path) -> None:
    (folder / "other.toml").write_text(CONTRACT)
    assert nogrow.check(contract="other.toml").outcome is Outcome.KEPT
    assert nogrow.check("growing.wasm").outcome is Outcome.BROKEN
    (folder / "other.toml").rename("nogrow.toml")
    assert nogrow.check("growing.wasm").outcome is Outcome.KEPT
    assert nogrow.check().contract == "nogrow.toml"


def test_contract_can_be_data(folder: Path) -> None:
    contract = {"schema": 1, "artifact": [{"path": "growing.wasm", "exports": {"bad": ["reachable"]}}]}
    report = nogrow.check(contract=contract)
    assert (report.outcome, report.contract) == (Outcome.KEPT, None)
    assert json.loads(report.render("json"))["contract"] is None
    (folder / "nogrow.toml").write_text(CONTRACT)
    assert nogrow.check("growing.wasm", contract={"schema": 1}).outcome is Outcome.BROKEN


@pytest.mark.parametrize(
    ("contract", "message"),
    [
        ({}, "<contract>: the key `schema` is missing"),
        (
            {"schema": 1, "artifact": [{"path": "a.wasm", "alow": []}]},
            "<contract>: artifact#1.alow: unknown key",
        ),
        ({"schema": 1, "artifact": "a.wasm"}, "<contract>: artifact: expected an array of tables, not "),
        (
            {"schema": 1, "artifact": ({"path": "a.wasm"},)},
            "<contract>: artifact: expected an array of tables",
        ),
        ({"schema": 1, 3: 4}, "<contract>: #4: unknown key"),
    ],
)
def test_contract_that_is_wrong_data_is_named(contract: dict[str, object], message: str) -> None:
    with pytest.raises(nogrow.Error, match=f"^{message}") as caught:
        nogrow.check(contract=contract)
    assert "\n" not in str(caught.value)


def test_host_code_is_searched_for_stale_views(folder: Path) -> None:
    pytest.importorskip("tree_sitter_javascript")
    (folder / "app.js").write_text(
        "export function f(instance) {\n"
        "  const view = new Uint8Array(instance.exports.memory.buffer);\n"
        "  instance.exports.bad();\n"
        "  return view[0];\n"
        "}\n"
    )
    for report in (
        nogrow.check("growing.wasm", js="app.js"),
        nogrow.host("app.js", modules="growing.wasm"),
        nogrow.host([Path()]),
    ):
        found = [violation.rule.id for artifact in report.artifacts for violation in artifact.violations]
        assert "NG012" in found


def test_lock_holds_verdicts(folder: Path) -> None:
    write_module(folder / "one.wasm", QUIET)
    CliRunner().invoke(cli, ["pin", "one.wasm"])
    assert nogrow.check(locked=True).outcome is Outcome.KEPT
    write_module(folder / "one.wasm", CALLING)
    assert nogrow.check(lock=Path("nogrow.lock")).outcome is Outcome.KEPT
    assert nogrow.check(exact=True).outcome is Outcome.BROKEN
    write_module(folder / "one.wasm", GROWING)
    assert nogrow.check(locked=True).outcome is Outcome.BROKEN


def test_shipment_has_remarks_and_a_statement(folder: Path) -> None:
    (folder / "dist").mkdir()
    write_module(folder / "dist" / "a.wasm", QUIET)
    report = nogrow.check(dist="dist")
    assert json.loads(str(report.statement))["subject"][0]["name"] == "a.wasm"
    (folder / "statement.json").write_text(str(report.statement))
    assert nogrow.check(dist=["dist"], attestation="statement.json").outcome is Outcome.KEPT
    write_module(folder / "dist" / "a.wasm", CALLING)
    assert nogrow.check(dist=["dist"], attestation="statement.json").statement is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"paths": 3}, "paths: expected paths, not int"),
        ({"paths": b"a.wasm"}, "paths: expected paths, not bytes"),
        ({"paths": [None]}, "paths: expected a path, not NoneType"),
        ({"contract": "gone.toml"}, "gone.toml: "),
        ({"paths": "quiet.wasm", "dist": "."}, "paths and dist cannot be combined"),
        ({"dist": ".", "locked": True}, "dist and a lock cannot be combined"),
        ({"dist": ".", "contract": {"schema": 1}}, "dist: the contract must be a file"),
        ({"attestation": "s.json"}, "attestation: this argument needs dist"),
        ({"jobs": 0}, "jobs: expected a number of at least 1, not 0"),
        ({"jobs": "2"}, "jobs: expected a number of at least 1, not '2'"),
        ({"locked": True}, "nogrow.lock: no such lock"),
        ({"paths": ".", "debug_info": "d.wasm"}, "the debug information d.wasm needs a single module, not 3"),
        ({"paths": "quiet.wasm", "js": "."}, "\\.: no JavaScript in it"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(nogrow.Error, match=f"^{message}") as caught:
        nogrow.check(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_threads_can_check_at_the_same_time() -> None:
    with ThreadPoolExecutor(4) as threads:
        reports = list(threads.map(nogrow.check, ["growing.wasm", "quiet.wasm"] * 10))
    assert [report.outcome for report in reports] == [Outcome.BROKEN, Outcome.KEPT] * 10


def test_progress_counts_files() -> None:
    seen: list[tuple[int, int]] = []
    nogrow.check(".", progress=lambda done, total: seen.append((done, total)))
    assert {total for _, total in seen} == {3}


def test_report_is_equal_after_pickling() -> None:
    report = nogrow.check(".")
    twin = pickle.loads(pickle.dumps(report))
    assert twin == report
    assert twin.render("json") == report.render("json")
    assert len(pickle.dumps(report)) < 6_000
