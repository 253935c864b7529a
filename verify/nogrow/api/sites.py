"""List the grow sites of a module: what `nogrow sites` does."""

from typing import TYPE_CHECKING

from nogrow.api.inputs import StrPath, contract_at, path_of

if TYPE_CHECKING:
    from nogrow.report.model import Report


def sites(path: StrPath, *, contract: StrPath | None = None, list_paths: bool = True) -> "Report":
    """Return the report on the module at `path`, whose host code need not be known.

    `contract` and `list_paths` are as in `nogrow.check`. Raises `Error` for a wrong contract.
    """
    named = path_of(path, "path")
    rules = contract_at(contract)
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check

    chosen = targets(rules, (named,))
    return check(rules, chosen, judge=judge, lists_paths=list_paths, require_host_code=False)
