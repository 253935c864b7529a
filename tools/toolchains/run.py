"""Build every row of the table, run nogrow's commands on it, and write the table into the documentation."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Verdict
from nogrow.errors import ToolError
from tools.toolchains.advice import Case, Followed, follow
from tools.toolchains.checks import (
    Cell,
    Guest,
    drafted,
    hosted,
    line,
    named,
    named_lines,
    sealed,
    searched,
    verdict,
)
from tools.toolchains.compilers import Compilers, MissingError, node
from tools.toolchains.install import FOLDER
from tools.toolchains.rows import GROWING, QUIET, Row, rows

_LONGEST = 300
MODES = ("cap", "deny", "trap", "reserve")


class Tried(NamedTuple):
    """A row with its cells, and what came of the advice; `problem` says why the row was not run.

    `built` is False if there is a compiler and it failed.
    """

    row: Row
    version: str = ""
    node: str = ""
    cells: dict[str, Cell] = {}  # noqa: RUF012
    advice: tuple[Followed, ...] = ()
    problem: str = ""
    built: bool = True

    @property
    def failures(self) -> list[str]:
        """A line for each cell and each piece of advice that failed, or why the compiler failed."""
        if not self.built:
            return [self.problem]
        lines = [f"{name}: {cell.text}" for name, cell in self.cells.items() if cell.fails]
        return lines + [
            f"{followed.alternative} ({followed.done}): {followed.cell.text}"
            for followed in self.advice
            if followed.cell.fails
        ]


def chosen(words: Sequence[str] = ()) -> list[Row]:
    """Return the rows whose texts contain all the words."""
    return [row for row in rows() if all(word in str(row) for word in words)]


class Toolchains:
    """The rows of the table, each built in a folder of its own."""

    def __init__(self, root: Path) -> None:
        """Build below build/toolchains/guests/ of the project at `root`."""
        self.root = root
        self.compilers = Compilers(root)
        self._versions: dict[Callable[[Compilers], str], str] = {}
        self._verdicts: dict[tuple[str, str], Verdict | None] = {}

    def tried(self, row: Row) -> Tried:
        """Build the row, and return its cells; a row whose compiler is missing says so."""
        if row.build is None or row.version is None:
            return Tried(row, problem=row.absent)
        folder = self._folder(row)
        try:
            node()
            version = self._version(row.version)
            guest = Guest(self.root, row.build(self.compilers, folder))
        except MissingError as error:
            return Tried(row, problem=str(error))
        except ToolError as error:
            return Tried(row, problem=" ".join(str(error).split())[:_LONGEST], built=False)
        growing = row.variant == GROWING
        found = guest.verdict()
        cells = {"verdict": verdict(guest, found, growing)}
        if growing:
            positions = named_lines(self.compilers.programs, row.program)
            cells["explain"] = line(guest, positions) if row.lines else named(guest)
        cells |= {mode: sealed(guest, mode, growing) for mode in MODES}
        cells |= {"contract": drafted(guest), "search": searched(guest), "host": hosted(guest, found)}
        advice: tuple[Followed, ...] = ()
        if growing:
            case = Case(row, guest, cells, self.compilers, folder, lambda: self._quiet(row))
            advice = tuple(follow(case))
        else:
            self._verdicts[row.toolchain, row.mode] = found
        return Tried(row, version, str(guest.seen), cells, advice)

    def _version(self, ask: Callable[[Compilers], str]) -> str:
        if ask not in self._versions:
            self._versions[ask] = ask(self.compilers)
        return self._versions[ask]

    def _quiet(self, row: Row) -> Verdict | None:
        """Return the verdict on the quiet variant of the row."""
        key = row.toolchain, row.mode
        if key not in self._verdicts:
            same = (row for row in rows() if (row.toolchain, row.mode, row.variant) == (*key, QUIET))
            for quiet in same:
                if quiet.build is not None:
                    guest = Guest(self.root, quiet.build(self.compilers, self._folder(quiet)))
                    self._verdicts[key] = guest.verdict()
        return self._verdicts.get(key)

    def _folder(self, row: Row) -> Path:
        name = "".join(char if char.isalnum() else "-" for char in str(row))
        folder = self.root / FOLDER / "guests" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def run_toolchains(root: Path, words: Sequence[str], progress: Callable[[str], None]) -> list[Tried]:
    """Return the tried rows whose texts contain all the words, with a line of progress for each."""
    toolchains = Toolchains(root)
    results = []
    for row in chosen(words):
        tried = toolchains.tried(row)
        results.append(tried)
        outcome = tried.problem or "; ".join(tried.failures) or "passed"
        progress(f"{row}: {outcome}")
    return results
