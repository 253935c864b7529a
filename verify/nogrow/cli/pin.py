"""Define `nogrow pin`, which writes today's verdicts into a lock."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    from nogrow.api.pin import pin as pin_modules
    from nogrow.util.atomic_write import write_bytes

    pinning = pin_modules(paths, contract=contract_path, lock=lock_path, js=glue)
    report, lock = pinning.report, pinning.lock
    failure = _failure(report)
    if failure is not None or lock is None:
        code, reason = failure or (ExitCode.NOT_JUDGED, "not every module could be judged")
        click.echo(f"nogrow: {printable(str(pinning.path))} is left unchanged: {reason}", err=True)
        ctx.exit(code)
    for line in _changes(report, lock, pinning.old):
        click.echo(line)
    if pinning.old is None or pinning.path.read_bytes() != pinning.data:
        write_bytes(pinning.path, pinning.data)
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
