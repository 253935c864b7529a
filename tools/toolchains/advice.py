"""Follow each piece of advice that `explain` gives for a guest, and check that it does what it promises."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Verdict
from nogrow.explain.advice import Alternative
from tools.toolchains.checks import Cell, Guest, line, named_lines
from tools.toolchains.compilers import Built, Compilers
from tools.toolchains.rows import Row


class Followed(NamedTuple):
    """A piece of advice by the words with which it begins, what was done, and what came of it."""

    alternative: str
    done: str
    cell: Cell


class Case(NamedTuple):
    """A guest that grows, the row that it was built for, the cells of this row, and where to build more."""

    row: Row
    guest: Guest
    cells: dict[str, Cell]
    compilers: Compilers
    folder: Path
    quiet: Callable[[], Verdict | None]


def follow(case: Case) -> list[Followed]:
    """Return what came of each piece of advice."""
    text = case.guest.explained
    names = "|".join(re.escape(alternative.value) for alternative in Alternative)
    found = re.split(rf"= help: ({names}): ", text)[1:]
    pairs = zip(found[::2], found[1::2], strict=True)
    return [_followed(Alternative(name), advice, case) for name, advice in pairs]


def _followed(alternative: Alternative, advice: str, case: Case) -> Followed:
    done, cell = {
        Alternative.NAMES: _names,
        Alternative.CODE: _code,
        Alternative.RESERVE: lambda *_: ("seal --mode reserve --pages 512", case.cells["reserve"]),
        Alternative.CAP: _limits,
        Alternative.HOST: lambda *_: ("a new view after the call", case.cells["host"]),
        Alternative.DROP: lambda *_: ("nothing: no call grows and returns", Cell("no view is lost")),
    }[alternative](case, advice)
    return Followed(alternative.value, done, cell)


def _names(case: Case, advice: str) -> tuple[str, Cell]:
    if "-gcflags=-m" in advice:
        return "go build -gcflags=-m", _escaping(case)
    if case.row.with_names is None:
        return "nothing", Cell("the row does not say how to build with names", fails=True)
    options, build = case.row.with_names
    first = options.split()[0].strip("`,").split("=")[0]
    if first not in advice and "build with debug information" not in advice:
        return options, Cell(f"the advice does not name {first}", fails=True)
    guest = _built(case, "names", build)
    return options, line(guest, named_lines(case.compilers.programs, case.row.program))


def _code(case: Case, advice: str) -> tuple[str, Cell]:
    if "-gcflags=-m" in advice:
        return "go build -gcflags=-m; there is no TinyGo here", _escaping(case)
    verdict = case.quiet()
    if verdict is None:
        return "the quiet variant", Cell("not judged", fails=True)
    return "the quiet variant", Cell(verdict.label, fails=not verdict.at_most(Verdict.TRAP_ONLY))


def _escaping(case: Case) -> Cell:
    """Check that Go's compiler names the line that allocates."""
    printed = case.compilers.go_escapes(case.guest.built.folder)
    positions = named_lines(case.compilers.programs, case.row.program)
    found = next((position for position in positions if f"{position}:" in printed), "")
    return Cell(found or "no line", fails=not found)


def _limits(case: Case, advice: str) -> tuple[str, Cell]:
    if case.row.with_limits is None:
        return "nothing", Cell("the row does not say how to build with limits", fails=True)
    guest = _built(case, "limits", case.row.with_limits)
    seen, verdict = guest.seen, guest.verdict()
    works = [call.result for call in seen.calls[:2]] == ["works", "works"] and not seen.grew
    promised = verdict is not None and f"`{verdict.label}`" in advice
    label = "not judged" if verdict is None else verdict.label
    return "built with the limits", Cell(f"{seen}; {label}", fails=not (works and promised))


def _built(case: Case, name: str, build: Callable[[Compilers, Path], Built]) -> Guest:
    folder = case.folder / name
    folder.mkdir(exist_ok=True)
    return Guest(case.guest.root, build(case.compilers, folder))
