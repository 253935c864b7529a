"""Compare the verdicts of two builds: what `nogrow diff` does."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from nogrow.api.inputs import AnyContract, Bytes, StrPath, contract_at, host_code_at, module_of, paths_of
from nogrow.errors import ModuleError, NothingError, UsageError
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report
from nogrow.wasm.file import is_there

if TYPE_CHECKING:
    from nogrow.contract.model import Contract
    from nogrow.difference.model import Difference
    from nogrow.jshost.model import Glue

# PowerShell writes what it redirects as UTF-16, with a byte order mark.
_BEFORE_JSON = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


class UnjudgedError(ModuleError):
    """A module of the comparison can't be judged; `report` says of each of them why."""

    def __init__(self, report: Report) -> None:
        """Describe the artifacts of the report, none of which was judged."""
        super().__init__(report.artifacts[0].violations[0].message)
        self.report = report

    def __reduce__(self) -> tuple[type[Self], tuple[Report]]:  # type: ignore[override]
        return type(self), (self.report,)


class _Side(NamedTuple):
    """A build to compare: its name in messages, and its bytes or its artifacts if they are at hand."""

    name: str
    data: bytes | None = None
    artifacts: tuple[ArtifactReport, ...] | None = None
    is_report: bool = False


def diff(
    old: StrPath | Bytes | Report,
    new: StrPath | Bytes | Report,
    *,
    contract: AnyContract = None,
    js: StrPath | Iterable[StrPath] = (),
) -> "Difference":
    """Compare the verdicts of two builds, entry point by entry point.

    - `old` and `new` are modules (paths or bytes), JSON reports of nogrow (paths), or reports of
      `nogrow.check`.
    - `contract` is the contract file, whose trust in the imports of `new` applies to `old` as well. The
      default is `nogrow.toml` in the working folder, if it exists.
    - `js` are files or folders with JavaScript host code.

    Raises `nogrow.Error` where one of the two does not exist or can't be judged.

    >>> difference = nogrow.diff("quiet.wasm", "app.wasm")
    >>> difference.direction.value, [entry.name for entry in difference.modules[0].entries]
    ('worse', ['set_name', 'get_name', 'ok'])
    """
    named = paths_of(js, "js")
    rules = contract_at(contract)
    sides = [_side(old, "old"), _side(new, "new")]
    missing = [side.name for side in sides if side.data is None and _lacks_file(side)]
    if missing:
        raise NothingError(f"nothing to compare: no such file: {', '.join(missing)}")
    sides = [_loaded(side) for side in sides]
    target = next((side for side in reversed(sides) if side.artifacts is None), None)
    if target is not None:
        glue = host_code_at(named)
        sides = [_judged(side, target.name, rules, glue) for side in sides]
    return _compared(*sides)


def _compared(old: _Side, new: _Side) -> "Difference":
    notes: list[str] = []
    if old.is_report and not new.is_report:
        old, notes = _narrowed(old, new.name)
    elif new.is_report and not old.is_report:
        new, notes = _narrowed(new, old.name)
    _require_judged(old, new)
    from nogrow.difference.comparison import compare
    from nogrow.report.summary import NOT_VALIDATED

    before, after = (
        [artifact for artifact in side.artifacts or () if artifact.judgement is not None]
        for side in (old, new)
    )
    notes += [f"{artifact.path}: {NOT_VALIDATED}" for artifact in (*before, *after) if artifact.unvalidated]
    return compare(before, after, notes)


def _side(build: StrPath | Bytes | Report, name: str) -> _Side:
    if isinstance(build, Report):
        return _Side(f"<{name} report>", artifacts=build.artifacts, is_report=True)
    path, data = module_of(build, name)
    return _Side(f"<{name}>" if path is None else path, data)


def _lacks_file(side: _Side) -> bool:
    return side.artifacts is None and not is_there(side.name)


def _loaded(side: _Side) -> _Side:
    """Return the side with the artifacts of a JSON report, if the file is one."""
    if side.data is not None or side.artifacts is not None or not _is_report(side.name):
        return side
    from nogrow.report.json_reader import load

    return side._replace(artifacts=load(Path(side.name)), is_report=True)


def _is_report(path: str) -> bool:
    """Return whether the file is a report, by its content and not by its name."""
    if not os.path.isfile(path):  # noqa: PTH113
        raise UsageError(f"{path}: expected a module or a JSON report: not a regular file")
    try:
        with Path(path).open("rb") as file:
            return file.read(64).lstrip(_BEFORE_JSON).startswith(b"{")
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from error


def _judged(side: _Side, named: str, contract: "Contract | None", glue: "Sequence[Glue]") -> _Side:
    """Return the side with its artifacts; the clauses for the module `named` tell the trusted imports."""
    if side.artifacts is not None:
        return side
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check

    (target,) = targets(contract, (named,))
    target = target._replace(path=side.name, data=side.data, found=True)
    return side._replace(artifacts=check(None, (target,), judge=judge, glue=glue).artifacts)


def _narrowed(report: _Side, module: str) -> tuple[_Side, list[str]]:
    """Return the report's artifacts of the file `module`, and a note with the number of other files."""
    from nogrow.contract.patterns import without_number

    artifacts = report.artifacts or ()
    files = list(dict.fromkeys(without_number(artifact.path) for artifact in artifacts))
    if len(files) < 2:
        return report, []
    name = Path(module).name
    same = [module] if module in files else [file for file in files if Path(file).name == name]
    if len(same) != 1:
        raise UsageError(f"{report.name}: expected one module {name} in the report; it has {len(same)}")
    note = f"{report.name} has {len(files) - 1} other modules, which are left out"
    own = tuple(artifact for artifact in artifacts if without_number(artifact.path) == same[0])
    return report._replace(artifacts=own), [note]


def _require_judged(*sides: _Side) -> None:
    """Raise `UnjudgedError` or `NothingError` if the sides can't be compared."""
    refused = tuple(
        artifact
        for side in sides
        for artifact in side.artifacts or ()
        if artifact.outcome is Outcome.NOT_JUDGED
    )
    if refused:
        raise UnjudgedError(Report(None, refused))
    for side in sides:
        if not any(artifact.judgement for artifact in side.artifacts or ()):
            raise NothingError(f"nothing to compare: no core module in {side.name}")
