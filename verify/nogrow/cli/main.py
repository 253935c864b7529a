"""Run the command line: install signal handlers, run the command, and exit with its code."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import NoReturn

from nogrow.errors import Error
from nogrow.report.exit_code import ExitCode


def _end(number: int, _frame: object) -> NoReturn:
    """Exit as the signal would, but let handlers remove half-written files first."""
    raise SystemExit(128 + number)


def _only_file(arguments: Sequence[str]) -> str | None:
    """Return FILE if the arguments are `check FILE`, the most frequent ones, without an option."""
    match arguments:
        case ["check", path] if not path.startswith("-") and os.path.isfile(path):  # noqa: PTH113
            return None if "_NOGROW_COMPLETE" in os.environ or sys.platform == "win32" else path
    return None


def _check_file(path: str) -> ExitCode:
    """Do what `nogrow check FILE` does, without click: its import takes longer than a small module."""
    from nogrow.api.check import check

    try:
        report = check(path, digest=False, list_paths=False)
        # The kernels already run while the modules are imported that write the report.
        from nogrow.cli.output import Colour, Output, show, text_renderer
        from nogrow.report.formats import Format

        show(report, (Output(Format.TEXT, None),), Colour.AUTO, text_renderer(quiet=False))
    except Error as error:
        from nogrow.cli.commands import report_error

        return report_error(error)
    return report.exit_code


def _run() -> None:
    path = _only_file(sys.argv[1:])
    if path is not None:
        sys.exit(_check_file(path))
    from nogrow.cli.commands import cli

    cli(prog_name="nogrow")


def _say(text: str) -> None:
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.write(f"nogrow: {text}\n")


def main() -> None:
    """Run the command line and exit with its code."""
    # A report keeps its objects until it is written: collecting garbage earlier only costs time.
    gc.set_threshold(100_000, 50, 50)
    # A thread that returns from a kernel then gets the interpreter's lock sooner.
    sys.setswitchinterval(0.0005)
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is no reason to fail. Files are the same on all systems.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", newline=None if stream.isatty() else "\n")
    leaving = SystemExit(ExitCode.NOT_JUDGED)
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            # A signal that the parent process ignores stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _end)
        _run()
    except SystemExit as error:
        leaving = error
    except MemoryError:
        _say("not enough memory: no verdict")
    except Exception:  # noqa: BLE001
        # Python would exit with 1, which means a broken contract.
        import traceback

        traceback.print_exc()
        _say("internal error: no verdict; please report it")
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError, ValueError):
            stream.flush()
    # Freeing the memory of the interpreter, wasmtime and the report takes longer than judging a small module.
    code = leaving.code
    os._exit(code if isinstance(code, int) else ExitCode.KEPT if code is None else ExitCode.USAGE)
