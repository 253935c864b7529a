"""Define the options that commands share, and load what they name."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from nogrow.api.inputs import DEFAULT_CONTRACT, DEFAULT_LOCK
from nogrow.cli.output import Colour, Output
from nogrow.errors import UsageError
from nogrow.report.formats import Format

Command = Callable[..., object]
Option = Callable[[Command], Command]
Prefixes = tuple[tuple[str, str], ...]


def _outputs(
    formats: Sequence[Format], ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> tuple[Output, ...]:
    """Return the outputs; text goes to standard output if no other format does."""
    by_name = {form.value: form for form in formats}
    outputs: list[Output] = []
    for value in values:
        name, equals, file = value.partition("=")
        if name not in by_name:
            raise click.BadParameter(f"unknown format {name!r}; expected {_listed(formats)}", ctx, param)
        if equals and not file:
            raise click.BadParameter(f"{value!r}: no file after the =", ctx, param)
        outputs.append(Output(by_name[name], Path(file) if equals else None))
    paths = [output.path and output.path.absolute() for output in outputs]
    for path in paths:
        if paths.count(path) > 1:
            destination = "standard output" if path is None else f"the file {path}"
            message = f"{destination} can take one format only; send others to files: json=report.json"
            raise click.BadParameter(message, ctx, param)
    return tuple(outputs) if None in paths else (Output(Format.TEXT, None), *outputs)


def _listed(formats: Sequence[Format]) -> str:
    *names, last = (form.value for form in formats)
    return f"{', '.join(names)} or {last}"


def _prefixes(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> Prefixes:
    for value in values:
        if "=" not in value or value.startswith("="):
            raise click.BadParameter(f"{value!r}: expected FROM=TO", ctx, param)
    return tuple((value.partition("=")[0], value.partition("=")[2]) for value in values)


def format_option(formats: Sequence[Format] = tuple(Format)) -> Option:
    """Return the option `--format`, which accepts these formats, each with an optional file."""
    return click.option(
        "--format",
        "outputs",
        metavar="FORMAT[=FILE]",
        multiple=True,
        callback=partial(_outputs, formats),
        help=f"{_listed(formats)}, to standard output or to FILE; repeatable. "
        "Standard output gets text unless another format goes there.",
    )


def _together(*options: Option) -> Option:
    """Return a decorator that adds the options, which `--help` lists in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_FILE = click.Path(path_type=Path)

contract_option = click.option(
    "--contract",
    "contract_path",
    metavar="FILE",
    type=_FILE,
    help=f"The contract file; the default is {DEFAULT_CONTRACT} if it exists.",
)
colour_option = click.option(
    "--color",
    "colour",
    type=click.Choice([choice.value for choice in Colour]),
    default=Colour.AUTO.value,
    callback=lambda _ctx, _param, value: Colour(value),
    help="Colour the text; auto does so on a terminal unless NO_COLOR is set.",
)
lock_option = click.option(
    "--lock",
    "lock_path",
    metavar="FILE",
    type=_FILE,
    help=f"The lock file; the default is {DEFAULT_LOCK} beside the contract.",
)
# The options of each command that writes a report.
reporting = _together(
    format_option(),
    click.option("--quiet", "-q", is_flag=True, help="Hide modules that keep their contract."),
    colour_option,
)
common = _together(contract_option, reporting)


def _glue_option(purpose: str) -> Option:
    return click.option(
        "--js",
        "--glue",
        "glue",
        metavar="FILE|FOLDER",
        multiple=True,
        type=_FILE,
        help=f"JavaScript host code of the modules, {purpose}; repeatable.",
    )


with_glue = _glue_option("which shows what their imports do")
with_views = _together(
    click.option(
        "--strict", is_flag=True, help="Report views after calls that may not enter the module as well."
    ),
    click.option(
        "--stale-length",
        is_flag=True,
        help="Report views of shared memories that growth leaves too short (NG013).",
    ),
)
with_host_code = _together(
    _glue_option("which shows what their imports do and is searched for stale views"), with_views
)
with_sources = _together(
    click.option(
        "--debug-info",
        metavar="FILE",
        type=click.Path(),
        help="The debug information, if the module has none: a module with DWARF, or a source map.",
    ),
    click.option(
        "--path-prefix",
        "prefixes",
        metavar="FROM=TO",
        multiple=True,
        callback=_prefixes,
        help="Replace the prefix FROM of source paths with TO; repeatable.",
    ),
)
with_lock = _together(
    click.option("--locked", is_flag=True, help="Fail if a verdict is worse than the pinned one."),
    click.option(
        "--exact",
        is_flag=True,
        help="With the lock: fail also if a module's bytes differ from the pinned ones.",
    ),
    lock_option,
)
with_dist = _together(
    click.option(
        "--dist",
        metavar="DIR",
        multiple=True,
        help="Judge what is shipped: the modules in the files and archives of a folder, or in one file; "
        "repeatable.",
    ),
    click.option(
        "--attest",
        metavar="FILE",
        type=_FILE,
        help="With --dist: if every contract is kept, write an in-toto statement of the verdicts to FILE.",
    ),
    click.option(
        "--attestation",
        metavar="FILE",
        type=_FILE,
        help="With --dist: fail if the shipment is not the one that the statement in FILE describes.",
    ),
)


output_option = click.option(
    "-o",
    "--output",
    "output",
    metavar="OUT",
    type=_FILE,
    help="The file to write; an existing file is overwritten only with --force.",
)


def new_file(file: Path, output: Path | None, *, force: bool, or_else: str | None = None) -> Path:
    """Return the file to write; raises `UsageError` where something would be overwritten by mistake.

    `or_else` is the option that overwrites the input `file`, if there is one.
    """
    if output is None:
        raise UsageError(f"no output file: use -o OUT{f' or {or_else}' if or_else else ''}")
    if os.path.lexists(output):
        if not os.path.isfile(output):  # noqa: PTH113
            raise UsageError(f"{output}: not a regular file")
        if os.path.exists(file) and output.samefile(file):  # noqa: PTH110
            advice = f"use {or_else} to overwrite it" if or_else else "write to another file"
            raise UsageError(f"{output}: this is FILE itself; {advice}")
        if not force:
            raise UsageError(f"{output}: the file exists; use --force to overwrite it")
    return output
