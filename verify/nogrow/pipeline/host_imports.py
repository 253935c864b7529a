"""Find out what host code does behind the imports of a core module, and refuse code of another module."""

from collections.abc import Sequence

from nogrow.analysis.emscripten_abi import Effects
from nogrow.analysis.judgement import Judgement
from nogrow.errors import ModuleError
from nogrow.jshost.model import Glue
from nogrow.pipeline.clauses import Clauses, trusted_by_all
from nogrow.wasm.model import Kind


def host_effects(data: bytes, clauses: Clauses, glue: Sequence[Glue]) -> Effects:
    """Return what the host code says of the imports of the core module in `data`.

    Raises `ModuleError` where the host code is not that of the module.
    """
    from nogrow.pipeline.host_code_match import effects, foreign
    from nogrow.wasm.decode import decode

    module = decode(data)
    # A memory that can't grow has no need of host code.
    if all(memory.maximum == memory.minimum for memory in module.memories):
        return {}
    reason = foreign(module, glue, trusted_by_all(clauses))
    if reason is not None:
        raise ModuleError(reason)
    return effects((item.label for item in module.imported(Kind.FUNCTION)), glue)


def refuse_unknown_names(data: bytes, judgement: Judgement, clauses: Clauses) -> None:
    """Raise `ModuleError` where imports with minified names may grow a memory that the host sees."""
    if all(memory.fixed for memory in judgement.memories if memory.visible):
        return
    from nogrow.pipeline.host_code_match import may_be_minified, without_host_code
    from nogrow.wasm.decode import decode

    trusts = trusted_by_all(clauses)
    reached = [name for name in judgement.imports if not trusts(name)]
    reason = without_host_code(decode(data), reached) if any(map(may_be_minified, reached)) else None
    if reason is not None:
        raise ModuleError(reason)
