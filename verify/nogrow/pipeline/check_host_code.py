"""Files of host code to one report: each is read once, and what can't be judged keeps no other from it."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from nogrow.contract.violation import Rule, Violation
from nogrow.errors import ModuleError
from nogrow.jshost.model import CachedView
from nogrow.jshost.reader import views_kept_in
from nogrow.report.result import ArtifactReport, Report
from nogrow.wasm.file import is_there, read


def inspect(paths: Sequence[str], watch: Callable[[int, int], None] | None = None) -> Report:
    """The report on the files, sorted by path, each once: a violation of NG012 for each kept view.

    `watch` is told how many files of how many are done. Raises `UsageError` without a parser.
    """
    found = []
    distinct = sorted(set(paths))
    for number, path in enumerate(distinct):
        if watch is not None:
            watch(number, len(distinct))
        found.append(_inspected(path))
    return Report(None, tuple(found))


def _inspected(path: str) -> ArtifactReport:
    if not is_there(path):
        return ArtifactReport(path, host=True, notes=("no such file",))
    size, digest = None, None
    try:
        source = read(path)
        size, digest = len(source), hashlib.sha256(source).hexdigest()
        violations = [_violation(one) for one in views_kept_in(source, Path(path).suffix.lower())]
    except ModuleError as error:
        violations = [Violation(Rule.NOT_JUDGED, f"{path}: {error}")]
    return ArtifactReport(path, digest, size, violations=violations, host=True)


def _violation(view: CachedView) -> Violation:
    after = "any call since" if view.call is None else f"`{view.call.text}` at {view.call.at}"
    more = len(view.uses) - 1
    further = f", and at {more} more {'place' if more == 1 else 'places'}" if more else ""
    headline = (
        f"`{view.binding}`, made at {view.made}, is used at {view.at}{further} although {after} "
        "may have grown the memory and detached it"
    )
    return Violation(Rule.CACHED_VIEW, headline, view=view)
