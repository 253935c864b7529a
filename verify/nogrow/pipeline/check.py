"""Targets to a report: each file is read once, and what is in it judged or run as asked."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.contract.model import Contract
from nogrow.contract.select import Target
from nogrow.jshost.glue_model import Glue
from nogrow.pipeline.examine import Examination, Judge, Run, not_judged
from nogrow.pipeline.read_ahead import Ahead
from nogrow.report.result import ArtifactReport, Outcome, Report

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned
    from nogrow.source.lookup import Wanted

__all__ = ["Judge", "Run", "check", "not_judged"]

# Below this many bytes in all, starting processes takes longer than they save.
WORTH_PROCESSES = 8 << 20
# How many batches each process gets, so that one long one at the end does not keep the others waiting.
BATCHES = 4

# What a process that runs a guest may have: a memory, the references of the guest, and what compiles it.
MOST_BYTES = 4 << 30

Watch = Callable[[int, int], None]


def check(
    contract: Contract | None,
    targets: Sequence[Target],
    *,
    judge: Judge | None = None,
    run: Run | None = None,
    glue: Sequence[Glue] = (),
    own_glue: Mapping[str, Sequence[Glue]] | None = None,
    hosted: bool = True,
    validate: bool = True,
    jobs: int = 1,
    digest: bool = True,
    whole: bool = False,
    apart: bool = False,
    source: "Wanted | None" = None,
    pinned: "Pinned | None" = None,
    ahead: Ahead | None = None,
    watch: Watch | None = None,
) -> Report:
    """Return the report on all targets, an artifact for each core module.

    `judge` judges a module, `run` runs a scenario; without the one there are no verdicts, without the
    other no scenarios. A module that can't be read or judged is reported as NG010 and keeps none of the
    others from being looked at. `glue` is for the targets whose file names it holds, or for all if it
    holds none of them; `own_glue` is that of single targets, by path. `hosted` False judges modules whose
    imports say nothing, as where only their own code is looked at. `validate` False leaves out wasmtime's
    validation, and the report says so. Up to `jobs` processes share the work; the report is the same
    however many there are. `digest` False leaves out the digests of the files. `whole` says that all
    paths of a module will be listed, as where several processes work: with too many it is not judged.
    `apart` leaves each target to another process with bounded memory, whose end is its own. `source` has
    the places of what is broken looked up in debug information. `pinned` holds the modules to a lock.
    `ahead` has begun to read the only target. `watch` is told how many targets of how many are done.
    """
    if any(clause.js for target in targets for clause in target.every_clause):
        from nogrow.pipeline.find_host_code import named

        targets, from_contract = named(targets)
        own_glue = {**(own_glue or {}), **from_contract}
    path = str(contract.path) if contract is not None else None
    examination = Examination(
        judge, run, validate, _by_target(glue, targets, own_glue or {}), digest, source, pinned, whole, hosted
    )

    def watched(done: int) -> None:
        if watch is not None:
            watch(done, len(targets))

    batches = [[target] for target in targets] if apart else _batches(targets, jobs)
    if len(batches) > 1 or (apart and batches):
        from nogrow.util.parallel import in_order

        # What goes from process to process goes there as a whole.
        examination = examination._replace(whole=True)
        bytes_each = MOST_BYTES if apart else None
        found = in_order(batches, examination.of_all, examination.lost, jobs, watched, bytes_each)
    else:
        found = []
        for reports in examination.one_by_one(targets, ahead):
            watched(len(found))
            found.append(reports())
    every = tuple(artifact for artifacts in found for artifact in artifacts)
    every = every if pinned is None else _with_missing(every, pinned)
    return Report(path, every, () if source is None else source.quotable)


def _with_missing(artifacts: tuple[ArtifactReport, ...], pinned: "Pinned") -> tuple[ArtifactReport, ...]:
    """The artifacts, and those that the lock has and that are not there: they break it."""
    # Only with a lock is the contract's reader loaded, for what it knows of paths.
    from nogrow.contract.clause_lines import without_number

    judged = [one.path for one in artifacts if one.judgement is not None]
    broken = [one.path for one in artifacts if one.outcome is Outcome.NOT_JUDGED]
    missing = dict(pinned.missing(judged, broken))
    if not missing:
        return artifacts
    there = [
        one._replace(violations=(missing.pop(os.path.normpath(one.path)),))
        if one.judgement is None and os.path.normpath(one.path) in missing
        else one
        for one in artifacts
    ]
    more = [ArtifactReport(path, violations=(violation,)) for path, violation in missing.items()]
    return tuple(sorted((*there, *more), key=lambda one: without_number(one.path)))


def _by_target(
    glue: Sequence[Glue], targets: Sequence[Target], own: Mapping[str, Sequence[Glue]]
) -> dict[str, tuple[Glue, ...]]:
    """The glue of each target, by its path, without the text that is of no more use."""
    found = {path: {one.file: one for one in files} for path, files in own.items()}
    for one in glue:
        named = [target for target in targets if one.names(Path(target.path).name)]
        for target in named or targets:
            found.setdefault(target.path, {})[one.file] = one
    return {
        path: tuple(one._replace(source=b"") for one in files.values())
        for path, files in found.items()
        if files
    }


def _batches(targets: Sequence[Target], jobs: int) -> list[list[Target]]:
    """The targets in order, cut into runs of about equal size in bytes; one if that is not worth it."""
    sizes = [_size(target) for target in targets] if jobs > 1 else []
    if jobs <= 1 or sum(sizes) < WORTH_PROCESSES:
        return [list(targets)]
    batches: list[list[Target]] = []
    most, full = sum(sizes) / (jobs * BATCHES), 0.0
    for target, size in zip(targets, sizes, strict=True):
        if not batches or full + size > most:
            batches.append([])
            full = 0
        batches[-1].append(target)
        full += size
    return batches


def _size(target: Target) -> int:
    if target.data is not None:
        return len(target.data)
    try:
        return os.stat(target.path).st_size  # noqa: PTH116
    except OSError:
        return 0
