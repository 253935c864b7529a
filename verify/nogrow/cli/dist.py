"""Check the options of `nogrow check --dist`, and write statements about shipments."""

from collections.abc import Sequence
from pathlib import Path

import click

from nogrow.errors import DocumentError, UsageError
from nogrow.report.escaping import printable
from nogrow.report.model import Report
from nogrow.shipping.statement import read_statement
from nogrow.util.atomic_write import write_bytes
from nogrow.wasm.file import is_there


def require_usable(
    paths: Sequence[str],
    dist: Sequence[str],
    attest: Path | None,
    attestation: Path | None,
    *,
    has_lock: bool,
) -> None:
    """Raise `UsageError` for options that cannot be combined, and for a statement that must not be lost."""
    if not dist:
        option = "--attestation" if attest is None else "--attest"
        raise UsageError(f"{option}: this option needs --dist DIR")
    if paths:
        raise UsageError("PATH and --dist cannot be combined")
    if has_lock:
        raise UsageError(
            "--dist and a lock cannot be combined: a lock is about built files; use --attestation"
        )
    if attest is not None and is_there(attest):
        try:
            read_statement(attest)
        except DocumentError as error:
            # Naming such a file can only be a mistake.
            raise UsageError(
                f"--attest: refusing to overwrite a file that is not a statement of nogrow: {error}"
            ) from error


def write_statement(report: Report, path: Path) -> None:
    """Write the statement if every contract is kept, else report that the file was not written."""
    if report.statement is not None:
        write_bytes(path, report.statement.encode())
        return
    old = "; the file is that of an earlier check" if is_there(path) else ""
    message = f"{path}: not written, because not every contract is kept{old}"
    click.echo(f"nogrow: {printable(message)}", err=True)
