"""Tests of this project's own tasks: their list, the commands they run, and their errors."""

import json
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from unittest.mock import Mock

import pytest
from invoke.context import MockContext
from invoke.exceptions import Exit
from invoke.runners import Result
from invoke.tasks import Task
from tools.audit import Audit
from tools.browser.chromium import NO_CHROMIUM
from tools.browser.demo import Case, Demo, DemoRow, Views

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.project.project import open_project
from tools import checks, tasks

NAMES = [
    "assure",
    "audit",
    "bench",
    "build",
    "clean",
    "cover",
    "demo",
    "differ",
    "docs",
    "fuzz",
    "inspect",
    "lint",
    "mutate",
    "pictures",
    "pin-deps",
    "release",
    "seal",
    "serve",
    "setup",
    "test",
    "verify",
]


def commands(context: MockContext) -> list[list[str]]:
    """Return the command lines that a task ran, as words."""
    run = context.run
    assert isinstance(run, Mock)
    return [shlex.split(call.args[0]) for call in run.call_args_list]


def invoke(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real invoke in the project's folder."""
    command = [sys.executable, "-m", "invoke", *arguments]
    return subprocess.run(command, cwd=tasks.ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_every_task_is_listed_with_a_summary() -> None:
    document = json.loads(invoke("--list", "--list-format=json").stdout)
    helped = {task["name"]: task["help"] for task in document["tasks"]}
    assert sorted(set(helped) & set(NAMES)) == NAMES
    assert all(helped.values())


def test_every_task_of_this_project_is_collected() -> None:
    namespace = import_module("tasks").namespace
    own = {value for value in vars(tasks).values() if isinstance(value, Task)}
    assert own == set(tasks.TASKS) <= set(namespace.tasks.values())
    assert namespace.tasks["clean"] is tasks.clean


def test_no_private_name_is_imported() -> None:
    imported = re.findall(
        r"^(?:from|import) .*", (tasks.ROOT / "tools" / "tasks.py").read_text(), re.MULTILINE
    )
    assert imported
    assert not [line for line in imported if re.search(r"[ .]_[a-z]", line)]


def test_unknown_task_is_one_line() -> None:
    completed = invoke("nothing")
    assert completed.returncode != 0
    assert "Traceback" not in completed.stderr


def test_lint_runs_format_style_types_and_imports() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.lint(context)
    words = commands(context)
    python = [sys.executable, "-m"]
    assert words[:2] == [[*python, "ruff", "format", "--check"], [*python, "ruff", "check"]]
    assert [line[:5] for line in words[2:5]] == [
        [*python, "mypy", "--platform", name] for name in ("linux", "darwin", "win32")
    ]
    assert [Path(line[0]).name for line in words[5:]] == ["lint-imports"]


def test_test_runs_pytest_crates_and_node() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.test(context)
    python, *crates, views, node = commands(context)
    assert python[:3] == [sys.executable, "-m", "pytest"]
    assert "-m" not in python[3:]
    assert node[1:] == ["--check", str(tasks.ROOT / "hosts/node/server.mjs")]
    assert views[1:3] == ["--test", "--test-reporter=spec"]
    assert {Path(name) for name in views[3:]} == set((tasks.ROOT / "js/nogrow-views/test").glob("*.test.mjs"))
    assert views[3:]
    assert [line[1] for line in crates] == ["test"] * 3
    tested = [
        (Path(line[line.index("--manifest-path") + 1]).parent.name, "--features=std" in line)
        for line in crates
    ]
    assert tested == [
        ("greeting_growth", False),
        ("greeting_nogrowth", False),
        ("greeting_nogrowth", True),
    ]


def test_all_tests_include_the_exhaustive_ones() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.test(context, all=True)
    python, *rest = commands(context)
    assert python[-2:] == ["-m", ""]
    assert len(rest) == 5


def test_only_tests_of_changed_files_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    context = MockContext(run=Result(), repeat=True)
    monkeypatch.setattr(tasks, "changed_files", lambda root: ["verify/nogrow/wasm/decode.py"])
    tasks.test(context, changed=True)
    assert commands(context) == [[sys.executable, "-m", "pytest", "-q", "tests/wasm/test_decode.py"]]
    monkeypatch.setattr(tasks, "changed_files", lambda root: ["README.md"])
    context = MockContext()
    tasks.test(context, changed=True)
    assert "no test mirrors a changed file: run `invoke test`" in capsys.readouterr().out


def test_changed_and_all_tests_cannot_be_combined() -> None:
    with pytest.raises(Exit, match="cannot be combined"):
        tasks.test(MockContext(), all=True, changed=True)


def test_crates_are_tested_with_the_rustc_of_the_cargo() -> None:
    crates = checks.commands_of_test(open_project(tasks.ROOT), Machine.current(), exhaustive=False)[1:-2]
    assert crates
    for command in crates:
        assert Path(command.environ["RUSTC"]).parent == Path(command.words[0]).parent


def test_cover_measures_and_reports_in_the_build_folder() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.cover(context)
    run, report = commands(context)
    assert run[:6] == [sys.executable, "-m", "coverage", "run", "-m", "pytest"]
    assert report == [sys.executable, "-m", "coverage", "report"]
    environs = {command.environ["COVERAGE_FILE"] for command in checks.commands_of_cover(tasks.ROOT)}
    assert environs == {str(tasks.ROOT / "build" / "coverage")}


def test_mutate_passes_its_options_on() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.mutate(context, module="analysis/escape.py", sample=3)
    tasks.mutate(context, kernel=True)
    first, second = (line[3:] for line in commands(context))
    assert first == [str(tasks.ROOT), "--module", "analysis/escape.py", "--sample", "3"]
    assert second == [str(tasks.ROOT), "--kernel"]


@pytest.mark.parametrize(
    ("result", "code"),
    [(Audit(3, ()), None), (Audit(3, ("a 1: X-1",)), 1), (Audit(0, (), "no answer"), None)],
    ids=["clean", "vulnerable", "no answer"],
)
def test_audit_fails_at_known_vulnerabilities(
    result: Audit, code: int | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tasks, "audit_pins", lambda root: result)
    if code is None:
        tasks.audit(MockContext())
    else:
        with pytest.raises(Exit) as caught:
            tasks.audit(MockContext())
        assert caught.value.code == code
    skipped = "skipped: the service of pip-audit gave no answer: no answer" in capsys.readouterr().out
    assert skipped == bool(result.reason)


def fail(*arguments: object, **options: object) -> None:
    raise ToolError("the tool is missing")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("test", "commands_of_test"),
        ("lint", "commands_of_lint"),
        ("demo", "run_demo"),
    ],
)
def test_missing_tool_exits_with_1(monkeypatch: pytest.MonkeyPatch, name: str, part: str) -> None:
    monkeypatch.setattr(tasks, part, fail)
    with pytest.raises(Exit) as caught:
        getattr(tasks, name)(MockContext())
    assert (caught.value.code, caught.value.message) == (1, "the tool is missing")


