"""Load what callers name: paths, the contract, the lock and host code."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nogrow.errors import UsageError
from nogrow.util.paths import native, slashed

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned
    from nogrow.contract.model import Contract
    from nogrow.jshost.model import Glue

StrPath = str | os.PathLike[str]
"""A path, as a text or a `pathlib.Path`."""

AnyContract = StrPath | Mapping[str, object] | None
"""A contract file, or its contents as data, or None for the default one."""

DEFAULT_CONTRACT = Path("nogrow.toml")
DEFAULT_LOCK = "nogrow.lock"
BYTES = "<bytes>"
"""The name, in messages, of a module that was given as bytes."""


class Bytes(Protocol):
    """An object that gives access to bytes: `bytes`, `bytearray`, `memoryview`, or a mapped file."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


def paths_of(paths: StrPath | Iterable[StrPath], name: str) -> tuple[str, ...]:
    """Return one or several paths as texts; raises `UsageError` about `name` for anything else."""
    if isinstance(paths, str | os.PathLike):
        paths = (paths,)
    if isinstance(paths, bytes | bytearray | memoryview) or not isinstance(paths, Iterable):
        raise UsageError(f"{name}: expected paths, not {type(paths).__name__}")
    return tuple(path_of(path, name) for path in paths)


def path_of(path: StrPath, name: str) -> str:
    """Return a path as a text with slashes; raises `UsageError` about `name` for anything else."""
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str):
        raise UsageError(f"{name}: expected a path, not {type(path).__name__}")
    if "\0" in text:
        raise UsageError(f"{name}: a path cannot contain a NUL character: {text!r}")
    return slashed(native(text))


def texts_of(texts: str | Iterable[str], name: str) -> tuple[str, ...]:
    """Return one or several texts; raises `UsageError` about `name` for anything else."""
    if not isinstance(texts, Iterable):
        raise UsageError(f"{name}: expected texts, not {type(texts).__name__}")
    values = (texts,) if isinstance(texts, str) else tuple(texts)
    for value in values:
        if not isinstance(value, str):
            raise UsageError(f"{name}: expected texts, not {type(value).__name__}")
    return values


def module_of(module: StrPath | Bytes, name: str = "module") -> tuple[str | None, bytes | None]:
    """Return the path of a module or its bytes; raises `UsageError` about `name` for anything else."""
    if isinstance(module, str | os.PathLike):
        return path_of(module, name), None
    if isinstance(module, bytes):
        return None, module
    try:
        return None, bytes(memoryview(module))
    except TypeError as error:
        raise UsageError(f"{name}: expected a path or bytes, not {type(module).__name__}") from error


def contract_at(path: AnyContract) -> "Contract | None":
    """Return the contract in the file `path`, or in the default one if it exists, or the one that is data.

    Raises `ContractError`.
    """
    if isinstance(path, Mapping):
        from nogrow.contract.load import load_mapping

        return load_mapping(path)
    # A dangling link means that the contract is lost, not that the project has none.
    if path is None and not os.path.lexists(DEFAULT_CONTRACT):
        return None
    from nogrow.contract.load import load

    return load(DEFAULT_CONTRACT if path is None else Path(path_of(path, "contract")))


def host_code_at(paths: Sequence[StrPath]) -> "list[Glue]":
    """Read the host code at the paths, without analysing it; raises `UsageError` for a path without any."""
    if not paths:
        return []
    from nogrow.jshost.nearby_scripts import scripts_at
    from nogrow.pipeline.named_host_code import text_at

    return [text_at(script) for path in paths for script in scripts_at(Path(path))]


def lock_at(path: Path | None, contract: "Contract | None") -> Path:
    """Return the path of the lock file: `path`, or else beside the contract or in the working folder."""
    return path or (contract.path.parent if contract else Path()) / DEFAULT_LOCK


def pinned_in(
    path: Path | None, contract: "Contract | None", *, locked: bool, exact: bool, whole: bool
) -> "Pinned | None":
    """Return the lock that modules are compared with, None if nothing asks for it.

    `whole` says that all modules in the lock are checked. Raises `Error` if the lock can't be read.
    """
    if not (locked or exact or path):
        return None
    from nogrow.baseline.lock_file import load
    from nogrow.baseline.regressions import Pinned
    from nogrow.wasm.file import is_there

    lock_path = lock_at(path, contract)
    if not is_there(lock_path):
        raise UsageError(f"{lock_path}: no such lock; write it with `nogrow pin`")
    return Pinned(load(lock_path), exact, whole)
