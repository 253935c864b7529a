"""Write copies of modules that cannot grow: what `nogrow seal` does, but for the file."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from nogrow.api.inputs import BYTES, AnyContract, Bytes, StrPath, contract_at, module_of
from nogrow.errors import ModuleError, UsageError

if TYPE_CHECKING:
    from nogrow.contract.model import ArtifactContract
    from nogrow.rewrite.rewrite import Mode
    from nogrow.scenarios.sealing import SealedCopy

ModeName = Literal["cap", "deny", "trap", "reserve"]
AllPages = int | Mapping[int, int] | Literal["scenarios"] | None
"""The pages of each memory, or those of single memories by their index, or what the scenarios reach."""


def seal(
    module: StrPath | Bytes,
    *,
    mode: "ModeName | Mode | None" = "reserve",
    pages: AllPages = None,
    contract: AnyContract = None,
) -> "SealedCopy":
    """Return a copy of a module or component that cannot grow its memory; nothing is written to a file.

    The copy is validated and judged. With `reserve`, the contract's scenarios for a file must end the same in
    the copy.

    - `mode` is reserve, cap, deny or trap; None takes the mode and the pages from the contract's clause.
    - `pages` are those of each memory with `reserve` and `cap`: a number, a number for each memory by its
      index, or "scenarios" for what the contract's scenarios reach and a quarter more.
    - `contract` is the contract file; the default is `nogrow.toml` in the working folder, if it exists.

    Raises `nogrow.Error` if the module can't be judged or sealed in this mode, or with this number of pages.

    >>> copy = nogrow.seal("app.wasm", mode="reserve", pages=64)
    >>> nogrow.prove(copy.data).verdict
    Verdict.ABSENT
    """
    path, data = module_of(module)
    _require_numbers(pages)
    from nogrow.contract.seal_clauses import scenarios_of
    from nogrow.scenarios.sealing import pages_of_scenarios
    from nogrow.scenarios.sealing import seal as seal_module
    from nogrow.wasm.file import read
    from nogrow.wasm.runtime import Engine

    chosen = None if mode is None else _mode(mode)
    clauses = _clauses(path, contract) if chosen is None or chosen.value == "reserve" else ()
    if chosen is None:
        chosen, pages = _from_clauses(clauses, path, pages)
    elif pages == "scenarios" and chosen.value != "reserve":
        raise UsageError("the pages that scenarios reach are for the mode reserve only")
    scenarios = scenarios_of(clauses)
    try:
        data = read(path or BYTES) if data is None else data
        reached = pages_of_scenarios(data, scenarios) if isinstance(pages, str) else None
        copy = seal_module(data, chosen, reached if isinstance(pages, str) else pages, Engine(), scenarios)
    except ModuleError as error:
        raise ModuleError(f"{path or BYTES}: {error}") from error
    if reached is None:
        return copy
    note = f"{reached} pages are reserved: what the scenarios reach, and a quarter more"
    return copy._replace(notes=(note, *copy.notes))


def _require_numbers(pages: AllPages) -> None:
    """Raise `UsageError` for pages that are no numbers."""
    numbers = (*pages, *pages.values()) if isinstance(pages, Mapping) else (pages,)
    if pages not in (None, "scenarios") and not all(
        type(number) is int and number >= 0 for number in numbers
    ):
        raise UsageError(f"pages: expected a number, numbers by memory or 'scenarios', not {pages!r}")


def _mode(mode: "ModeName | Mode") -> "Mode":
    from nogrow.rewrite.rewrite import Mode

    try:
        return Mode(mode)
    except ValueError as error:
        names = ", ".join(known.value for known in Mode)
        raise UsageError(f"unknown mode {mode!r}; expected one of {names}") from error


def _from_clauses(
    clauses: "tuple[ArtifactContract, ...]", path: str | None, pages: AllPages
) -> "tuple[Mode, AllPages]":
    """Return what the clauses for the file say; raises `UsageError` if they do not say it."""
    from nogrow.contract.seal_clauses import seal_in

    if pages is not None:
        raise UsageError("pages: these need a mode")
    wanted = None if path is None else seal_in(clauses, path)
    if wanted is None:
        raise UsageError(
            f"{path or BYTES}: no mode: choose reserve, cap, deny or trap, or add `seal` to the contract's "
            "clause for the file"
        )
    return wanted.mode, wanted.pages


def _clauses(path: str | None, contract: AnyContract) -> "tuple[ArtifactContract, ...]":
    """Return the clauses that the contract has for the file."""
    rules = None if path is None else contract_at(contract)
    if path is None or rules is None or not os.path.isfile(path):  # noqa: PTH113
        return ()
    from nogrow.contract.select import targets

    return tuple(clause for target in targets(rules, (path,)) for clause in target.clauses)
