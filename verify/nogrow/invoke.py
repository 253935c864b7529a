"""This module has the Invoke tasks for a project with a `nogrow.toml`.

Put `namespace = collection()` into the `tasks.py` of the project.
"""

import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Literal

try:
    from invoke.collection import Collection
    from invoke.context import Context
    from invoke.exceptions import Exit
    from invoke.tasks import task
except ModuleNotFoundError as error:
    raise ImportError("nogrow.invoke needs invoke: run pip install 'nogrow[build]'") from error

from nogrow.contract.model import Seal
from nogrow.contract.seal_clauses import STRESS
from nogrow.errors import ContractError, DocumentError, Error, UsageError
from nogrow.machine.machine import Machine
from nogrow.project import verify as judging
from nogrow.project.builder import BuildResult, build_all, clean_all, set_up
from nogrow.project.console import announce, print_table
from nogrow.project.inspect import inspect_all
from nogrow.project.project import Project, find_root, open_project
from nogrow.project.seal import SealedCopy, seal_all, seal_for_release
from nogrow.project.stress import StressedCopy, stress_all
from nogrow.report.escaping import printable
from nogrow.report.exit_code import ExitCode
from nogrow.rewrite.rewrite import Mode

_MOST_NAMES = 4
"""Entry points in a cell of the table of stressed copies."""


def collection(root: Path | None = None) -> Collection:
    """Return a new collection of the tasks from `setup` to `clean`.

    `root` is the folder of the contract; by default, the nearest folder with a `nogrow.toml`, from the
    working directory upwards.
    """
    tasks = Collection("nogrow", setup, build, inspect, verify, seal, release, clean)
    if root is not None:
        tasks.configure({"nogrow": {"root": str(root)}})
    return tasks


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn an error of nogrow into its message and an exit code, without traceback.

    The exit code is 2 for wrong usage, a wrong contract or a wrong JSON file, as with `nogrow check`, and 1
    for any other error. When a signal ends the task, the programs that the task started end too.
    """
    try:
        with _signals_as_exceptions():
            yield
    except Error as error:
        is_usage = isinstance(error, ContractError | DocumentError | UsageError)
        message = "\n".join(map(printable, str(error).split("\n")))
        raise Exit(message, code=ExitCode.USAGE if is_usage else 1) from error


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Raise `SystemExit` at a signal, so that the task can end its programs.

    The programs run in sessions of their own, so the signal does not reach them.
    """
    # Only the main thread may set handlers, and some systems have no SIGHUP.
    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # A signal that is ignored, as under nohup, stays ignored.
    unhandled = [number for number in known if signal.getsignal(number) is signal.SIG_DFL]
    for number in unhandled:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in unhandled:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@task
def setup(context: Context) -> None:
    """Find the tools that the build needs, install Rust if it is missing, and print which are used."""
    with plain_errors():
        set_up(_project(context), Machine.current(), announce)


@task
def build(context: Context) -> None:
    """Build the artifacts in nogrow.toml that are missing or out of date."""
    with plain_errors():
        result = _build(_project(context))
        rows = [
            (entry.path, f"{entry.size:,}", "built" if entry.path in result.built else "kept")
            for entry in result.manifest.entries
        ]
        print_table("built", ("artifact", "bytes", "this time"), rows)


@task
def inspect(context: Context) -> None:
    """List every memory.grow that wasm-objdump finds, and write its listings."""
    with plain_errors():
        rows = []
        for inspection in inspect_all(_project(context), announce):
            for site in inspection.sites:
                function = site.function_name or f"func[{site.function_index}]"
                rows.append((inspection.artifact, printable(function), f"0x{site.offset:x}"))
            if not inspection.sites:
                rows.append((inspection.artifact, "none", ""))
        print_table("memory.grow", ("artifact", "function", "offset"), rows)


@task(help={"locked": "Also compare with nogrow.lock."})
def verify(context: Context, locked: bool = False) -> None:
    """Judge every artifact against nogrow.toml, with the exit codes of `nogrow check`."""
    with plain_errors():
        code = judging.verify(_root(context), locked=locked)
    if code != 0:
        raise Exit(code=code)


