"""This module finds the lines of a contract file that the modules of a report are held to."""

from collections.abc import Iterable
from pathlib import Path

from nogrow.contract.key_lines import line_of
from nogrow.contract.load import load
from nogrow.contract.model import Contract
from nogrow.contract.paths import MEMBER, split_number
from nogrow.contract.select import targets
from nogrow.contract.shipped_clauses import clauses_at
from nogrow.errors import ContractError


class ClauseLines:
    """The lines of a contract file with the paths of its artifacts.

    The file is read when a line is first asked for; a file that has become unreadable has no lines.
    """

    def __init__(self, contract: str | None, paths: Iterable[str]) -> None:
        """Prepare for the contract file at the path `contract` and the report's artifacts at `paths`."""
        self._contract = contract
        self._paths = paths
        self._text = ""
        self._clauses: dict[str, int] | None = None
        self._lines: dict[int, int] = {}

    def line(self, path: str) -> int | None:
        """Return the line (from 1) with the `path` of the clause for the module at `path`, None if none."""
        if self._clauses is None:
            self._clauses = self._read()
        clause = self._clauses.get(path)
        if clause is None:
            return None
        if clause not in self._lines:
            self._lines[clause] = line_of(self._text, ("artifact", clause, "path"))
        return self._lines[clause]

    def _read(self) -> dict[str, int]:
        if self._contract is None:
            return {}
        try:
            contract = load(Path(self._contract))
            self._text = contract.path.read_text(encoding="utf-8")
        except (ContractError, OSError, UnicodeDecodeError):
            return {}
        return _clauses(contract, tuple(self._paths))


def _clauses(contract: Contract, paths: tuple[str, ...]) -> dict[str, int]:
    """Return the number of the clause for each path that has one."""
    numbers = {clause: number for number, clause in enumerate(contract.artifacts)}
    # The contract may name a core module or the component that contains it.
    files = {path: without_number(path) for path in paths}
    by_file = {target.path: numbers.get(target.clause) for target in targets(contract, tuple(files.values()))}
    by_path = {str(contract.path.parent / clause.path): number for clause, number in numbers.items()}
    found = {path: by_path.get(path, by_file.get(file)) for path, file in files.items()}
    for path in paths:
        if MEMBER in path and (clauses := clauses_at(contract, path)):
            found[path] = numbers[clauses[0]]
    return {path: number for path, number in found.items() if number is not None}


def without_number(path: str) -> str:
    """Return the file of a path `FILE#NUMBER`, and any other path unchanged."""
    return split_number(path)[0]
