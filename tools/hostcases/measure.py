"""Runs nogrow over cases and counts what it finds, what it misses, and what it reports wrongly."""

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner
from wasmtime import wat2wasm

from nogrow.cli.commands import cli
from nogrow.errors import ToolError
from tools.hostcases.cases import MODULES, Case, Kind, Line

_JUDGED = (0, 1)
_NOT_JUDGED = 4
# Without a contract of its own, `nogrow check` would read the one in the working directory.
_CONTRACT = "nogrow.toml"
_CONTRACT_TEXT = """schema = 1

[[artifact]]
path = "*.wasm"
"""


class Finding(NamedTuple):
    """A stale view that nogrow reports: all lines where the view is used, and whether nogrow is certain."""

    uses: frozenset[Line]
    certain: bool


class Score(NamedTuple):
    """The findings in a case, compared with what is expected there."""

    case: Case
    found: frozenset[Line]
    true: int
    false: int
    possible: int
    seconds: float
    judged: bool = True


class Totals(NamedTuple):
    """Counts over all cases of a table, which the ratios are taken from."""

    expected: int
    found: int
    true: int
    false: int
    bugs: int
    bugs_found: int
    fixed: int
    fixed_quiet: int
    right: int
    right_quiet: int
    seconds: float


def compile_modules(folder: Path) -> None:
    """Write the modules of the cases to `folder` in binary form, with a contract that allows the defaults."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _CONTRACT).write_text(_CONTRACT_TEXT, "utf-8")
    for source in sorted(MODULES.glob("*.wat")):
        (folder / f"{source.stem}.wasm").write_bytes(wat2wasm(source.read_text("utf-8")))


def score(case: Case, modules: Path | None) -> Score:
    """Return the score of nogrow in a case; `modules` is a folder with the modules, if nogrow is given them.

    In a case that nogrow cannot judge, nothing is found. Raises `ToolError` if nogrow fails otherwise.
    """
    files = [str(file) for file in case.files]
    if modules is None:
        arguments = ["host", *files]
    else:
        module, contract = modules / f"{case.module}.wasm", modules / _CONTRACT
        arguments = ["check", str(module), "--contract", str(contract), "--no-source"]
        arguments += [part for file in files for part in ("--js", file)]
    started = time.perf_counter()
    result = CliRunner().invoke(cli, [*arguments, "--format", "json"])
    seconds = time.perf_counter() - started
    if result.exit_code == _NOT_JUDGED:
        return compare(case, (), seconds)._replace(judged=False)
    if result.exit_code not in _JUDGED:
        raise ToolError(f"{case.name}: nogrow {arguments[0]} ended with exit code {result.exit_code}")
    return compare(case, findings_of(json.loads(result.stdout)), seconds)


def findings_of(report: dict[str, Any]) -> list[Finding]:
    """Return the stale views in a JSON report; a view without the key `certain` counts as certain."""
    return [
        Finding(
            frozenset((Path(view.get("path", artifact["path"])), use["line"]) for use in view["uses"]),
            view.get("certain", True),
        )
        for artifact in report["artifacts"]
        for violation in artifact["violations"]
        if (view := violation.get("view")) is not None
    ]


def compare(case: Case, findings: Iterable[Finding], seconds: float) -> Score:
    """Return the score of the findings in a case.

    A finding is true if one of its uses is expected. A finding that is only possible counts on its own.
    """
    found: frozenset[Line] = frozenset()
    true = false = possible = 0
    for finding in findings:
        if not finding.certain:
            possible += 1
        elif matched := finding.uses & case.expected:
            true += 1
            found |= matched
        elif not finding.uses & case.possible:
            false += 1
    return Score(case, found, true, false, possible, seconds)


def totals(scores: Sequence[Score]) -> Totals:
    """Return the counts over all `scores`."""

    def of(kind: Kind) -> list[Score]:
        return [each for each in scores if each.case.kind is kind]

    bugs = [each for each in of(Kind.BUG) if each.case.expected]

    def quiet(kind: Kind) -> int:
        return sum(not each.false for each in of(kind))

    return Totals(
        expected=sum(len(each.case.expected) for each in scores),
        found=sum(len(each.found) for each in scores),
        true=sum(each.true for each in scores),
        false=sum(each.false for each in scores),
        bugs=len(bugs),
        bugs_found=sum(each.found == each.case.expected for each in bugs),
        fixed=len(of(Kind.FIXED)),
        fixed_quiet=quiet(Kind.FIXED),
        right=len(of(Kind.RIGHT)),
        right_quiet=quiet(Kind.RIGHT),
        seconds=sum(each.seconds for each in scores),
    )
