"""Remove each guard in `tests/guards.toml` in a copy of the project, and check that the named test fails."""

import os
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.process import Progress, run
from tools.guards.copied import copied

GUARDS = PurePosixPath("tests/guards.toml")
_LIMIT_SECONDS = 600
_PASSED, _FAILED = 0, 1


class Guard(NamedTuple):
    """A guard: the text `old` in `file`, the text without the guard (`new`), and the test that must fail."""

    name: str
    file: str
    old: str
    new: str
    test: str


class Row(NamedTuple):
    """The outcome of a guard's test after the guard was removed."""

    guard: str
    test: str
    outcome: str
    noticed: bool


def read_guards(root: Path) -> tuple[Guard, ...]:
    """Return the guards of the project at `root`; raises `ToolError` unless each text occurs exactly once."""
    guards = tuple(Guard(**entry) for entry in tomllib.loads((root / GUARDS).read_text("utf-8"))["guard"])
    for guard in guards:
        count = (root / guard.file).read_text("utf-8").count(guard.old)
        if count != 1:
            raise ToolError(
                f"{GUARDS}: {guard.name}: its text occurs {count} times in {guard.file}, expected once"
            )
    return guards


def assure_all(root: Path, announce: Progress) -> tuple[Row, ...]:
    """Remove one guard after the other and run its test.

    Raises `ToolError` if the tests fail with all guards in place.
    """
    guards = read_guards(root)
    with copied(root) as copy:
        announce(f"{len(guards)} guards: running their tests with all guards in place")
        tests = sorted({guard.test for guard in guards})
        code, last = _tested(copy, tests)
        if code != _PASSED:
            raise ToolError(f"the tests fail although every guard is in place: {last}")
        return tuple(_assured(copy, guards, announce))


def _assured(copy: Path, guards: Iterable[Guard], announce: Progress) -> Iterator[Row]:
    for guard in guards:
        announce(f"without: {guard.name}")
        path = copy / guard.file
        text = path.read_text("utf-8")
        path.write_text(text.replace(guard.old, guard.new), "utf-8")
        code, last = _tested(copy, [guard.test])
        path.write_text(text, "utf-8")
        yield Row(guard.name, guard.test, last, code == _FAILED)


def _tested(copy: Path, tests: list[str]) -> tuple[int, str]:
    """Return the exit code of pytest and the last line of its output."""
    # Python would take a compiled file of the same second and size for that of the changed file.
    environ = {**os.environ, "PYTHONPATH": str(copy / "verify"), "PYTHONDONTWRITEBYTECODE": "1"}
    # A guard may name an exhaustive test, so none is left out by its marker.
    words = (sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", "-m", "", *tests)
    done = run(words, seconds=_LIMIT_SECONDS, environ=environ, folder=copy)
    lines = (done.stdout + done.stderr).strip().split("\n")
    return done.exit_code, lines[-1].strip("= ")
