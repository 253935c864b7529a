"""Define `nogrow completion`, which prints a shell's completion script."""

import click
from click.shell_completion import BashComplete, get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes nogrow's commands in SHELL.

    To load it in bash, add to ~/.bashrc: eval "$(nogrow completion bash)".
    """
    root = ctx.find_root()
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}", ctx)
    if kind is BashComplete:
        kind = _Bash
    click.echo(kind(root.command, {}, "nogrow", "_NOGROW_COMPLETE").source())


class _Bash(BashComplete):
    @staticmethod
    def _check_version() -> None:
        """Skip the check of this machine's bash: the script may be used on another machine."""
