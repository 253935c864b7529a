"""From the modules of a report back to the lines of the contract file that are about them."""

from collections.abc import Iterable
from pathlib import Path

from nogrow.contract.key_lines import line_of
from nogrow.contract.load import load
from nogrow.contract.model import Contract
from nogrow.contract.paths import MEMBER, split_number
from nogrow.contract.select import targets
from nogrow.contract.shipped_clauses import clauses_at
from nogrow.errors import ContractError


class Origins:
    """The lines that give the paths of a contract's artifacts; nothing is read before it is asked for.

    A contract that can't be read any more has none.
    """

    def __init__(self, contract: str | None, paths: Iterable[str]) -> None:
        """`contract` is the path of the contract file, `paths` are those of the report's artifacts."""
        self._contract = contract
        self._paths = paths
        self._text = ""
        self._clauses: dict[str, int] | None = None
        self._lines: dict[int, int] = {}

    def line(self, path: str) -> int | None:
        """The line (from 1) with the `path` that the module at `path` is held to, None if there is none."""
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
    """The number of the clause of each path that has one."""
    numbers = {clause: number for number, clause in enumerate(contract.artifacts)}
    # Of a component's core modules, the contract may name the one or the file.
    files = {path: without_number(path) for path in paths}
    by_file = {one.path: numbers.get(one.clause) for one in targets(contract, tuple(files.values()))}
    spelled = {str(contract.path.parent / one.path): number for one, number in numbers.items()}
    found = {path: spelled.get(path, by_file.get(file)) for path, file in files.items()}
    for path in paths:
        if MEMBER in path and (clauses := clauses_at(contract, path)):
            found[path] = numbers[clauses[0]]
    return {path: number for path, number in found.items() if number is not None}


def without_number(path: str) -> str:
    """The file of a core module that is called `FILE#NUMBER`; any other path as it is."""
    return split_number(path)[0]
