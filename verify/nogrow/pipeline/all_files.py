"""Take all files of a check through the pipeline, several at a time, and join the reports."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.contract.model import Contract
from nogrow.contract.select import Target
from nogrow.jshost.model import Glue
from nogrow.pipeline.pipeline import Judge, Pipeline, Reports, Run
from nogrow.pipeline.read_ahead import ReadAhead
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report, not_judged
from nogrow.util.paths import normal, slashed

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned
    from nogrow.contract.model import ViewRules
    from nogrow.pipeline.cluster import Client
    from nogrow.source.lookup import Wanted
    from nogrow.wasm.runtime import Engine

# The memory of a process that runs a guest: for the guest, its references and its compilation.
MOST_BYTES = 4 << 30

Watch = Callable[[int, int], None]
GlueByPath = Mapping[str, Sequence[Glue]]


def check(
    contract: Contract | None,
    targets: Sequence[Target],
    *,
    judge: Judge | None = None,
    run: Run | None = None,
    glue: Sequence[Glue] = (),
    own_glue: Mapping[str, Sequence[Glue]] | None = None,
    require_host_code: bool = True,
    validate: bool = True,
    jobs: int = 1,
    digest: bool = True,
    lists_paths: bool = False,
    own_process: bool = False,
    source: "Wanted | None" = None,
    pinned: "Pinned | None" = None,
    read_ahead: ReadAhead | None = None,
    views: "ViewRules | None" = None,
    watch: Watch | None = None,
    engine: "Engine | None" = None,
    client: "Client | None" = None,
    explains: bool = False,
) -> Report:
    """Return the report on all targets, with an artifact for each core module.

    `judge` judges a module and `run` runs a scenario: without `judge` there are no verdicts, without
    `run` no scenarios. A module that can't be read or judged is reported as NG010, and the others are
    judged all the same.

    - `glue` is host code for the targets whose file names it holds, or for all if it holds none of them. It
      is analysed if that is necessary;
      `own_glue` is the host code of single targets, by path.
    - `require_host_code` False also judges a module with minified imports whose host code is unknown.
    - `validate` False leaves out wasmtime's validation, and the report says so.
    - `jobs` is the number of threads, or processes, that share the work; it never changes the report.
    - `digest` False leaves out the digests of the files.
    - `lists_paths` says that the report will list all paths of a module: one with too many is not judged.
    - `own_process` gives each target a process of its own, with bounded memory.
    - `source` has the source lines of violations looked up in debug information.
    - `pinned` holds the modules to a lock.
    - `read_ahead` has begun to read and scan the only target.
    - `views` also reports the stale views in the files of `glue` and in those that a contract names.
    - `watch` is told how many targets of how many are done.
    - `engine` has compiled the kernels before; with it, a single target is judged.
    - `explains` finds the causes of all growth, allowed or not.
    - `client` has the workers of a Dask cluster judge the targets.
    """
    given = _of_targets(glue, targets)
    if any(clause.js for target in targets for clause in target.every_clause):
        from nogrow.pipeline.named_host_code import named

        targets, from_contract = named(targets)
        given = _joined(given, from_contract)
    given = _analysed(given, targets)
    by_path = {path: tuple(files) for path, files in _joined(own_glue or {}, given).items()}
    targets = [_with_problems(target, given.get(target.path, ())) for target in targets]
    pipeline = Pipeline(
        judge,
        run,
        validate,
        require_host_code,
        digest,
        lists_paths,
        source,
        pinned,
        by_path,
        read_ahead,
        engine,
        several=len(targets) > 1,
        explains=explains,
    )

    def report_progress(done: int) -> None:
        if watch is not None:
            watch(done, len(targets))

    if client is not None:
        from nogrow.pipeline.cluster import reports as judged_in_cluster

        reports = judged_in_cluster(client, pipeline, targets, report_progress)
    elif own_process and targets:
        from nogrow.util.parallel import in_order

        reports = in_order(targets, pipeline.reports, _process_ended, jobs, report_progress, MOST_BYTES)
    elif min(jobs, len(targets)) > 1:
        from nogrow.pipeline.threads import in_threads

        reports = in_threads(targets, pipeline, jobs, report_progress)
    else:
        reports = []
        for target in targets:
            report_progress(len(reports))
            reports.append(pipeline.reports(target))
    artifacts = tuple(artifact for of_target in reports for artifact in of_target)
    if pinned is not None:
        artifacts = _with_missing(artifacts, pinned)
    path = None if contract is None else slashed(contract.path)
    report = Report(path, artifacts, () if source is None else source.quotable)
    if views is None or not given:
        return report
    from nogrow.pipeline.cached_views import with_views

    return with_views(report, targets, given, views, source)


def _process_ended(target: Target) -> Reports:
    return (not_judged(ArtifactReport(target.path), "its process was ended"),)


def _with_missing(artifacts: Reports, pinned: "Pinned") -> Reports:
    """Return the artifacts, with a violation for each module in the lock that does not exist."""
    # Only with a lock is the contract's reader loaded, for its knowledge of paths.
    from nogrow.contract.patterns import without_number

    judged = [artifact.path for artifact in artifacts if artifact.judgement is not None]
    refused = [artifact.path for artifact in artifacts if artifact.outcome is Outcome.NOT_JUDGED]
    missing = dict(pinned.missing(judged, refused))
    if not missing:
        return artifacts
    present = [
        artifact._replace(violations=(missing.pop(normal(artifact.path)),))
        if artifact.judgement is None and normal(artifact.path) in missing
        else artifact
        for artifact in artifacts
    ]
    absent = [ArtifactReport(path, violations=(violation,)) for path, violation in missing.items()]
    return tuple(sorted((*present, *absent), key=lambda artifact: without_number(artifact.path)))


def _of_targets(glue: Sequence[Glue], targets: Sequence[Target]) -> GlueByPath:
    """Return the files of host code that belong to each target, by its path."""
    by_path: dict[str, tuple[Glue, ...]] = {}
    for file in glue:
        named = [target for target in targets if file.names(Path(target.path).name)]
        for target in named or targets:
            by_path[target.path] = (*by_path.get(target.path, ()), file)
    return by_path


def _joined(first: GlueByPath, second: GlueByPath) -> GlueByPath:
    """Return the files of both by the path of their target, each once."""
    return {
        path: tuple({file.file: file for file in (*first.get(path, ()), *second.get(path, ()))}.values())
        for path in {**first, **second}
    }


def _analysed(given: GlueByPath, targets: Sequence[Target]) -> GlueByPath:
    """Return the host code, analysed if the verdicts of its target depend on it, which takes long."""
    if not given:
        return given
    from nogrow.pipeline.named_host_code import analysed, needs_host_code

    once = cache(analysed)
    needed = {target.path for target in targets if target.found and target.problem is None}
    needed = {target.path for target in targets if target.path in needed and needs_host_code(target)}
    return {path: tuple(map(once, files)) if path in needed else files for path, files in given.items()}


def _with_problems(target: Target, glue: Sequence[Glue]) -> Target:
    """Return the target as one that can't be judged if a file of its host code can't be analysed."""
    problem = next((file.problem for file in glue if file.problem is not None), None)
    return target if problem is None or target.problem is not None else target._replace(problem=problem)
