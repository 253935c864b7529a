"""Where the host code of modules is: named in the contract, beside the module, or in its archive."""

import glob
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.glue_model import Glue
from nogrow.jshost.nearby_scripts import MOST_BYTES, SUFFIXES, Script, likely
from nogrow.pipeline.host_code_match import foreign
from nogrow.wasm.decode import decode
from nogrow.wasm.file import read as read_module
from nogrow.wasm.model import Kind
from nogrow.wasm.sections import is_component

Found = dict[str, tuple[Glue, ...]]


def named(targets: Sequence[Target]) -> tuple[tuple[Target, ...], Found]:
    """Return the targets and, by path, the host code that the contract names for them.

    A target whose host code can't be read becomes one that can't be judged.
    """
    from nogrow.jshost.glue_reader import read

    chosen: list[Target] = []
    found: Found = {}
    known: dict[Path, Glue] = {}
    for target in targets:
        try:
            if target.found:
                files = {file for clause in target.every_clause for file in _files(clause)}
                known |= {file: read(file) for file in sorted(files - known.keys())}
                found[target.path] = tuple(known[file] for file in sorted(files))
            chosen.append(target)
        except UsageError as error:
            chosen.append(target._replace(problem=str(error)))
    return tuple(chosen), found


def is_named(target: Target) -> bool:
    """Whether the contract says what the host code of the target is."""
    return any(clause.js for clause in target.every_clause)


def beside(targets: Iterable[Target]) -> Found:
    """Return, by path, the host code that lies beside modules and belongs to them.

    Targets whose host code the contract names are passed over.
    """
    found: Found = {}
    for target in targets:
        if target.found and target.problem is None and not is_named(target):
            scripts = scripts_beside(target.path)
            found[target.path] = _belonging(target, scripts) if scripts else ()
    return {path: glue for path, glue in found.items() if glue}


def _belonging(target: Target, scripts: Sequence[Script]) -> tuple[Glue, ...]:
    try:
        data = read_module(target.path) if target.data is None else target.data
    except ModuleError:
        # Why it can't be read is said where it is judged.
        return ()
    return belonging(data, target.trusts, scripts)


def belonging(data: bytes, trusts: Callable[[str], bool], scripts: Sequence[Script]) -> tuple[Glue, ...]:
    """Return those of the scripts that belong to the module in `data`, as far as they tell.

    There are none where the module has no need of host code: it imports nothing, or can't grow.
    """
    try:
        if not scripts or is_component(data):
            return ()
        module = decode(data)
    except ModuleError:
        # What is wrong with the module is said where it is judged.
        return ()
    if not module.imported(Kind.FUNCTION) or all(one.maximum == one.minimum for one in module.memories):
        return ()
    candidates = tuple(filter(None, (_parsed(*script) for script in scripts)))
    alone = tuple(one for one in candidates if foreign(module, (one,), trusts) is None)
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
        # A folder that may not be listed: nothing was found in it.
        return ()


def _parsed(name: str, source: bytes) -> Glue | None:
    from nogrow.jshost.glue_reader import parse

    try:
        return parse(name, source)
    except UsageError:
        # Nobody named this file: what can't be read is as if it were not there.
        return None


def _files(clause: ArtifactContract) -> Iterator[Path]:
    """The files that the clause names; raises `UsageError` for a glob or a path that matches none."""
    for pattern in clause.js:
        files = [Path(hit) for hit in glob.glob(pattern, recursive=True)]  # noqa: PTH207
        files = [file for file in files if file.is_file()]
        if not files:
            raise UsageError(f"no file matches `js` of its contract: {Path(pattern)}")
        yield from files