@pytest.mark.parametrize("views", [Views.WATCHED, Views.LIVE])
def test_demo_with_failing_live_views_exits_with_1(monkeypatch: pytest.MonkeyPatch, views: Views) -> None:
    row = DemoRow("node", Case("build/debug/x.wasm"), views, True, "TypeError: [red]no markup[/red]")
    monkeypatch.setattr(tasks, "run_demo", lambda *arguments: Demo((row,)))
    with pytest.raises(Exit) as caught:
        tasks.demo(MockContext())
    assert caught.value.code == 1


def test_output_of_a_program_is_not_read_as_markup(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    row = DemoRow("node", Case("build/debug/x.wasm"), Views.KEPT, True, "TypeError: [red]no markup[/red]")
    monkeypatch.setattr(tasks, "run_demo", lambda *arguments: Demo((row,)))
    tasks.demo(MockContext())
    assert "TypeError: [red]no markup[/red]" in capsys.readouterr().out


def test_demo_without_chromium_names_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(tasks, "run_demo", lambda *arguments: Demo((), NO_CHROMIUM))
    tasks.demo(MockContext())
    printed = capsys.readouterr().out
    assert "skipped" in printed
    assert "apt-get install -y chromium" in printed


def test_clean_removes_only_build_outputs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    for folder in ("build/debug", "crates/a/target/debug", "crates/a/src", "verify/nogrow/build"):
        (tmp_path / folder).mkdir(parents=True)
    tasks.clean(MockContext())
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {"crates", "crates/a", "crates/a/src", "verify", "verify/nogrow"} | {"verify/nogrow/build"}
    tasks.clean(MockContext())
