"""Define the options that commands share, and the types of their values."""

import enum
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from nogrow.contract.model import Contract
    from nogrow.jshost.model import Glue

DEFAULT_CONTRACT = Path("nogrow.toml")

Command = Callable[..., object]


class Format(enum.Enum):
    """The formats of a report."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"
    HTML = "html"


FORMATS = [form.value for form in Format]


class Colour(enum.Enum):
    """The choices of when to colour text."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Output(NamedTuple):
    """A format and the file that it is written to, None for standard output."""

    format: Format
    path: Path | None


def _output(ctx: click.Context, param: click.Parameter, value: str) -> Output:
    name, equals, path = value.partition("=")
    if name not in FORMATS:
        message = f"unknown format {name!r}; expected {', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        raise click.BadParameter(message, ctx, param)
    if equals and not path:
        raise click.BadParameter(f"{value!r}: no file after the =", ctx, param)
    return Output(Format(name), Path(path) if equals else None)


def outputs_of(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    """Return the outputs; text goes to standard output if no other format does."""
    outputs = tuple(_output(ctx, param, value) for value in values)
    paths = [output.path and output.path.absolute() for output in outputs]
    for path in paths:
        if paths.count(path) > 1:
            destination = "standard output" if path is None else f"the file {path}"
            message = f"{destination} can take one format only; send others to files: json=report.json"
            raise click.BadParameter(message, ctx, param)
    return outputs if None in paths else (Output(Format.TEXT, None), *outputs)


Prefixes = tuple[tuple[str, str], ...]


def _prefixes(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> Prefixes:
    for value in values:
        if "=" not in value or value.startswith("="):
            raise click.BadParameter(f"{value!r}: expected FROM=TO", ctx, param)
    return tuple((value.partition("=")[0], value.partition("=")[2]) for value in values)


def with_sources(command: Command) -> Command:
    """Add the options on where to find debug information and source files."""
    for option in reversed(SOURCES):
        command = option(command)
    return command


def with_glue(command: Command) -> Command:
    """Add the option that names the host code of the modules."""
    return click.option(
        "--js",
        "--glue",
        "glue",
        metavar="FILE|FOLDER",
        multiple=True,
        type=click.Path(path_type=Path),
        help="JavaScript host code of the modules, which shows what their imports do; repeatable.",
    )(command)


def with_dist(command: Command) -> Command:
    """Add the options on a shipment."""
    for option in reversed(DIST):
        command = option(command)
    return command


def glue_in(paths: Sequence[Path]) -> "list[Glue]":
    """Return what the host code at the paths says; raises `NogrowError` if it can't be read."""
    if not paths:
        return []
    from nogrow.jshost.imports import read
    from nogrow.jshost.nearby_scripts import scripts_at

    return [read(script) for path in paths for script in scripts_at(path)]


def common(command: Command) -> Command:
    """Add the contract option and the options of a report."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def reporting(command: Command) -> Command:
    """Add the options of a report."""
    for option in reversed(OPTIONS[1:]):
        command = option(command)
    return command


def contract_at(path: Path | None) -> "Contract | None":
    """Return the contract in the file `path`, or in the default one if it exists.

    Raises `ContractError`.
    """
    # A dangling link means that the contract is lost, not that the project has none.
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
DIST: tuple[Callable[[Command], Command], ...] = (
    click.option(
        "--dist",
        "dist",
        metavar="DIR",
        multiple=True,
        help="Judge what is shipped: the modules in the files and archives of a folder, or in one file; "
        "repeatable.",
    ),
    click.option(
        "--attest",
        "attest",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="With --dist: if every contract is kept, write an in-toto statement of the verdicts to FILE.",
    ),
    click.option(
        "--attestation",
        "attestation",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="With --dist: fail if the shipment is not the one that the statement in FILE describes.",
    ),
)
OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option(
        "--contract",
        "contract_path",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"The contract file; the default is {DEFAULT_CONTRACT} if it exists.",
    ),
    click.option(
        "--format",
        "outputs",
        metavar="FORMAT[=FILE]",
        multiple=True,
        callback=outputs_of,
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}, to standard output or to FILE; repeatable. "
        "Standard output gets text unless another format goes there.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Hide modules that keep their contract."),
    click.option(
        "--color",
        "colour",
        type=click.Choice([choice.value for choice in Colour]),
        default=Colour.AUTO.value,
        callback=lambda _ctx, _param, value: Colour(value),
        help="Colour the text; auto does so on a terminal unless NO_COLOR is set.",
    ),
)
