"""This module finds the line of a contract file with the clause for each module of a report."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from nogrow.contract.load import load
from nogrow.contract.model import Contract
from nogrow.contract.patterns import MEMBER, without_number
from nogrow.contract.select import targets
from nogrow.contract.shipped_clauses import clauses_at
from nogrow.contract.tomlfile import line_of
from nogrow.errors import ContractError
from nogrow.util.paths import joined


class ClauseLines:
    """The lines of a contract file on which its clauses name their artifacts.

    The first call of `line` reads the file. For a file that has become unreadable, there are no lines.
    """

    def __init__(self, contract: str | None, paths: Iterable[str]) -> None:
        """Prepare for the contract file at the path `contract` and the report's artifacts at `paths`."""
        self._contract = contract
        self._paths = paths
        self._lines: dict[int, int] = {}

    def line(self, path: str) -> int | None:
        """Return the line (from 1) with the `path` of the clause for the module at `path`, None if none."""
        text, clauses = self._clauses
        clause = clauses.get(path)
        if clause is not None and clause not in self._lines:
            self._lines[clause] = line_of(text, ("artifact", clause, "path"))
        return None if clause is None else self._lines[clause]

    @cached_property
    def _clauses(self) -> tuple[str, dict[str, int]]:
        """The text of the contract, and the number of the clause for each path that has one."""
        try:
            contract = load(Path(self._contract or ""))
            return contract.path.read_text(encoding="utf-8-sig"), _numbers(contract, tuple(self._paths))
        except (ContractError, OSError, UnicodeDecodeError):
            return "", {}


def _numbers(contract: Contract, paths: tuple[str, ...]) -> dict[str, int]:
    numbers = {clause: number for number, clause in enumerate(contract.artifacts)}
    # The contract may name a core module or the component that contains it.
    files = {path: without_number(path) for path in paths}
    by_file = {target.path: numbers.get(target.clause) for target in targets(contract, tuple(files.values()))}
    by_path = {joined(contract.path.parent, clause.path): number for clause, number in numbers.items()}
    found = {path: by_path.get(path, by_file.get(file)) for path, file in files.items()}
    for path in paths:
        if MEMBER in path and (clauses := clauses_at(contract, path)):
            found[path] = numbers[clauses[0]]
    return {path: number for path, number in found.items() if number is not None}
