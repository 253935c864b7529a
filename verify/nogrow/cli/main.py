"""Define the command `nogrow`, and turn errors into one line and an exit code."""

import gc
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import NoReturn

import click

from nogrow import __version__
from nogrow.errors import Error, ModuleError, NothingError, ToolError
from nogrow.report.escaping import printable
from nogrow.report.exit_code import ExitCode

NO_MEMORY = "not enough memory: no verdict"
# A command is loaded only when it is called, so that the others start quickly.
COMMANDS = [
    "check", "completion", "diff", "doctor", "explain", "host", "init", "pin", "run", "seal", "sites",
    "stress",
]  # fmt: skip
_LONGEST_SENTENCE = 200
EPILOG = (
    "Exit codes: 0 every contract kept, 1 a contract broken, 2 wrong usage or contract file, "
    "3 nothing to check, 4 something could not be judged. "
    "If several hold, 2 wins over 4, 4 over 1, 1 over 3."
)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return COMMANDS

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"nogrow.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # click would cut each sentence to one line; here it is wrapped.
        rows = [
            (name, command.get_short_help_str(_LONGEST_SENTENCE))
            for name in COMMANDS
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Error as error:
            click.echo(f"nogrow: {printable(str(error))}", err=True)
            ctx.exit(_code_of(error))
        except MemoryError:
            click.echo(f"nogrow: {NO_MEMORY}", err=True)
            ctx.exit(ExitCode.NOT_JUDGED)
        except EOFError as error:
            # click would take it for the end of its own input and exit with 1, which means a broken contract.
            raise RuntimeError("an unexpected end of a file") from error


def _code_of(error: Error) -> ExitCode:
    if isinstance(error, NothingError):
        return ExitCode.NOTHING
    return ExitCode.NOT_JUDGED if isinstance(error, ModuleError | ToolError) else ExitCode.USAGE


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nogrow")
def cli() -> None:
    """Prove which entry points of a WebAssembly module can grow its memory.

    Growth detaches every typed-array view that JavaScript holds over the memory.
    """


def _end(number: int, _frame: object) -> NoReturn:
    """Exit as the signal would, but let handlers remove half-written files first."""
    raise SystemExit(128 + number)


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
        cli(prog_name="nogrow")
    except SystemExit as error:
        leaving = error
    except MemoryError:
        click.echo(f"nogrow: {NO_MEMORY}", err=True)
    except Exception:  # noqa: BLE001
        # Python would exit with 1, which means a broken contract.
        import traceback

        traceback.print_exc()
        click.echo("nogrow: internal error: no verdict; please report it", err=True)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError, ValueError):
            stream.flush()
    # Freeing the memory of the interpreter, wasmtime and the report takes longer than judging a small module.
    code = leaving.code
    os._exit(code if isinstance(code, int) else ExitCode.KEPT if code is None else ExitCode.USAGE)
