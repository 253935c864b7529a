"""This module reads `seal` in the clauses of a contract."""

import posixpath

from nogrow.contract.model import Seal
from nogrow.contract.patterns import members, split_number
from nogrow.rewrite.rewrite import Mode
from nogrow.util.document import Node

_MODES = {mode.value: mode for mode in Mode}
_SCENARIOS = "scenarios"


def seal_of(table: Node, path: str) -> Seal:
    """Return what `seal` says in the clause for `path`.

    Raises `ContractError` also if the clause is about something that cannot be sealed: a member of an
    archive, a part of a component, or a file outside the contract's folder, whose copy would have no place in
    the output folder.
    """
    table.object(("mode", "pages"))
    if len(members(path)) > 1:
        raise table.error("a member of an archive cannot be sealed: name the built file in `path`")
    if split_number(path)[1] is not None:
        raise table.error("a core module of a component cannot be sealed alone: name the component in `path`")
    if posixpath.isabs(path) or path.split("/")[0] == "..":
        raise table.error("only a file below the contract's folder can be sealed")
    mode = table.at("mode", "cap, deny, trap or reserve").choice("mode", _MODES)
    pages = table.get("pages")
    if pages is None:
        return Seal(mode)
    if not mode.sets_limits:
        raise pages.error(f"{mode.value} does not change the pages; only cap and reserve do")
    if not isinstance(pages.value, str):
        return Seal(mode, pages.integer(1))
    if pages.value != _SCENARIOS:
        raise pages.unexpected(f'an integer of at least 1 or "{_SCENARIOS}"')
    if mode is not Mode.RESERVE:
        raise pages.error(f'"{_SCENARIOS}" is for the mode reserve; expected an integer of at least 1')
    return Seal(mode, "scenarios")
