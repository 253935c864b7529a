"""Define the command `nogrow` with its subcommands, and report errors in one line with an exit code."""

from importlib import import_module

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
            ctx.exit(report_error(error))
        except MemoryError:
            click.echo(f"nogrow: {NO_MEMORY}", err=True)
            ctx.exit(ExitCode.NOT_JUDGED)
        except EOFError as error:
            # click would take it for the end of its own input and exit with 1, which means a broken contract.
            raise RuntimeError("an unexpected end of a file") from error


def report_error(error: Error) -> ExitCode:
    """Print the error in one line and return the exit code for it."""
    click.echo(f"nogrow: {printable(str(error))}", err=True)
    if isinstance(error, NothingError):
        return ExitCode.NOTHING
    return ExitCode.NOT_JUDGED if isinstance(error, ModuleError | ToolError) else ExitCode.USAGE


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nogrow")
def cli() -> None:
    """Prove which entry points of a WebAssembly module can grow its memory.

    Growth detaches every typed-array view that JavaScript holds over the memory.
    """
