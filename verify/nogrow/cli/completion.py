"""Define `nogrow completion`, which prints a shell's completion script."""

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete


class _Bash(BashComplete):
    @staticmethod
    def _check_version() -> None:
        """Skip the check of this machine's bash: the script may be used on another machine."""


SHELLS = {"bash": _Bash, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes nogrow's commands in SHELL.

    To load it in bash, add to ~/.bashrc: eval "$(nogrow completion bash)".
    """
    click.echo(SHELLS[shell](ctx.find_root().command, {}, "nogrow", "_NOGROW_COMPLETE").source())
