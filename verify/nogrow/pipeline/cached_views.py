"""Check files of host code for views that are kept across calls, and join the results to one report."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from nogrow.contract.violations import Rule, Violation
from nogrow.errors import ModuleError
from nogrow.jshost.model import Assumed, CachedView, Exports, Position
from nogrow.jshost.stale_views import views_in
from nogrow.report.model import ArtifactReport, Report, not_judged
from nogrow.wasm.file import is_there, read


def inspect(
    paths: Sequence[str],
    watch: Callable[[int, int], None] | None = None,
    *,
    strict: bool = False,
    stale_length: bool = False,
    modules: Sequence[str] = (),
) -> Report:
    """Return the report on the files, sorted by path, each once, with NG012 for each kept view.

    A view is reported if it is certain that the call between enters the module; if `strict`, also if that is
    possible. If `stale_length`, views of shared memories that become too short are reported as NG013.
    `modules` are the modules that belong to the files: calls of exports that cannot grow a memory keep views
    valid. `watch` is told how many files of how many are done. A file that can't be judged is reported as
    NG010, and the others are checked all the same. Raises `UsageError` without a parser.
    """
    distinct = sorted(set(paths))
    artifacts: dict[str, ArtifactReport] = {}
    sources = []
    for number, path in enumerate(distinct):
        if watch is not None:
            watch(number, len(distinct))
        artifacts[path] = artifact = ArtifactReport(path, host=True)
        if not is_there(path):
            artifacts[path] = artifact._replace(notes=("no such file",))
            continue
        try:
            source = read(path)
        except ModuleError as error:
            artifacts[path] = not_judged(artifact, str(error))
            continue
        artifacts[path] = artifact._replace(size=len(source), sha256=hashlib.sha256(source).hexdigest())
        sources.append((path, source))
    host = Assumed(_exports_of(modules, [path for path, _ in sources]), stale_length)
    for path, views in views_in(sources, host).items():
        artifacts[path] = _reported(artifacts[path], views, strict=strict)
    return Report(None, tuple(artifacts[path] for path in distinct))


def _exports_of(modules: Sequence[str], host_code: Sequence[str]) -> Exports:
    """Return which exports of the modules cannot grow a memory, as far as all modules are judged."""
    if not modules:
        return Exports()
    # A judgement takes more of the package than an analysis of host code alone.
    from nogrow.analysis.judgement import Verdict
    from nogrow.analysis.proof import judge
    from nogrow.contract.model import ArtifactContract
    from nogrow.contract.select import Target
    from nogrow.jshost.imports import read as read_glue
    from nogrow.pipeline.all_files import check

    still: dict[str, bool] = {}
    targets = [Target(path, ArtifactContract(), found=is_there(path)) for path in modules]
    safe = (Verdict.ABSENT, Verdict.UNREACHABLE, Verdict.TRAP_ONLY)
    glue = [read_glue(Path(path)) for path in host_code]
    report = check(None, targets, judge=judge, glue=glue, validate=False)
    for artifact in report.artifacts:
        if artifact.judgement is None:
            return Exports()
        for entry in artifact.judgement.entries:
            still[entry.name] = still.get(entry.name, True) and entry.verdict in safe
    return Exports(frozenset(name for name in still if still[name]), all(still.values()))


def _reported(
    artifact: ArtifactReport, views: Sequence[CachedView] | ModuleError, *, strict: bool
) -> ArtifactReport:
    if isinstance(views, ModuleError):
        return not_judged(artifact, str(views))
    shown = [view for view in views if view.certain or strict]
    return artifact._replace(violations=tuple(map(_violation, shown)), notes=_hidden(len(views) - len(shown)))


def _hidden(count: int) -> tuple[str, ...]:
    """Return a note on findings that are not shown."""
    if not count:
        return ()
    views = "1 view is" if count == 1 else f"{count:,} views are"
    return (f"{views} used after calls that may not enter the module; --strict reports them",)


def _violation(view: CachedView) -> Violation:
    after, made = "any call since", _place(view.made_in, view.made)
    if view.call is not None:
        after = f"`{view.call.text}` at {_place(view.call.path, view.call.at)}"
    more = len(view.uses) - 1
    further = f", and at {more} more {'place' if more == 1 else 'places'}" if more else ""
    doubt = "" if view.certain else "; it is not known whether that call enters the module"
    headline = (
        f"`{view.binding}`, made at {made}, is used at {view.at}{further} although {after} "
        f"may have grown the memory and detached it{doubt}"
    )
    if view.shared:
        headline = headline.replace("and detached it", "so that the view is too short")
        return Violation(Rule.STALE_LENGTH, headline, view=view)
    return Violation(Rule.CACHED_VIEW, headline, view=view)


def _place(path: str | None, at: Position) -> str:
    return str(at) if path is None else f"{path}:{at}"
