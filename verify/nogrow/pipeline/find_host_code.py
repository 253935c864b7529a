"""Find the host code of modules: named in the contract, beside the module, or in its archive."""

import glob
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.model import Glue
from nogrow.jshost.nearby_scripts import MOST_BYTES, SUFFIXES, Script, likely
from nogrow.pipeline.host_code_match import foreign
from nogrow.wasm.decode import decode
from nogrow.wasm.file import read as read_module
from nogrow.wasm.model import Kind
from nogrow.wasm.sections import is_component

GlueByPath = dict[str, tuple[Glue, ...]]


def named(targets: Sequence[Target]) -> tuple[tuple[Target, ...], GlueByPath]:
    """Return the targets and, by path, the host code that the contract names for them.

    A target whose host code can't be read becomes one that can't be judged.
    """
    from nogrow.jshost.imports import read

    usable: list[Target] = []
    by_path: GlueByPath = {}
    known: dict[Path, Glue] = {}
    for target in targets:
        try:
            if target.found:
                files = {file for clause in target.every_clause for file in _files(clause)}
                known |= {file: read(file) for file in sorted(files - known.keys())}
                by_path[target.path] = tuple(known[file] for file in sorted(files))
            usable.append(target)
        except UsageError as error:
            usable.append(target._replace(problem=str(error)))
    return tuple(usable), by_path


def is_named(target: Target) -> bool:
    """Return whether the contract names the host code of the target."""
    return any(clause.js for clause in target.every_clause)


def beside(targets: Iterable[Target]) -> GlueByPath:
    """Return, by path, the host code that is in the folder of each module and belongs to it.

    Targets whose host code the contract names are left out.
    """
    by_path: GlueByPath = {}
    for target in targets:
        if target.found and target.problem is None and not is_named(target):
            scripts = scripts_beside(target.path)
            by_path[target.path] = _belonging(target, scripts) if scripts else ()
    return {path: glue for path, glue in by_path.items() if glue}


def _belonging(target: Target, scripts: Sequence[Script]) -> tuple[Glue, ...]:
    try:
        data = read_module(target.path) if target.data is None else target.data
    except ModuleError:
        # The error is reported when the module is judged.
        return ()
    return belonging(data, target.trusts, scripts)


def belonging(data: bytes, trusts: Callable[[str], bool], scripts: Sequence[Script]) -> tuple[Glue, ...]:
    """Return the scripts that belong to the module in `data`, as far as that can be told.

    None are returned for a module that needs no host code: it imports nothing, or can't grow.
    """
    try:
        if not scripts or is_component(data):
            return ()
        module = decode(data)
    except ModuleError:
        # The error is reported when the module is judged.
        return ()
    if not module.imported(Kind.FUNCTION) or all(
        memory.maximum == memory.minimum for memory in module.memories
    ):
        return ()
    candidates = tuple(filter(None, (_parsed(*script) for script in scripts)))
    alone = tuple(glue for glue in candidates if foreign(module, (glue,), trusts) is None)
    if alone or not candidates:
        return alone
    return candidates if foreign(module, candidates, trusts) is None else ()


def scripts_beside(path: str) -> tuple[Script, ...]:
    """Return the scripts in the folder of the module at `path` that may belong to it."""
    folder = Path(path).parent
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES and file.is_file())
        small = [file for file in files if file.stat().st_size <= MOST_BYTES]
        return likely(path, [(str(file), file.read_bytes()) for file in small])
    except OSError:
        # The folder may not be listed, and no option names it: it is as if it had no scripts.
        return ()


def _parsed(name: str, source: bytes) -> Glue | None:
    from nogrow.jshost.imports import analyse

    try:
        return analyse(name, source)
    except UsageError:
        # No option names this file: one that can't be read is as if it did not exist.
        return None


def _files(clause: ArtifactContract) -> Iterator[Path]:
    """Yield the files that the clause names; raises `UsageError` for a glob or a path that matches none."""
    for pattern in clause.js:
        files = [Path(hit) for hit in glob.glob(pattern, recursive=True)]  # noqa: PTH207
        files = [file for file in files if file.is_file()]
        if not files:
            raise UsageError(f"no file matches `js` of its contract: {Path(pattern)}")
        yield from files
