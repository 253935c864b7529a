"""Find the host code of a module that is stressed, for which no contract can trust an import.

A stressed copy calls the import that grows the memory, so it must not take its name from another build.
"""

from collections.abc import Sequence

from nogrow.analysis.minified_imports import minified
from nogrow.analysis.surroundings import NOTHING_KNOWN, Surroundings
from nogrow.errors import ModuleError
from nogrow.jshost.model import Glue
from nogrow.pipeline.host_code import of_module, scripts_beside, why_foreign
from nogrow.pipeline.host_effects import host_effects
from nogrow.pipeline.minified_imports import why_host_code_is_needed
from nogrow.pipeline.named_host_code import cannot_grow
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from nogrow.wasm.sections import is_component

NAME_IT = "name the JavaScript that belongs to the module with --js FILE (or --glue FILE)"


def host_code_beside(path: str, data: bytes) -> tuple[Glue, ...]:
    """Return the host code in the folder of the module at `path` that belongs to it."""
    return of_module(data, lambda label: False, scripts_beside(path))


def surroundings_of(data: bytes, glue: Sequence[Glue], ask: str = NAME_IT) -> Surroundings:
    """Return what the host code says of the imports of the module in `data`.

    Raises `ModuleError`, which ends with `ask`, where the imports have minified names, and no file serves
    them or the files are of several builds.
    """
    if is_component(data):
        return NOTHING_KNOWN
    fitting = _fitting(decode(data), glue, ask)
    if not fitting:
        return NOTHING_KNOWN
    growers = frozenset(grower.label for file in fitting for grower in file.growers)
    return Surroundings(growers=growers, effects=host_effects(data, (), fitting).effects)


def _fitting(module: Module, glue: Sequence[Glue], ask: str) -> Sequence[Glue]:
    """Return the files that serve the minified imports of the module, all if it has none."""
    short = minified(module)
    if cannot_grow(module) or not short:
        return glue
    if not glue:
        raise ModuleError(why_host_code_is_needed(module, short, ask) or ask)

    def is_readable(label: str) -> bool:
        return label not in short

    fitting = [file for file in glue if why_foreign(module, (file,), is_readable) is None]
    if not fitting and (reason := why_foreign(module, glue, is_readable, ask)):
        raise ModuleError(reason)
    builds: dict[frozenset[str], str] = {}
    for file in fitting:
        if growing := frozenset(grower.label for grower in file.growers) & short:
            builds.setdefault(growing, file.file)
    if len(builds) > 1:
        raise ModuleError(f"{' and '.join(sorted(builds.values()))} are of different builds; {ask}")
    return fitting
