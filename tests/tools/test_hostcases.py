"""Check the cases of host code by running them, and check how findings are counted."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tools.browser.demo import find_node
from tools.hostcases.__main__ import main
from tools.hostcases.cases import CASES, MODULES, Case, Kind, read_cases
from tools.hostcases.measure import Finding, compare, compile_modules, findings_of, score, totals

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine

ALL = read_cases(CASES)
OBSERVE = CASES.parent / "observe.mjs"


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run all cases in one process of Node; return what it observed, by name."""
    modules = tmp_path_factory.mktemp("modules")
    compile_modules(modules)
    command = [find_node(Machine.current()), OBSERVE, modules, *(case.path for case in ALL)]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert completed.stderr == ""
    return {result["case"]: result for result in json.loads(completed.stdout)}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case_uses_stale_views_where_it_says(case: Case, observed: dict[str, Any]) -> None:
    lines = case.expected | case.possible | case.caught
    names = {f"{file.relative_to(CASES)}:{line}" for file, line in lines}
    assert set(observed[case.name]["uses"]) == names


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_only_a_case_with_a_bug_misbehaves(case: Case, observed: dict[str, Any]) -> None:
    assert observed[case.name]["worked"] is (case.kind is not Kind.BUG), observed[case.name]["error"]


def test_every_bug_has_a_fixed_variant_and_its_source() -> None:
    names = {case.name for case in ALL}
    for case in ALL:
        if case.kind is Kind.BUG and not case.needs_module:
            assert f"{case.name}-ok" in names
            entry = case.path if case.path.is_file() else case.path / "index.js"
            assert "\n// Bug: " in f"\n{entry.read_text('utf-8')}"


def test_cases_have_known_modules() -> None:
    assert {case.module for case in ALL} == {path.stem for path in MODULES.glob("*.wat")}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Return a case with one expected line and one possible line."""
    (tmp_path / "one.js").write_text(
        "// module: callback.wat\n// needs: module\n// with: two.js\na;\nb; // expect: finding\n"
    )
    (tmp_path / "two.js").write_text("c; // expect: possible\n// no expect: finding\n")
    (tmp_path / "notes.md").write_text("")
    one, two = read_cases(tmp_path)
    assert (two.kind, two.module, two.needs_module) == (Kind.BUG, "grower", False)
    return one


def test_comments_say_what_is_expected(case: Case, tmp_path: Path) -> None:
    assert (case.kind, case.module, case.needs_module) == (Kind.BUG, "callback", True)
    assert case.files == (tmp_path / "one.js", tmp_path / "two.js")
    assert case.expected == {(tmp_path / "one.js", 5)}
    assert case.possible == {(tmp_path / "two.js", 1)}


def test_finding_counts_once_by_any_of_its_uses(case: Case, tmp_path: Path) -> None:
    one, two = tmp_path / "one.js", tmp_path / "two.js"
    findings = [
        Finding(frozenset({(one, 4), (one, 5)}), certain=True),
        Finding(frozenset({(one, 4)}), certain=True),
        Finding(frozenset({(two, 1)}), certain=True),
        Finding(frozenset({(one, 5)}), certain=False),
    ]
    counted = compare(case, findings, 0.5)
    assert (counted.found, counted.true, counted.false, counted.possible) == (case.expected, 1, 1, 1)
    counts = totals([counted])
    assert (counts.expected, counts.found, counts.true, counts.false) == (1, 1, 1, 1)
    assert (counts.bugs, counts.bugs_found, counts.fixed, counts.right) == (1, 1, 0, 0)
    assert counts.seconds == 0.5


def test_views_are_read_from_a_report() -> None:
    view: dict[str, Any] = {"uses": [{"line": 2}, {"line": 3}]}
    violations = [{"view": view}, {"view": {**view, "certain": False, "path": "b.js"}}, {"view": None}, {}]
    assert findings_of({"artifacts": [{"path": "a.js", "violations": violations}]}) == [
        Finding(frozenset({(Path("a.js"), 2), (Path("a.js"), 3)}), certain=True),
        Finding(frozenset({(Path("b.js"), 2), (Path("b.js"), 3)}), certain=False),
    ]


def test_nothing_is_found_in_a_case_that_cannot_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.js").write_text("(; // expect: finding")
    (broken,) = read_cases(tmp_path)
    scored = score(broken, None)
    assert (scored.judged, scored.found, scored.false) == (False, frozenset(), 0)
    monkeypatch.setattr("sys.argv", ["hostcases", str(tmp_path)])
    assert main() == 0
    assert "not judged" in capsys.readouterr().out


def test_missing_file_of_a_case_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "case.js").write_text("// with: missing.js\n", "utf-8")
    with pytest.raises(FileNotFoundError):
        read_cases(tmp_path)


def test_failure_of_nogrow_is_an_error(case: Case, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="one: nogrow check ended with exit code"):
        score(case, tmp_path / "no folder")


@pytest.mark.parametrize("options", [[], ["--check"]], ids=["host", "check"])
def test_table_ends_with_recall_and_precision(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for path in (CASES / "meshoptimizer-70aa8d1e.js", CASES / "module-peek.js"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("sys.argv", ["hostcases", *options, str(tmp_path)])
    assert main() == 0
    printed = capsys.readouterr()
    output = printed.out + printed.err
    assert "meshoptimizer-70aa8d1e" in output
    assert ("module-peek" in output) is (options == ["--check"])
    assert "recall: " in output
    assert "precision: " in output
