"""Make a lock of today's verdicts: what `nogrow pin` does, but for the file."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nogrow.api.inputs import StrPath, contract_at, host_code_at, lock_at, path_of, paths_of
from nogrow.baseline.lock_file import Lock, Pin, load, pin_of, written
from nogrow.contract.patterns import without_number
from nogrow.errors import UsageError
from nogrow.report.model import Report
from nogrow.util.paths import is_absolute
from nogrow.wasm.file import is_there


class Pinning(NamedTuple):
    """The report on the modules, the lock that pins their verdicts, and the one that it replaces.

    `lock` is None if a module is missing or was not judged: then nothing may be pinned. `data` is the text of
    the lock.
    """

    report: Report
    path: Path
    lock: Lock | None
    old: Lock | None

    @property
    def data(self) -> bytes:
        """The contents of the lock file; empty without a lock."""
        return b"" if self.lock is None else written(self.lock)


def pin(
    paths: StrPath | Iterable[StrPath] = (),
    *,
    contract: StrPath | None = None,
    lock: StrPath | None = None,
    js: StrPath | Iterable[StrPath] = (),
) -> Pinning:
    """Return the lock of the modules at `paths`, with the other pins of the lock file.

    Without paths, all artifacts of the contract are pinned, or without a contract those in the lock, and all
    other pins are left out. The arguments are as in `nogrow.check`. Raises `Error` for wrong ones, and for a
    lock file that can't be read.
    """
    selected, named = paths_of(paths, "paths"), paths_of(js, "js")
    rules = contract_at(contract)
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check
    from nogrow.pipeline.host_code import beside
    from nogrow.util.background import cores

    path = lock_at(None if lock is None else Path(path_of(lock, "lock")), rules)
    # `load` rejects a file that is not a lock or has a merge conflict, so it is not overwritten.
    old = load(path) if is_there(path) else None
    chosen = targets(rules, selected or (old.files if old and not rules else ()))
    own_glue = None if named else beside(chosen)
    report = check(rules, chosen, judge=judge, glue=host_code_at(named), own_glue=own_glue, jobs=cores())
    if not report.artifacts or any(artifact.judgement is None for artifact in report.artifacts):
        return Pinning(report, path, None, old)
    return Pinning(report, path, _locked(path, report, old if selected else None), old)


def _locked(path: Path, report: Report, kept: Lock | None) -> Lock:
    """Return the lock that pins the report's modules and keeps the pins of other files in `kept`."""
    lock, pins = Lock(path, {}), dict[str, Pin]()
    for artifact in report.artifacts:
        key = lock.key(artifact.path)
        if is_absolute(key):
            raise UsageError(f"{artifact.path}: on another drive than {path}, which has relative paths only")
        if key in pins:
            raise UsageError(f"{artifact.path}: two modules would be pinned under this name")
        if artifact.judgement is not None and artifact.sha256 is not None and artifact.size is not None:
            pins[key] = pin_of(artifact.judgement, artifact.sha256, artifact.size)
    files = {without_number(key) for key in pins}
    others = kept.pins.items() if kept else ()
    return Lock(path, {key: pin for key, pin in others if without_number(key) not in files} | pins)
