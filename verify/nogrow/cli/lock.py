"""Define the options about a lock, and load the lock that they name."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.cli.options import Command
from nogrow.errors import UsageError

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned
    from nogrow.contract.model import Contract

DEFAULT_LOCK = "nogrow.lock"

lock_option = click.option(
    "--lock",
    "lock_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=f"The lock file; the default is {DEFAULT_LOCK} beside the contract.",
)


def with_lock(command: Command) -> Command:
    """Add the options that hold modules to a lock."""
    locked = click.option("--locked", is_flag=True, help="Fail if a verdict is worse than the pinned one.")
    exact = click.option(
        "--exact",
        is_flag=True,
        help="With the lock: fail also if a module's bytes differ from the pinned ones.",
    )
    return locked(exact(lock_option(command)))


def lock_at(path: Path | None, contract: "Contract | None") -> Path:
    """Return the path of the lock file: `path`, or else beside the contract or in the working folder."""
    return path or (contract.path.parent if contract else Path()) / DEFAULT_LOCK


def pinned_in(
    path: Path | None, contract: "Contract | None", *, locked: bool, exact: bool, whole: bool
) -> "Pinned | None":
    """Return the lock to hold modules to, None if no option asks for one; raises `NogrowError`."""
    if not (locked or exact or path):
        return None
    from nogrow.baseline.lock_file import load
    from nogrow.baseline.regressions import Pinned
    from nogrow.wasm.file import is_there

    lock_path = lock_at(path, contract)
    if not is_there(lock_path):
        raise UsageError(f"{lock_path}: no such lock; write it with `nogrow pin`")
    return Pinned(load(lock_path), exact, whole)
