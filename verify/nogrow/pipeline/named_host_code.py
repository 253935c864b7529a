"""Read the host code that the user names, in a contract or by an option, and analyse it if necessary."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.model import Glue
from nogrow.util.paths import matching, slashed
from nogrow.wasm.decode import decode
from nogrow.wasm.file import read
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.sections import is_component

GlueByPath = dict[str, tuple[Glue, ...]]


def text_at(path: Path) -> Glue:
    """Return the host code in the file before it is analysed; raises `UsageError` without the file.

    What can't be read has a problem.
    """
    from nogrow.jshost.imports import text_of

    try:
        return Glue(slashed(path), (), text_of(path), is_text=True)
    except ModuleError as error:
        return Glue(slashed(path), (), b"", problem=str(error))


def analysed(file: Glue) -> Glue:
    """Return the host code with what it serves, or with a problem if it can't be analysed."""
    if not file.is_text:
        return file
    from nogrow.jshost.imports import analyse

    try:
        return analyse(file.file, file.source)
    except ModuleError as error:
        return file._replace(problem=str(error), is_text=False)


def needs_host_code(target: Target) -> bool:
    """Return whether the verdicts of the target depend on its host code: it has imports, and may grow."""
    try:
        data = read(target.path) if target.data is None else target.data
        if is_component(data):
            return True
        module = decode(data)
    except ModuleError:
        # The error is reported when the module is judged.
        return False
    return bool(module.imported(Kind.FUNCTION)) and not cannot_grow(module)


def named(targets: Sequence[Target]) -> tuple[tuple[Target, ...], GlueByPath]:
    """Return the targets and, by path, the host code that the contract names for them, not analysed.

    A target for which the contract names no file that exists becomes one that can't be judged.
    """
    read_once = cache(text_at)
    usable: list[Target] = []
    by_path: GlueByPath = {}
    for target in targets:
        try:
            if target.found:
                files = {file for clause in target.every_clause for file in _files(clause)}
                by_path[target.path] = tuple(map(read_once, sorted(files)))
            usable.append(target)
        except UsageError as error:
            usable.append(target._replace(problem=str(error)))
    return tuple(usable), by_path


def _files(clause: ArtifactContract) -> Iterator[Path]:
    """Yield the files that the clause names; raises `UsageError` for a glob or a path that matches none."""
    for pattern in clause.js:
        files = [file for file in map(Path, matching(pattern)) if file.is_file()]
        if not files:
            raise UsageError(f"no file matches `js` of its contract: {slashed(Path(pattern))}")
        yield from files


def is_named(target: Target) -> bool:
    """Return whether the contract names the host code of the target."""
    return any(clause.js for clause in target.every_clause)


def cannot_grow(module: Module) -> bool:
    """Return whether the maximum of each memory is its minimum."""
    return all(memory.maximum == memory.minimum for memory in module.memories)
