"""The options that the commands share, and the values that they become."""

import enum
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from nogrow.contract.model import Contract
    from nogrow.jshost.glue_model import Glue

DEFAULT_CONTRACT = Path("nogrow.toml")

Command = Callable[..., object]


class Format(enum.Enum):
    """A format that a report can have."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"
    HTML = "html"


KNOWN = [one.value for one in Format]


class Colour(enum.Enum):
    """When text is coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Output(NamedTuple):
    """A format and the file it goes to, None for standard output."""

    format: Format
    path: Path | None


def _output(ctx: click.Context, param: click.Parameter, value: str) -> Output:
    name, equals, path = value.partition("=")
    if name not in KNOWN:
        message = f"unknown format {name!r}; known here: {', '.join(KNOWN)}"
        raise click.BadParameter(message, ctx, param)
    if equals and not path:
        raise click.BadParameter(f"{value!r} names no file after the =", ctx, param)
    return Output(Format(name), Path(path) if equals else None)


def outputs_of(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    """Return the outputs, text on standard output among them if nothing else goes there."""
    outputs = tuple(_output(ctx, param, value) for value in values)
    places = [output.path and output.path.absolute() for output in outputs]
    for place in places:
        if places.count(place) > 1:
            where = "standard output" if place is None else f"the file {place}"
            message = f"{where} can take one format only; send others to files: json=report.json"
            raise click.BadParameter(message, ctx, param)
    return outputs if None in places else (Output(Format.TEXT, None), *outputs)


Prefixes = tuple[tuple[str, str], ...]


def _prefixes(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> Prefixes:
    for value in values:
        if "=" not in value or value.startswith("="):
            raise click.BadParameter(f"{value!r} is not FROM=TO", ctx, param)
    return tuple((value.partition("=")[0], value.partition("=")[2]) for value in values)


def with_sources(command: Command) -> Command:
    """Give a command the options that say where source lines are found."""
    for option in reversed(SOURCES):
        command = option(command)
    return command


def with_glue(command: Command) -> Command:
    """Give a command the option that names the host code of the modules."""
    return click.option(
        "--js",
        "--glue",
        "glue",
        metavar="FILE|FOLDER",
        multiple=True,
        type=click.Path(path_type=Path),
        help="JavaScript that belongs to the modules: what it says of their imports counts; repeatable.",
    )(command)


def with_dist(command: Command) -> Command:
    """Give a command the options on what is going to be shipped."""
    for option in reversed(DIST):
        command = option(command)
    return command


def glue_in(paths: Sequence[Path]) -> "list[Glue]":
    """Return what the glue files say; raises `NogrowError` for one that can't be read."""
    if not paths:
        return []
    from nogrow.jshost.glue_reader import read, scripts_at

    return [read(script) for path in paths for script in scripts_at(path)]


def common(command: Command) -> Command:
    """Give a command the options that all share."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def reporting(command: Command) -> Command:
    """Give a command the options about the report alone."""
    for option in reversed(OPTIONS[1:]):
        command = option(command)
    return command


def contract_at(path: Path | None) -> "Contract | None":
    """Return the contract in the file `path`, or in the default one if it exists.

    Raises `ContractError`.
    """
    # A link to nowhere is a contract that is gone, not a project that has none.
    if path is None and not os.path.lexists(DEFAULT_CONTRACT):
        return None
    from nogrow.contract.load import load

    return load(path or DEFAULT_CONTRACT)


SOURCES: tuple[Callable[[Command], Command], ...] = (
    click.option(
        "--debug-info",
        "debug_info",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Where the debug information is, if not in the module: a module with DWARF, or a source map.",
    ),
    click.option(
        "--path-prefix",
        "prefixes",
        metavar="FROM=TO",
        multiple=True,
        callback=_prefixes,
        help="Show source paths that start with FROM as starting with TO; repeatable.",
    ),
)
DIST: tuple[Callable[[Command], Command], ...] = (
    click.option(
        "--dist",
        "dist",
        metavar="DIR",
        multiple=True,
        help="Judge what is shipped: the modules in the archives and other files of a folder, or in a file; "
        "repeatable.",
    ),
    click.option(
        "--attest",
        "attest",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="With --dist: if all is kept, write the digests and verdicts to FILE, an in-toto statement.",
    ),
    click.option(
        "--attestation",
        "attestation",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="With --dist: what is shipped must be what the statement in FILE is about.",
    ),
)
OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option(
        "--contract",
        "contract_path",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"The contract file; by default {DEFAULT_CONTRACT}, if it is there.",
    ),
    click.option(
        "--format",
        "outputs",
        metavar="FORMAT[=FILE]",
        multiple=True,
        callback=outputs_of,
        help=f"{', '.join(KNOWN[:-1])} or {KNOWN[-1]}, to standard output or to FILE; repeatable. "
        "Unless another format goes there, text goes to standard output.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Leave out of the text what is kept."),
    click.option(
        "--color",
        "colour",
        type=click.Choice([one.value for one in Colour]),
        default=Colour.AUTO.value,
        callback=lambda _ctx, _param, value: Colour(value),
        help="Colour the text; auto does it on a terminal, unless NO_COLOR is set.",
    ),
)
