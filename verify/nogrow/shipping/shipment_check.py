"""Judge what is shipped: hold a shipment to its statement, and state what was found."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from nogrow.contract.model import Contract
from nogrow.contract.select import Target
from nogrow.contract.shipped_clauses import digest_of
from nogrow.jshost.model import Glue
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
from nogrow.shipping.sealed_copies import sealed_copies
from nogrow.shipping.statement import as_text, read_statement
from nogrow.shipping.statement_check import compare, statement_of


class ShipmentCheck:
    """A shipment, and the statement that it is compared with."""

    def __init__(self, dist: Sequence[str], attestation: Path | None, contract: Contract | None) -> None:
        """Read the shipment at the paths and the statement, if there is one; raises `Error`."""
        self._attested = None if attestation is None else read_statement(attestation)
        self._shipment = gather(dist)
        self._contract = digest_of(contract)
        self._copies = sealed_copies(contract)
        self.targets = targets_of(self._shipment, contract, self._copies)

    def host_code(self, targets: Sequence[Target]) -> dict[str, tuple[Glue, ...]]:
        """Return the host code that is shipped with the modules, by their paths."""
        return host_code(self._shipment, targets)

    def closed(self, report: Report) -> Report:
        """Return the report with the counts of the shipment, and with violations, notes and the statement.

        A file violates NG011 if its wheel contradicts itself, if the statement describes another shipment, if
        the contract says that its sealed copy is shipped, or if it is a stressed copy. A note is about a file
        that is a sealed copy. There is a statement only if every contract is kept.
        """
        broken: dict[str, tuple[str, ...]] = {}
        notes = list(self._without_modules())
        if self._attested is not None:
            differences = compare(self._attested, self._shipment, report, self._contract, self._copies)
            broken.update(differences.broken)
            notes += (f"note: {note}" for note in differences.notes)
        sentences = (
            *disagreements(self._shipment),
            *originals(self._shipment, self._copies),
            *stressed(self._shipment),
        )
        for path, sentence in sentences:
            broken[path] = (*broken.get(path, ()), f"{path}: {sentence}")
        report = with_notes(with_violations(report, broken), self._shipment, self._copies)
        report = report._replace(shipped=self._shipment.counts, notes=tuple(notes))
        if report.outcome is not Outcome.KEPT:
            return report
        statement = statement_of(self._shipment, report, self._contract, self._copies)
        return report._replace(statement=as_text(statement))

    def _without_modules(self) -> Iterator[str]:
        """Yield a note for each archive that contains no module, where another file contains one."""
        if any(target.data is not None for target in self.targets):
            for path in self._shipment.without_modules():
                yield f"{path}: contains no module"