@task(
    help={
        "mode": "Seal each built module: cap, deny, trap or reserve, as in `nogrow seal`. With stress, write "
        "copies for tests instead, as `nogrow stress` does. "
        "The default is to seal the artifacts whose clauses have the key `seal`.",
        "pages": "With --mode cap or reserve: N pages for each memory; with reserve also: scenarios.",
    }
)
def seal(context: Context, mode: str | None = None, pages: str | None = None) -> None:
    """Write sealed copies of built modules, which cannot grow their memory, or stressed ones for tests."""
    with plain_errors():
        if mode == STRESS:
            if pages is not None:
                raise UsageError(
                    f"--pages {pages}: stress does not change the pages; only cap and reserve do"
                )
            _print_stressed(stress_all(_project(context), announce))
        else:
            _print_copies(seal_all(_project(context), _wanted(mode, pages), announce))


@task(iterable=["dist"], help={"dist": "A folder or file of the release; repeatable."})
def release(context: Context, dist: list[str]) -> None:
    """Build and seal, judge the files of the release, and attest them if they keep the contract."""
    with plain_errors():
        project = _project(context)
        _build(project)
        if copies := seal_for_release(project, announce):
            _print_copies(copies)
        code = judging.release(project, dist)
    if code != 0:
        raise Exit(code=code)


@task
def clean(context: Context) -> None:
    """Remove the built files that were not altered since."""
    with plain_errors():
        clean_all(_project(context), announce)


def _root(context: Context) -> Path:
    configured = context.config.get("nogrow", {}).get("root")
    return Path(configured) if configured else find_root(Path.cwd())


def _project(context: Context) -> Project:
    return open_project(_root(context))


def _build(project: Project) -> BuildResult:
    return build_all(project, set_up(project, Machine.current(), announce), announce)


def _print_copies(copies: Sequence[SealedCopy]) -> None:
    rows = [(copy.copy, copy.mode, copy.before, copy.after) for copy in copies]
    print_table("sealed", ("copy", "mode", "verdict before", "and after"), rows)
    for copy in copies:
        for note in copy.notes:
            announce(printable(f"{copy.copy}: {note}"))


def _print_stressed(copies: Sequence[StressedCopy]) -> None:
    rows = [(copy.copy, _names(copy.detaching), _names(copy.quiet)) for copy in copies]
    print_table("stressed", ("copy", "detach the memory", "cannot grow it"), rows)
    for copy in copies:
        for note in copy.notes:
            announce(printable(f"{copy.copy}: {note}"))


def _names(entry_points: Sequence[str]) -> str:
    """Return the number of entry points and the first names."""
    if not entry_points:
        return "none"
    listed = printable(", ".join(entry_points[:_MOST_NAMES]))
    more = len(entry_points) - _MOST_NAMES
    return f"{len(entry_points)}: {listed}" + (f" and {more} more" if more > 0 else "")


def _wanted(mode: str | None, pages: str | None) -> Seal | None:
    """Return what the options ask for, None without any; raises `UsageError` for wrong ones."""
    if mode is None:
        if pages is not None:
            raise UsageError("--pages: this option needs --mode")
        return None
    modes = {mode.value: mode for mode in Mode}
    if mode not in modes:
        raise UsageError(f"unknown mode {mode!r}; expected {', '.join(modes)} or {STRESS}")
    return Seal(modes[mode], None if pages is None else _pages(modes[mode], pages))


def _pages(mode: Mode, text: str) -> int | Literal["scenarios"]:
    if not mode.sets_limits:
        raise UsageError(f"--pages {text}: {mode.value} does not change the pages; only cap and reserve do")
    if text == "scenarios" and mode is Mode.RESERVE:
        return "scenarios"
    if not re.fullmatch(r"[0-9]{1,20}", text):
        known = " or scenarios" if mode is Mode.RESERVE else ""
        raise UsageError(f"--pages {text}: expected a number of at most 20 digits{known}")
    return int(text)
