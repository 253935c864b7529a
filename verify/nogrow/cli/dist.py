"""`nogrow check --dist`: what is going to be shipped, and statements about it; loaded only if asked for."""

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
    from nogrow.jshost.glue_model import Glue
    from nogrow.report.result import Report
    from nogrow.shipping.statement import Statement


def gate_of(
    paths: Sequence[str], dist: Sequence[str], attest: Path | None, attestation: Path | None
) -> "Gate | None":
    """What holds the shipment at `dist` to account, None if the options are not about one."""
    if not dist:
        for option, file in (("--attest", attest), ("--attestation", attestation)):
            if file is not None:
                raise UsageError(f"{option}: say with --dist DIR what is shipped")
        return None
    if paths:
        raise UsageError("PATH or --dist: in one call, either what was built or what is shipped is judged")
    return Gate(dist, attest, attestation)


class Gate:
    """A shipment, the statement that it is held to, and the one that is written of it."""

    def __init__(self, dist: Sequence[str], attest: Path | None, attestation: Path | None) -> None:
        """Reads the shipment and the statement; raises `NogrowError`."""
        from nogrow.shipping.gate import gather
        from nogrow.shipping.statement_reader import read_statement

        self._attested: Statement | None = None if attestation is None else read_statement(attestation)
        self._shipment = gather(dist)
        self._attest = attest
        self._contract: str | None = None
        if attest is not None:
            self._spare(attest)

    def targets(self, contract: "Contract | None") -> "tuple[Target, ...]":
        """What is to be judged."""
        from nogrow.contract.shipped_clauses import digest_of
        from nogrow.shipping.gate import targets_of

        self._contract = digest_of(contract)
        chosen = targets_of(self._shipment, contract)
        if any(target.data is not None for target in chosen):
            for path in self._shipment.without_modules():
                _say(f"{path}: no module in it")
        return chosen

    def host_code(self, targets: "Sequence[Target]") -> "dict[str, tuple[Glue, ...]]":
        """The host code that is shipped with the modules, by their paths."""
        from nogrow.shipping.gate import host_code

        return host_code(self._shipment, targets)

    def closed(self, report: "Report") -> "Report":
        """The report with what wheels and the statement say otherwise, and with what was looked at."""
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
        """Write the statement if all is kept; if not, say that the file stays as it is."""
        if self._attest is None:
            return
        if report.outcome is not Outcome.KEPT:
            left = ", and is still that of an earlier check" if is_there(self._attest) else ""
            _say(f"{self._attest}: not written{left}: only what is kept is attested")
            return
        from nogrow.shipping.statement import as_text
        from nogrow.shipping.statement_check import statement_of
        from nogrow.util.atomic_write import write_bytes

        write_bytes(self._attest, as_text(statement_of(self._shipment, report, self._contract)).encode())

    def _spare(self, file: Path) -> None:
        """Raises `UsageError` for a file that is there and no statement: naming it can only be a mistake."""
        from nogrow.errors import DocumentError
        from nogrow.shipping.statement_reader import read_statement

        if not is_there(file):
            return
        try:
            read_statement(file)
        except DocumentError as error:
            raise UsageError(
                f"--attest: not written over, as it is no statement of nogrow: {error}"
            ) from error


def _say(text: str) -> None:
    click.echo(f"nogrow: {printable(text)}", err=True)
