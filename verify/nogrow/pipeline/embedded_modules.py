"""Judge the modules that are written in a script or page where they are: single-file builds, data URLs."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from nogrow.contract.select import Target
from nogrow.errors import ModuleError
from nogrow.jshost.model import Glue
from nogrow.jshost.parse import JAVASCRIPT, TYPESCRIPT
from nogrow.wasm.file import read
from nogrow.wasm.sections import MAGIC

SUFFIXES = frozenset((*JAVASCRIPT, *TYPESCRIPT, ".html", ".htm"))
NOTHING_WRITTEN = "it is no module, and no module is written in it: name the .wasm file"


def may_embed(target: Target) -> bool:
    """Return whether the target is a file in which modules may be written."""
    suffix = PurePath(target.path).suffix.lower()
    return suffix in SUFFIXES and target.found and target.data is None and target.problem is None


def with_embedded(targets: Sequence[Target]) -> tuple[tuple[Target, ...], dict[str, tuple[Glue, ...]]]:
    """Return the targets, with the modules in scripts in place of the scripts, and the host code of those.

    A module is named `FILE!ENCODING`, as in a shipped file. Its script is its host code, too.
    """
    glue: dict[str, tuple[Glue, ...]] = {}
    found: list[Target] = []
    for target in targets:
        found += _embedded(target, glue) if may_embed(target) else (target,)
    return tuple(found), glue


def _embedded(target: Target, glue: dict[str, tuple[Glue, ...]]) -> Iterator[Target]:
    # Imported here, because most targets are modules.
    from nogrow.archives.archive import SEPARATOR, contents
    from nogrow.archives.unpack_limits import Budget, Limits, UnsafeArchiveError
    from nogrow.pipeline.host_code import of_module
    from nogrow.pipeline.named_host_code import is_named

    try:
        data = read(target.path)
        if data.startswith(MAGIC):
            yield target
            return
        inside = contents(target.path, data, Budget(Limits(), len(data), 0))
    except (ModuleError, UnsafeArchiveError) as error:
        yield target._replace(problem=str(error))
        return
    if not inside.modules:
        yield target._replace(problem=NOTHING_WRITTEN)
    for module in inside.modules:
        path = SEPARATOR.join((target.path, *module.members))
        if not is_named(target):
            glue[path] = of_module(module.data, target.trusts, module.scripts)
        yield target._replace(path=path, data=module.data)
