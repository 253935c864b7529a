"""`nogrow pin`: keep the verdicts of today, so that none becomes worse unseen."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.cli.lock import lock_at, lock_option
from nogrow.cli.options import OPTIONS, contract_at, glue_in, with_glue
from nogrow.contract.phrases import counted, shortened
from nogrow.report.escaping import printable
from nogrow.report.result import ExitCode, Outcome, Report

if TYPE_CHECKING:
    from nogrow.baseline.model import Lock

_MOST_LINES = 20
_CONTRACT, *_ = OPTIONS


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_CONTRACT
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
    """Write the verdicts and digests of modules to nogrow.lock, good ones and bad ones.

    Without PATH, every artifact of the contract is pinned, and nothing else stays in the lock; without a
    contract, what the lock has is pinned again. With PATH, what else the lock has stays. The exit code
    is 0 once the lock is written, also if the contract is broken. If something can't be judged (4) or
    isn't there (3), the lock stays as it was.
    """
    contract = contract_at(contract_path)
    from nogrow.analysis.verdicts import judge
    from nogrow.baseline.read import load
    from nogrow.baseline.write import written
    from nogrow.contract.select import targets
    from nogrow.pipeline.check import check as check_all
    from nogrow.pipeline.find_host_code import beside
    from nogrow.util.atomic_write import write_bytes
    from nogrow.util.background import cores
    from nogrow.wasm.file import is_there

    place = lock_at(lock_path, contract)
    # A file that is no lock, or one with a merge conflict, is not written over.
    old = load(place) if is_there(place) else None
    again = old.files if old and not contract else ()
    chosen = targets(contract, paths or again)
    own_glue = None if glue else beside(chosen)
    report = check_all(contract, chosen, judge=judge, glue=glue_in(glue), own_glue=own_glue, jobs=cores())
    failure = _failure(report)
    if failure is not None:
        click.echo(f"nogrow: {printable(str(place))} stays as it was: {failure[1]}", err=True)
        ctx.exit(failure[0])
    lock = _locked(place, report, old if paths else None)
    for line in _changes(report, lock, old):
        click.echo(line)
    data = written(lock)
    if old is None or place.read_bytes() != data:
        write_bytes(place, data)
    if report.outcome is Outcome.BROKEN:
        click.echo("the contract is broken: `nogrow check` says where", err=True)


def _failure(report: Report) -> tuple[ExitCode, str] | None:
    """The exit code and what is shown if not everything was judged, after what is to be said of that."""
    bad = tuple(one for one in report.artifacts if one.judgement is None)
    if not report.artifacts:
        return ExitCode.NOTHING, "nothing to pin: name a PATH, or write nogrow.toml"
    if not bad:
        return None
    from nogrow.report import text

    # The last line counts modules.
    *lines, _ = text.lines(Report(report.contract, bad))
    for line in lines:
        click.echo(line)
    if any(one.outcome is Outcome.NOT_JUDGED for one in bad):
        return ExitCode.NOT_JUDGED, "not everything could be judged"
    return ExitCode.NOTHING, "not everything is there"


def _locked(place: Path, report: Report, kept: "Lock | None") -> "Lock":
    """The lock on the modules of the report, and on what else of `kept` is of other files."""
    from nogrow.baseline.model import Lock, Pin, pin_of
    from nogrow.contract.clause_lines import without_number
    from nogrow.errors import UsageError

    lock, pins = Lock(place, {}), dict[str, Pin]()
    for one in report.artifacts:
        key = lock.key(one.path)
        if key in pins:
            raise UsageError(f"{one.path}: two modules would be pinned under this name")
        if one.judgement is not None and one.sha256 is not None and one.size is not None:
            pins[key] = pin_of(one.judgement, one.sha256, one.size)
    files = {without_number(key) for key in pins}
    others = kept.pins.items() if kept else ()
    return Lock(place, {key: pin for key, pin in others if without_number(key) not in files} | pins)


def _changes(report: Report, lock: "Lock", old: "Lock | None") -> Iterator[str]:
    """What is pinned, and how that differs from what was."""
    from nogrow.baseline.regressions import compare
    from nogrow.report.summary import NOT_VALIDATED, why_unvalidated

    place = printable(str(lock.path))
    count = sum(len(verdicts) for pin in lock.pins.values() for verdicts in pin.entries.values())
    yield f"{place}: {counted(len(lock.pins), 'module')} pinned, {counted(count, 'entry point')}"
    lines: list[str] = []
    for one in report.artifacts:
        before = old.pins.get(lock.key(one.path)) if old else None
        path = printable(one.path)
        if one.unvalidated:
            lines.append(f"  {NOT_VALIDATED}: {path}: {printable(why_unvalidated(one))}")
        if one.judgement is None or before is None:
            lines += [f"  new: {path}: {one.judgement.verdict.label}"] if one.judgement else []
            continue
        held = compare(before, one.judgement)
        lines += [f"  worse: {path}: {printable(worse.headline)}" for worse in held.violations]
        for better in held.better:
            now = "gone" if better.after is None else better.after.label
            name = printable(shortened(better.name))
            lines.append(f"  better: {path}: `{name}` is {now}, pinned as {better.before.label}")
    gone = [key for key in old.pins if key not in lock.pins] if old else []
    lines += [f"  no longer pinned: {printable(key)}" for key in gone]
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"  ... and {len(lines) - _MOST_LINES:,} more"
