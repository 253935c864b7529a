"""`nogrow doctor`: what tools are found, and how to get the others."""

import click

_FORMATS = ("text", "json")
# Nothing can be judged without it, which is what exit code 1 says of this command.
_NOT_READY = 1


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.pass_context
def doctor(ctx: click.Context, form: str) -> None:
    """Say which of the tools that nogrow can use are there, and what brings the others.

    Each is asked for its version, within a time limit. Nothing is installed. The exit code is 1 if
    something is missing or broken that is required; what is needed for single commands is not.
    """
    from nogrow.doctor.probe import diagnose
    from nogrow.machine.machine import Machine

    diagnosis = diagnose(Machine.current())
    if form == "json":
        from nogrow.doctor.as_json import document

        click.echo(document(diagnosis))
    else:
        from nogrow.doctor.text import lines

        for line in lines(diagnosis):
            click.echo(line)
    if not diagnosis.ready:
        ctx.exit(_NOT_READY)
