"""Define `nogrow doctor`, which lists the tools that nogrow can use."""

import click

_FORMATS = ("text", "json")
# Exit code 1 of this command: nothing can be judged until the tool is there.
_NOT_READY = 1


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.pass_context
def doctor(ctx: click.Context, form: str) -> None:
    """List the tools that nogrow can use, and how to install the missing ones.

    Each tool is asked for its version, within a time limit. Nothing is installed. The exit code is 1 if
    a required tool is missing or broken; tools that only some commands need are not required.
    """
    from nogrow.doctor.diagnosis import as_json, as_text, is_ready
    from nogrow.doctor.probe import diagnose
    from nogrow.machine.machine import Machine

    findings = diagnose(Machine.current())
    click.echo(as_json(findings) if form == "json" else "\n".join(as_text(findings)))
    if not is_ready(findings):
        ctx.exit(_NOT_READY)
