"""Targets to a report: each file is read once, and what is in it judged or run as asked."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.ahead import Ahead
from nogrow.contract.model import Contract
from nogrow.contract.select import Target
from nogrow.examine import Examination, Judge, Run, not_judged
from nogrow.glue.model import Glue, Grower
from nogrow.report.result import Report

if TYPE_CHECKING:
    from nogrow.source.find import Wanted

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
    validate: bool | None = None,
    jobs: int = 1,
    digest: bool = True,
    whole: bool = False,
    apart: bool = False,
    source: "Wanted | None" = None,
    ahead: Ahead | None = None,
    watch: Watch | None = None,
) -> Report:
    """Return the report on all targets, an artifact for each core module.

    `judge` judges a module, `run` runs a scenario; without the one there are no verdicts, without
    the other no scenarios. A module that can't be read or judged is reported as NG010 and keeps
    none of the others from being looked at. `glue` is for the targets whose file names it holds, or for all
    if it holds none of them. `validate` None has wasmtime validate the small modules only. Up to `jobs`
    processes share the work. `digest` False leaves out the digests of the files. `whole` says that all paths
    of a module will be listed, as where several processes work: with too many it is not judged. `apart`
    leaves each target to another process with bounded memory, whose end is its own. `source` has the
    places of what is broken looked up in debug information. `ahead` has begun to read the only target.
    `watch` is told how many targets of how many are done.
    """
    path = str(contract.path) if contract is not None else None
    examination = Examination(
        judge, run, validate, _growers(glue, targets), bool(glue), digest, source, whole
    )

    def watched(done: int) -> None:
        if watch is not None:
            watch(done, len(targets))

    batches = [[target] for target in targets] if apart else _batches(targets, jobs)
    if len(batches) > 1 or (apart and batches):
        from nogrow.parallel import in_order

        # What goes from process to process goes there as a whole.
        examination = examination._replace(whole=True)
        bytes_each = MOST_BYTES if apart else None
        found = in_order(batches, examination.of_all, examination.lost, jobs, watched, bytes_each)
    else:
        found = []
        for reports in examination.one_by_one(targets, ahead):
            watched(len(found))
            found.append(reports())
    return Report(path, tuple(artifact for artifacts in found for artifact in artifacts))


def _growers(glue: Sequence[Glue], targets: Sequence[Target]) -> dict[str, tuple[Grower, ...]]:
    """The imports that grow the memory of each target, by its path."""
    found: dict[str, list[Grower]] = {}
    for one in glue:
        named = [target for target in targets if one.names(Path(target.path).name)]
        for target in named or targets:
            found.setdefault(target.path, []).extend(one.growers)
    return {path: tuple(growers) for path, growers in found.items()}


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
    try:
        return os.stat(target.path).st_size  # noqa: PTH116
    except OSError:
        return 0
