"""Refuse modules in which an import with a minified name may grow the memory."""

from collections.abc import Iterable, Sequence

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.minified_imports import is_short, minified
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import trusted_by_all
from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module

_FEW = 8
ASK = (
    "name the JavaScript that belongs to the module with --js FILE (or --glue FILE), "
    "or trust these imports in the contract"
)


def refuse_unknown_names(data: bytes, judgement: Judgement, clauses: Sequence[ArtifactContract]) -> None:
    """Raise `ModuleError` where imports with minified names may grow the memory."""
    trusts = trusted_by_all(clauses)
    reached = [name for name in judgement.imports if not trusts(name)]
    # The module is decoded again only if one of the fields is so short that it may be minified.
    may_be_minified = any(is_short(label.rpartition(".")[2]) for label in reached)
    if may_be_minified and (reason := why_host_code_is_needed(decode(data), reached)):
        raise ModuleError(reason)


def why_host_code_is_needed(module: Module, reached: Iterable[str], ask: str = ASK) -> str | None:
    """Return why a module that may grow can't be judged without host code, None if it can.

    `reached` are the imports that entry points reach and no clause trusts.
    """
    unknown = sorted(minified(module) & set(reached))
    if not unknown:
        return None
    return (
        f"its imports have minified names, and one of them may grow the memory: {listed_few(unknown)}; {ask}"
    )


def listed_few(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {more} more" if more > 0 else "")
