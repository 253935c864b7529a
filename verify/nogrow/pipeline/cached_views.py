"""Find the stale views in host code with what is known of its modules, and report them.

`nogrow check` does this for the host code of the modules that it judges, `nogrow host` for the files that
it is given.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from nogrow.contract.model import ArtifactContract, ViewRules
from nogrow.contract.patterns import without_number
from nogrow.contract.select import Target
from nogrow.contract.violations import Violation
from nogrow.errors import ModuleError
from nogrow.jshost.model import Assumed, CachedView, Glue
from nogrow.jshost.stale_views import views_in
from nogrow.pipeline.called_exports import exports_of
from nogrow.pipeline.view_violations import hidden_views, violations_of
from nogrow.report.model import ArtifactReport, Report, not_judged
from nogrow.report.summary import why_nothing
from nogrow.source.model import Frames
from nogrow.util.paths import each_slashed, real, slashed
from nogrow.wasm.file import is_there, read

if TYPE_CHECKING:
    from nogrow.source.lookup import Wanted


class _File(NamedTuple):
    """A file of host code, the reports on its modules, and what is to be reported of its views.

    `problem` says why the file could not be read; then it has no text.
    """

    path: str
    text: bytes
    modules: tuple[ArtifactReport, ...]
    rules: ViewRules
    problem: str | None = None


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
    distinct = sorted(set(map(slashed, paths)))
    missing = [
        ArtifactReport(path, host=True, notes=("no such file",)) for path in distinct if not is_there(path)
    ]
    rules = ViewRules(strict, stale_length)
    files = []
    for number, path in enumerate(distinct):
        if watch is not None:
            watch(number, len(distinct))
        if not is_there(path):
            continue
        try:
            files.append(_File(path, read(path), (), rules))
        except ModuleError as error:
            files.append(_File(path, b"", (), rules, str(error)))
    of_modules = _judged(modules, [file for file in files if file.problem is None])
    reports = _reports([file._replace(modules=of_modules) for file in files])
    unjudged = tuple(map(_unjudged, (module for module in of_modules if module.judgement is None)))
    reports = [report._replace(notes=(*report.notes, *unjudged)) for report in reports]
    return Report(None, tuple(sorted((*missing, *reports), key=lambda artifact: artifact.path)))


def _judged(modules: Sequence[str], files: Sequence[_File]) -> tuple[ArtifactReport, ...]:
    if not modules:
        return ()
    # A judgement takes more of the package than an analysis of host code alone.
    from nogrow.analysis.proof import judge
    from nogrow.pipeline.all_files import check
    from nogrow.pipeline.named_host_code import analysed, needs_host_code

    targets = [Target(path, ArtifactContract(), found=is_there(path)) for path in each_slashed(modules)]
    needed = any(target.found and needs_host_code(target) for target in targets)
    glue = [analysed(Glue(file.path, (), file.text, is_text=True)) for file in files] if needed else []
    # A file that can't be analysed is reported by itself.
    glue = [file for file in glue if file.problem is None]
    artifacts = check(None, targets, judge=judge, glue=glue, validate=False).artifacts
    if any(artifact.judgement is None for artifact in artifacts):
        # The files may not be the host code that serves the imports.
        return check(None, targets, judge=judge, validate=False).artifacts
    return artifacts


def _unjudged(module: ArtifactReport) -> str:
    reason = module.violations[0].headline if module.refused else f"{module.path}: {why_nothing(module)}"
    return f"each call of an export counts as one that may grow the memory; {reason}"


def with_views(
    report: Report,
    targets: Sequence[Target],
    glue: Mapping[str, Sequence[Glue]],
    rules: ViewRules,
    source: "Wanted | None" = None,
) -> Report:
    """Return the report on modules with the reports on their host code, `glue` by the path of the module.

    A file is reported once, with all of its modules. `rules` apply to every file, and those of a contract's
    clauses to the files of its modules. `source` has source lines of the modules looked up.
    """
    of_file: dict[str, list[Target]] = {}
    by_name: dict[str, Glue] = {}
    for target in targets:
        for file in glue.get(target.path, ()):
            name = real(file.file)
            by_name.setdefault(name, file)
            of_file.setdefault(name, []).append(target)
    judged: dict[str, list[ArtifactReport]] = {}
    for artifact in report.artifacts:
        judged.setdefault(without_number(artifact.path), []).append(artifact)
        if without_number(artifact.path) != artifact.path:
            judged.setdefault(artifact.path, []).append(artifact)
    files = []
    for name, file in by_name.items():
        modules = [artifact for target in of_file[name] for artifact in judged.get(target.path, ())]
        of_clauses = [clause.views for target in of_file[name] for clause in target.every_clause]
        problem = file.problem if file.problem is not None and not file.source else None
        files.append(_File(file.file, file.source, tuple(modules), _any(rules, *of_clauses), problem))
    of_files = _reports(files)
    if source is not None:
        data = {target.path: target.data for target in targets}
        of_files = _located(of_files, data, source)
    reports = [*report.artifacts, *of_files]
    return report._replace(
        artifacts=tuple(sorted(reports, key=lambda artifact: without_number(artifact.path)))
    )


def _located(
    reports: Sequence[ArtifactReport], data: Mapping[str, bytes | None], source: "Wanted"
) -> list[ArtifactReport]:
    """Return the reports with the source lines of the paths in modules; `data` are modules read before."""
    from nogrow.pipeline.core_modules import modules_in
    from nogrow.source.lookup import find_sources

    offsets: dict[str, set[int]] = {}
    for entered in (violation.entered for report in reports for violation in report.violations):
        if entered is not None:
            offsets.setdefault(entered.module, set()).update(
                offset for step in entered.entry.witness for offset in step.offsets
            )
    frames: dict[str, Frames] = {}
    for file in {without_number(path) for path in offsets}:
        # The module was judged, so it can be read, unless it is changed at this moment.
        with suppress(ModuleError):
            for module in modules_in(file, data.get(file) or read(file)):
                wanted = offsets.get(module.path, ())
                frames[module.path] = find_sources(file, module.data, module.start, wanted, source).frames

    def located(violation: Violation) -> Violation:
        entered = violation.entered
        if entered is None:
            return violation
        return violation._replace(entered=entered._replace(sources=frames.get(entered.module, {})))

    return [report._replace(violations=tuple(map(located, report.violations))) for report in reports]


def _any(*rules: ViewRules) -> ViewRules:
    return ViewRules(*(any(flags) for flags in zip(*rules, strict=True)))


def _reports(files: Sequence[_File]) -> list[ArtifactReport]:
    """Return the reports on the files; those that import each other are analysed as one program."""
    by_path = {file.path: file for file in files}

    def modules_of(paths: Iterable[str]) -> list[ArtifactReport]:
        modules = {artifact.path: artifact for path in paths for artifact in by_path[path].modules}
        return list(modules.values())

    def assumed(paths: Collection[str]) -> Assumed:
        modules = modules_of(paths)
        programs.update(dict.fromkeys(paths, modules))
        rules = _any(*(by_path[path].rules for path in paths))
        return Assumed(exports_of(modules, stale_length=rules.stale_length), rules.stale_length)

    programs: dict[str, list[ArtifactReport]] = {}
    results = views_in([(file.path, file.text) for file in files if file.problem is None], assumed)
    reports = []
    for file in files:
        artifact = ArtifactReport(file.path, host=True)
        if file.problem is not None:
            reports.append(not_judged(artifact, file.problem))
            continue
        artifact = artifact._replace(size=len(file.text), sha256=hashlib.sha256(file.text).hexdigest())
        views = results[file.path]
        if isinstance(views, ModuleError):
            reports.append(not_judged(artifact, str(views)))
        else:
            reports.append(_reported(artifact, views, programs.get(file.path, ()), strict=file.rules.strict))
    return reports


def _reported(
    artifact: ArtifactReport,
    views: Sequence[CachedView],
    modules: Sequence[ArtifactReport],
    *,
    strict: bool,
) -> ArtifactReport:
    shown = [view for view in views if view.certain or strict]
    violations = tuple(violations_of(shown, modules))
    return artifact._replace(violations=violations, notes=hidden_views(len(views) - len(shown)))
