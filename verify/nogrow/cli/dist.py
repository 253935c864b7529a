"""Judge a shipment for `nogrow check --dist`, and compare and write statements about it."""

from collections.abc import Sequence
from pathlib import Path

import click

from nogrow.contract.model import Contract
from nogrow.contract.select import Target
from nogrow.contract.shipped_clauses import digest_of
from nogrow.errors import DocumentError, UsageError
from nogrow.jshost.model import Glue
from nogrow.report.escaping import printable
from nogrow.report.exit_code import Outcome
from nogrow.report.model import Report
from nogrow.shipping.gate import (
    disagreements,
    gather,
    host_code,
    originals,
    stressed,
    targets_of,
    with_notes,
    with_violations,
)
from nogrow.shipping.sealed_copies import SealedCopies, sealed_copies
from nogrow.shipping.statement import as_text, read_statement
from nogrow.shipping.statement_check import compare, statement_of
from nogrow.util.atomic_write import write_bytes
from nogrow.wasm.file import is_there


def gate_of(
    paths: Sequence[str], dist: Sequence[str], attest: Path | None, attestation: Path | None
) -> "Gate":
    """Return the gate for the shipment at `dist`; raises `UsageError` for wrong options."""
    if not dist:
        option = "--attestation" if attest is None else "--attest"
        raise UsageError(f"{option}: this option needs --dist DIR")
    if paths:
        raise UsageError("PATH and --dist cannot be combined")
    return Gate(dist, attest, attestation)


class Gate:
    """A shipment, the statement that it is compared with, and the file to write a statement to."""

    def __init__(self, dist: Sequence[str], attest: Path | None, attestation: Path | None) -> None:
        """Read the shipment and the statement; raises `Error`."""
        self._attested = None if attestation is None else read_statement(attestation)
        self._shipment = gather(dist)
        self._attest = attest
        self._contract: str | None = None
        self._copies = SealedCopies()
        if attest is not None and is_there(attest):
            try:
                read_statement(attest)
            except DocumentError as error:
                # Naming such a file can only be a mistake.
                raise UsageError(
                    f"--attest: refusing to overwrite a file that is not a statement of nogrow: {error}"
                ) from error

    def targets(self, contract: Contract | None) -> tuple[Target, ...]:
        """Return the modules to judge."""
        self._contract = digest_of(contract)
        self._copies = sealed_copies(contract)
        chosen = targets_of(self._shipment, contract, self._copies)
        if any(target.data is not None for target in chosen):
            for path in self._shipment.without_modules():
                _say(f"{path}: contains no module")
        return chosen

    def host_code(self, targets: Sequence[Target]) -> dict[str, tuple[Glue, ...]]:
        """Return the host code that is shipped with the modules, by their paths."""
        return host_code(self._shipment, targets)

    def closed(self, report: Report) -> Report:
        """Return the report with the counts of the shipment, and with violations and notes added.

        A file violates NG011 if its wheel contradicts itself, if the statement describes another shipment, if
        the contract says that its sealed copy is shipped, or if it is a stressed copy. A note is about a file
        that is a sealed copy.
        """
        broken: dict[str, tuple[str, ...]] = {}
        if self._attested is not None:
            differences = compare(self._attested, self._shipment, report, self._contract, self._copies)
            broken.update(differences.broken)
            for note in differences.notes:
                _say(f"note: {note}")
        sentences = (
            *disagreements(self._shipment),
            *originals(self._shipment, self._copies),
            *stressed(self._shipment),
        )
        for path, sentence in sentences:
            broken[path] = (*broken.get(path, ()), f"{path}: {sentence}")
        report = with_notes(with_violations(report, broken), self._shipment, self._copies)
        return report._replace(shipped=self._shipment.counts)

    def attest(self, report: Report) -> None:
        """Write the statement if every contract is kept, else report that the file was not written."""
        if self._attest is None:
            return
        if report.outcome is not Outcome.KEPT:
            old = "; the file is that of an earlier check" if is_there(self._attest) else ""
            _say(f"{self._attest}: not written, because not every contract is kept{old}")
            return
        statement = statement_of(self._shipment, report, self._contract, self._copies)
        write_bytes(self._attest, as_text(statement).encode())


def _say(text: str) -> None:
    click.echo(f"nogrow: {printable(text)}", err=True)
