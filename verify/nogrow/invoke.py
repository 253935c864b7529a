"""Tasks for invoke, for any project with a `nogrow.toml`: `namespace = collection()` in its `tasks.py`."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

try:
    from invoke.collection import Collection
    from invoke.context import Context
    from invoke.exceptions import Exit
    from invoke.tasks import task
except ModuleNotFoundError as error:
    raise ImportError("nogrow.invoke needs invoke; this brings it: pip install 'nogrow[build]'") from error

from nogrow.errors import ContractError, NogrowError, UsageError
from nogrow.machine.machine import Machine
from nogrow.project.builder import build_all
from nogrow.project.clean import clean_all
from nogrow.project.console import announce, print_table
from nogrow.project.inspect import inspect_all
from nogrow.project.project import Project, find_root, open_project
from nogrow.project.release import release as judge_shipment
from nogrow.project.seal import seal_all
from nogrow.project.setup import set_up
from nogrow.project.verify import verify as verify_artifacts
from nogrow.report.escaping import printable
from nogrow.report.result import ExitCode
from nogrow.rewrite.rewrite import Mode


def collection(root: Path | None = None) -> Collection:
    """The tasks from `setup` to `clean`, a new collection each time.

    `root` is the folder of the contract. Without it, that is the working directory or the nearest folder
    above it that has a `nogrow.toml`.
    """
    tasks = Collection("nogrow", setup, build, inspect, verify, seal, release, clean)
    if root is not None:
        tasks.configure({"nogrow": {"root": str(root)}})
    return tasks


@contextmanager
def plain_errors() -> Iterator[None]:
    """End a user's mistake or a missing tool in its message and an exit code, without traceback.

    The code is 2 for a wrong contract or usage, as with `nogrow check`, and 1 for all else. The programs that
    the task started end with it, also where a signal ends it.
    """
    try:
        with _signals_as_exceptions():
            yield
    except NogrowError as error:
        wrong = isinstance(error, ContractError | UsageError)
        message = "\n".join(map(printable, str(error).split("\n")))
        raise Exit(message, code=ExitCode.USAGE if wrong else 1) from error


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """What runs below can end its programs: they are in sessions of their own, where no signal is heard."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Not every system has both. One that is ignored, as with nohup, stays so.
    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    wanted = [one for one in known if signal.getsignal(one) is signal.SIG_DFL]
    for number in wanted:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in wanted:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@task
def setup(context: Context) -> None:
    """Find the tools that the build needs, or install a Rust, and say which and why."""
    with plain_errors():
        set_up(_project(context), Machine.current(), announce)


@task
def build(context: Context) -> None:
    """Set up, then build all that nogrow.toml names and that is not up to date."""
    with plain_errors():
        project = _project(context)
        result = build_all(project, set_up(project, Machine.current(), announce), announce)
        rows = [
            (entry.path, f"{entry.size:,}", "built" if entry.path in result.built else "kept")
            for entry in result.manifest.entries
        ]
        print_table("built", ("artifact", "bytes", "this time"), rows)


@task
def inspect(context: Context) -> None:
    """List every memory.grow that wasm-objdump finds, and keep its listings."""
    with plain_errors():
        rows = []
        for seen in inspect_all(_project(context), announce):
            for site in seen.sites:
                function = site.function_name or f"func[{site.function_index}]"
                rows.append((seen.artifact, printable(function), f"0x{site.offset:x}"))
            if not seen.sites:
                rows.append((seen.artifact, "none", ""))
        print_table("memory.grow", ("artifact", "function", "offset"), rows)


@task(help={"locked": "Hold them to nogrow.lock as well."})
def verify(context: Context, locked: bool = False) -> None:
    """Judge every artifact against nogrow.toml; exits as `nogrow check` does."""
    with plain_errors():
        code = verify_artifacts(_root(context), locked=locked)
    if code != 0:
        raise Exit(code=code)


@task(help={"mode": "cap, deny or trap, as `nogrow seal` has them."})
def seal(context: Context, mode: str) -> None:
    """Write a copy of each built module that cannot grow its memory."""
    with plain_errors():
        copies = seal_all(_project(context), _mode(mode), announce)
        rows = [(one.copy, one.before, one.after) for one in copies]
        print_table("sealed", ("copy", "verdict before", "and after"), rows)
        for one in copies:
            for note in one.notes:
                announce(printable(f"{one.copy}: {note}"))


@task(iterable=["dist"], help={"dist": "A folder or file that is going to be shipped; repeatable."})
def release(context: Context, dist: list[str]) -> None:
    """Build, judge what is going to be shipped, and attest it if all is kept."""
    with plain_errors():
        project = _project(context)
        build_all(project, set_up(project, Machine.current(), announce), announce)
        code = judge_shipment(project, dist)
    if code != 0:
        raise Exit(code=code)


@task
def clean(context: Context) -> None:
    """Remove what was built; what was altered since, or made by others, stays."""
    with plain_errors():
        clean_all(_project(context), announce)


def _root(context: Context) -> Path:
    configured = context.config.get("nogrow", {}).get("root")
    return Path(configured) if configured else find_root(Path.cwd())


def _project(context: Context) -> Project:
    return open_project(_root(context))


def _mode(name: str) -> Mode:
    try:
        return Mode(name)
    except ValueError:
        known = ", ".join(one.value for one in Mode)
        raise UsageError(f"there is no mode {name!r} to seal in; expected one of {known}") from None
