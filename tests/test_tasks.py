"""This project's own tasks as people use them: what is listed, what is run, and how a mistake ends."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
import tasks
from invoke.context import MockContext
from invoke.exceptions import Exit
from invoke.runners import Result
from invoke.tasks import Task
from tools.audit import Audit
from tools.browser.chromium import NO_CHROMIUM
from tools.browser.demo import Demo, DemoRow, Views

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.project.project import open_project
from tools import checks

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
    """The command lines that a task ran, as words."""
    run = context.run
    assert isinstance(run, Mock)
    return [shlex.split(call.args[0]) for call in run.call_args_list]


def invoke(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real invoke in the project's folder."""
    command = [sys.executable, "-m", "invoke", *arguments]
    return subprocess.run(command, cwd=tasks.ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_every_task_is_listed_with_a_line_that_says_what_it_does() -> None:
    document = json.loads(invoke("--list", "--list-format=json").stdout)
    helped = {task["name"]: task["help"] for task in document["tasks"]}
    assert sorted(set(helped) & set(NAMES)) == NAMES
    assert all(helped.values())


def test_no_task_of_this_project_is_left_out() -> None:
    own = {value for value in vars(tasks).values() if isinstance(value, Task)}
    assert own <= set(tasks.namespace.tasks.values())
    assert tasks.namespace.tasks["clean"] is tasks.clean


def test_nothing_private_is_used() -> None:
    imported = re.findall(r"^(?:from|import) .*", (tasks.ROOT / "tasks.py").read_text(), re.MULTILINE)
    assert imported
    assert not [line for line in imported if re.search(r"[ .]_[a-z]", line)]


def test_an_unknown_task_is_one_line() -> None:
    done = invoke("nothing")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_lint_runs_format_style_types_and_imports() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.lint(context)
    words = commands(context)
    python = [sys.executable, "-m"]
    assert words[:3] == [
        [*python, "ruff", "format", "--check"],
        [*python, "ruff", "check"],
        [*python, "mypy"],
    ]
    assert [Path(line[0]).name for line in words[3:]] == ["lint-imports"]


def test_test_runs_pytest_then_each_crate_in_each_variant_then_what_node_runs() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.test(context)
    python, *crates, views, node = commands(context)
    assert python[:3] == [sys.executable, "-m", "pytest"]
    assert node[1:] == ["--check", str(tasks.ROOT / "hosts/node/server.mjs")]
    assert views[1:3] == ["--test", "--test-reporter=spec"]
    assert {Path(name) for name in views[3:]} == set((tasks.ROOT / "hosts/views/test").glob("*.test.mjs"))
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


def test_the_crates_are_tested_with_the_rustc_that_belongs_to_the_cargo() -> None:
    crates = checks.commands_of_test(open_project(tasks.ROOT), Machine.current())[1:-2]
    assert crates
    for command in crates:
        assert Path(command.environ["RUSTC"]).parent == Path(command.words[0]).parent


def test_cover_measures_and_then_reports_into_the_build_folder() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.cover(context)
    run, report = commands(context)
    assert run[:6] == [sys.executable, "-m", "coverage", "run", "-m", "pytest"]
    assert report == [sys.executable, "-m", "coverage", "report"]
    environs = {command.environ["COVERAGE_FILE"] for command in checks.commands_of_cover(tasks.ROOT)}
    assert environs == {str(tasks.ROOT / "build" / "coverage")}


def test_mutate_hands_on_what_to_mutate() -> None:
    context = MockContext(run=Result(), repeat=True)
    tasks.mutate(context, module="proof/ways.py", sample=3)
    tasks.mutate(context, kernel=True)
    first, second = (line[3:] for line in commands(context))
    assert first == [str(tasks.ROOT), "--module", "proof/ways.py", "--sample", "3"]
    assert second == [str(tasks.ROOT), "--kernel"]


@pytest.mark.parametrize(
    ("found", "code"),
    [(Audit(3, ()), None), (Audit(3, ("a 1: X-1",)), 1), (Audit(0, (), "no answer"), None)],
    ids=["clean", "a hole", "not to be asked"],
)
def test_an_audit_fails_by_holes_and_says_when_it_could_not_ask(
    found: Audit, code: int | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tasks, "audit_pins", lambda root: found)
    if code is None:
        tasks.audit(MockContext())
    else:
        with pytest.raises(Exit) as caught:
            tasks.audit(MockContext())
        assert caught.value.code == code
    assert ("skipped: no holes could be asked for: no answer" in capsys.readouterr().out) == bool(
        found.reason
    )


def fail(*arguments: object) -> None:
    raise ToolError("the tool is missing")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("test", "commands_of_test"),
        ("lint", "commands_of_lint"),
        ("demo", "run_demo"),
    ],
)
def test_a_missing_tool_ends_in_its_message_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, name: str, part: str
) -> None:
    monkeypatch.setattr(tasks, part, fail)
    with pytest.raises(Exit) as caught:
        getattr(tasks, name)(MockContext())
    assert (caught.value.code, caught.value.message) == (1, "the tool is missing")


@pytest.mark.parametrize("views", [Views.WATCHED, Views.LIVE])
def test_a_demo_in_which_watched_or_live_views_fail_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, views: Views
) -> None:
    row = DemoRow("node", "build/debug/x.wasm", views, True, "TypeError: [red]no markup[/red]")
    monkeypatch.setattr(tasks, "run_demo", lambda *arguments: Demo((row,)))
    with pytest.raises(Exit) as caught:
        tasks.demo(MockContext())
    assert caught.value.code == 1


def test_what_a_program_printed_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    row = DemoRow("node", "build/debug/x.wasm", Views.KEPT, True, "TypeError: [red]no markup[/red]")
    monkeypatch.setattr(tasks, "run_demo", lambda *arguments: Demo((row,)))
    tasks.demo(MockContext())
    assert "TypeError: [red]no markup[/red]" in capsys.readouterr().out


def test_a_demo_without_chromium_says_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(tasks, "run_demo", lambda *arguments: Demo((), NO_CHROMIUM))
    tasks.demo(MockContext())
    printed = capsys.readouterr().out
    assert "skipped" in printed
    assert "apt-get install -y chromium" in printed


def test_clean_removes_what_was_built_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    for folder in ("build/debug", "crates/a/target/debug", "crates/a/src", "verify/nogrow/build"):
        (tmp_path / folder).mkdir(parents=True)
    tasks.clean(MockContext())
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {"crates", "crates/a", "crates/a/src", "verify", "verify/nogrow"} | {"verify/nogrow/build"}
    tasks.clean(MockContext())
