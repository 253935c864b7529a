"""Judge a shipment for `nogrow check --dist`, and compare and write statements about it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.errors import UsageError
from nogrow.report.escaping import printable
from nogrow.report.result import Outcome
from nogrow.wasm.file import is_there

if TYPE_CHECKING:
    from nogrow.contract.model import Contract
    from nogrow.contract.select import Target
    from nogrow.jshost.model import Glue
    from nogrow.report.result import Report
    from nogrow.shipping.statement import Statement


def gate_of(
    paths: Sequence[str], dist: Sequence[str], attest: Path | None, attestation: Path | None
) -> "Gate | None":
    """Return the gate for the shipment at `dist`, None without one; raises `UsageError` for wrong options."""
    if not dist:
        for option, file in (("--attest", attest), ("--attestation", attestation)):
            if file is not None:
                raise UsageError(f"{option}: this option needs --dist DIR")
        return None
    if paths:
        raise UsageError("PATH and --dist cannot be combined")
    return Gate(dist, attest, attestation)


class Gate:
    """A shipment, the statement that it is compared with, and the file to write a statement to."""

    def __init__(self, dist: Sequence[str], attest: Path | None, attestation: Path | None) -> None:
        """Read the shipment and the statement; raises `NogrowError`."""
        from nogrow.shipping.gate import gather
        from nogrow.shipping.statement_reader import read_statement

        self._attested: Statement | None = None if attestation is None else read_statement(attestation)
        self._shipment = gather(dist)
        self._attest = attest
        self._contract: str | None = None
        if attest is not None:
            self._refuse_to_overwrite(attest)

    def targets(self, contract: "Contract | None") -> "tuple[Target, ...]":
        """Return the modules to judge."""
        from nogrow.contract.shipped_clauses import digest_of
        from nogrow.shipping.gate import targets_of

        self._contract = digest_of(contract)
        chosen = targets_of(self._shipment, contract)
        if any(target.data is not None for target in chosen):
            for path in self._shipment.without_modules():
                _say(f"{path}: contains no module")
        return chosen

    def host_code(self, targets: "Sequence[Target]") -> "dict[str, tuple[Glue, ...]]":
        """Return the host code that is shipped with the modules, by their paths."""
        from nogrow.shipping.gate import host_code

        return host_code(self._shipment, targets)

    def closed(self, report: "Report") -> "Report":
        """Return the report with the contradictions of wheels and of the statement, and with the counts."""
        from nogrow.shipping.gate import disagreements, with_violations
        from nogrow.shipping.statement_check import compare

        broken: dict[str, tuple[str, ...]] = {}
        if self._attested is not None:
            differences = compare(self._attested, self._shipment, report, self._contract)
            broken.update(differences.broken)
            for note in differences.notes:
                _say(f"note: {note}")
        for path, sentence in disagreements(self._shipment):
            broken[path] = (*broken.get(path, ()), f"{path}: {sentence}")
        return with_violations(report, broken)._replace(shipped=self._shipment.counts)

    def attest(self, report: "Report") -> None:
        """Write the statement if every contract is kept; otherwise say that the file stays as it is."""
        if self._attest is None:
            return
        if report.outcome is not Outcome.KEPT:
            old = "; the file is that of an earlier check" if is_there(self._attest) else ""
            _say(f"{self._attest}: not written, because not every contract is kept{old}")
            return
        from nogrow.shipping.statement import as_text
        from nogrow.shipping.statement_check import statement_of
        from nogrow.util.atomic_write import write_bytes

        write_bytes(self._attest, as_text(statement_of(self._shipment, report, self._contract)).encode())

    def _refuse_to_overwrite(self, file: Path) -> None:
        """Raise `UsageError` for a file that exists and is no statement: naming it can only be a mistake."""
        from nogrow.errors import DocumentError
        from nogrow.shipping.statement_reader import read_statement

        if not is_there(file):
            return
        try:
            read_statement(file)
        except DocumentError as error:
            raise UsageError(
                f"--attest: refusing to overwrite a file that is no statement of nogrow: {error}"
            ) from error


def _say(text: str) -> None:
    click.echo(f"nogrow: {printable(text)}", err=True)
