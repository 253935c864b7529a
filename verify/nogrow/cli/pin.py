"""Define `nogrow pin`, which writes today's verdicts into a lock."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.api.inputs import contract_at, host_code_at, lock_at
from nogrow.cli.options import contract_option, lock_option, with_glue
from nogrow.cli.output import print_unjudged
from nogrow.contract.phrases import counted, shortened
from nogrow.report.escaping import printable
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.model import Report

if TYPE_CHECKING:
    from nogrow.baseline.lock_file import Lock

_MOST_LINES = 20


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@contract_option
@lock_option
@with_glue
@click.pass_context
def pin(
    ctx: click.Context,
    paths: tuple[str, ...],
    contract_path: Path | None,
    lock_path: Path | None,
    glue: tuple[Path, ...],
) -> None:
    """Write the verdicts and digests of modules to nogrow.lock.

    Good verdicts are pinned as well as bad ones. With PATH, the pins of other modules stay in the lock.
    Without PATH, every artifact of the contract is pinned and all other pins are removed; without a contract,
    the modules in the lock are pinned again.

    The exit code is 0 if the lock was written, even if the contract is broken. If a module can't be judged
    (4) or does not exist (3), the lock is left unchanged.
    """
    contract = contract_at(contract_path)
    from nogrow.analysis.proof import judge
    from nogrow.baseline.lock_file import load, written
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check as check_all
    from nogrow.pipeline.host_code import beside
    from nogrow.util.atomic_write import write_bytes
    from nogrow.util.background import cores
    from nogrow.wasm.file import is_there

    path = lock_at(lock_path, contract)
    # `load` rejects a file that is not a lock or has a merge conflict, so it is not overwritten.
    old = load(path) if is_there(path) else None
    chosen = targets(contract, paths or (old.files if old and not contract else ()))
    own_glue = None if glue else beside(chosen)
    report = check_all(
        contract, chosen, judge=judge, glue=host_code_at(glue), own_glue=own_glue, jobs=cores()
    )
    failure = _failure(report)
    if failure is not None:
        click.echo(f"nogrow: {printable(str(path))} is left unchanged: {failure[1]}", err=True)
        ctx.exit(failure[0])
    lock = _locked(path, report, old if paths else None)
    for line in _changes(report, lock, old):
        click.echo(line)
    data = written(lock)
    if old is None or path.read_bytes() != data:
        write_bytes(path, data)
    if report.outcome is Outcome.BROKEN:
        click.echo("nogrow: the contract is broken; `nogrow check` shows where", err=True)


def _failure(report: Report) -> tuple[ExitCode, str] | None:
    """Print the modules that were not judged and return the exit code and a reason, None without any."""
    unjudged = tuple(artifact for artifact in report.artifacts if artifact.judgement is None)
    if not report.artifacts:
        return ExitCode.NOTHING, "nothing to pin: give a PATH, or write nogrow.toml"
    if not unjudged:
        return None
    print_unjudged(Report(report.contract, unjudged))
    if any(artifact.outcome is Outcome.NOT_JUDGED for artifact in unjudged):
        return ExitCode.NOT_JUDGED, "not every module could be judged"
    return ExitCode.NOTHING, "not every module exists"


def _locked(path: Path, report: Report, kept: "Lock | None") -> "Lock":
    """Return the lock that pins the report's modules and keeps the pins of other files in `kept`."""
    from nogrow.baseline.lock_file import Lock, Pin, pin_of
    from nogrow.contract.patterns import without_number
    from nogrow.errors import UsageError
    from nogrow.util.paths import is_absolute

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


def _changes(report: Report, lock: "Lock", old: "Lock | None") -> Iterator[str]:
    """Yield lines with the number of pins and their differences from those in the `old` lock."""
    from nogrow.baseline.regressions import compare
    from nogrow.report.summary import NOT_VALIDATED, why_unvalidated

    count = sum(len(verdicts) for pin in lock.pins.values() for verdicts in pin.entries.values())
    pinned = f"{counted(len(lock.pins), 'module')} pinned, {counted(count, 'entry point')}"
    yield f"{printable(str(lock.path))}: {pinned}"
    lines: list[str] = []
    for artifact in report.artifacts:
        before = old.pins.get(lock.key(artifact.path)) if old else None
        path, judgement = printable(artifact.path), artifact.judgement
        if artifact.unvalidated:
            lines.append(f"  {NOT_VALIDATED}: {path}: {printable(why_unvalidated(artifact))}")
        if judgement is None or before is None:
            lines += [f"  new: {path}: {judgement.verdict.label}"] if judgement else []
            continue
        held = compare(before, judgement)
        lines += [f"  worse: {path}: {printable(worse.headline)}" for worse in held.violations]
        for better in held.better:
            now = "gone" if better.after is None else better.after.label
            name = printable(shortened(better.name))
            lines.append(f"  improved: {path}: `{name}` is {now}, pinned as {better.before.label}")
    gone = [key for key in old.pins if key not in lock.pins] if old else []
    lines += [f"  no longer pinned: {printable(key)}" for key in gone]
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"  ... and {len(lines) - _MOST_LINES:,} more"
