"""Write a report to the outputs that the options name, and draw the progress of a check.

Only the formats that are used are imported.
"""

import enum
import errno
import os
import sys
import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from nogrow.errors import UsageError
from nogrow.report.escaping import printable
from nogrow.report.formats import Format, write
from nogrow.report.model import Report

if TYPE_CHECKING:
    from rich.progress import Progress

Render = Callable[[TextIO], None]
TextRender = Callable[[Report, TextIO, bool], None]


class Colour(enum.Enum):
    """The choices of when to colour text."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Output(NamedTuple):
    """A format and the file that it is written to, None for standard output."""

    format: Format
    path: Path | None


def show(
    report: Report,
    outputs: Sequence[Output],
    colour: Colour,
    as_text: TextRender,
    without_causes: Container[Format] = (),
) -> None:
    """Print the remarks on a check to standard error, and write its report; see `emit`."""
    print_notes(report)
    if not report.artifacts:
        _say("nothing to check: give a PATH, or write nogrow.toml")
    emit(report, outputs, colour, as_text, without_causes)


def emit(
    report: Report,
    outputs: Sequence[Output],
    colour: Colour,
    as_text: TextRender,
    without_causes: Container[Format] = (),
) -> None:
    """Write the report to each output in its format, to files first.

    `as_text` renders text and is told whether to colour. The formats in `without_causes` list every entry
    point. Raises `UsageError` if an output can't be
    written; a closed pipe at standard output is no error.
    """

    def render(form: Format, coloured: bool) -> Render:
        if form is Format.TEXT:
            return lambda stream: as_text(report, stream, coloured)
        return partial(write, report.without_causes() if form in without_causes else report, form)

    deliver(outputs, colour, render)


def deliver(outputs: Sequence[Output], colour: Colour, render: Callable[[Format, bool], Render]) -> None:
    """Write each output with the renderer that `render` returns for its format, files first.

    `render` is told the format and whether to colour. Raises `UsageError` if an output can't be written.
    """
    for output in sorted(outputs, key=lambda output: output.path is None):
        if output.path is None:
            if output.format is not Format.TEXT:
                _write_utf8()
            _print(render(output.format, _coloured(colour)))
        else:
            from nogrow.util import atomic_write

            atomic_write.write(output.path, render(output.format, False))


def print_notes(report: Report) -> None:
    """Print the remarks on the check as a whole to standard error."""
    for note in report.notes:
        _say(printable(note))


def _say(remark: str) -> None:
    # A check without remarks does without click, whose import takes longer than a small module.
    import click

    click.echo(f"nogrow: {remark}", err=True)


def print_unjudged(report: Report) -> None:
    """Print the artifacts of the report as text, without the last line, which counts modules."""
    import click

    from nogrow.report import text

    *lines, _ = text.lines(report)
    for line in lines:
        click.echo(line)


def text_renderer(quiet: bool, *, every: bool = False) -> TextRender:
    """Return the function with which `check` and `run` render text.

    With `every`, all violations are listed, not the causes of many.
    """

    def render(report: Report, stream: TextIO, colour: bool) -> None:
        from nogrow.report import text

        text.render(report, stream, colour=colour, quiet=quiet, every=every)

    return render


def _coloured(colour: Colour) -> bool:
    if colour is not Colour.AUTO:
        return colour is Colour.ALWAYS
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout is not None and sys.stdout.isatty()


def _write_utf8() -> None:
    """Let standard output be UTF-8, which programs expect that read a format, unless it is a terminal."""
    if isinstance(sys.stdout, TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def _print(render: Render) -> None:
    if sys.stdout is None:
        raise UsageError("standard output: can't write the report: it is closed")
    try:
        render(sys.stdout)
        sys.stdout.flush()
    except OSError as error:
        # Python would fail on the closed stream again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not _has_no_reader(error):
            raise UsageError(f"standard output: can't write the report: {error.strerror}") from error


def _has_no_reader(error: OSError) -> bool:
    # Windows has no error of its own for a pipe that nobody reads.
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)


# Quick checks show nothing, and don't load what draws the bar.
SECONDS_BEFORE = 1.0

Watch = Callable[[int, int], None]


@contextmanager
def progress() -> Iterator[Watch | None]:
    """Yield a function to call with the numbers of finished files and of all; None without a terminal.

    The bar appears when several files have taken longer than `SECONDS_BEFORE`, and is removed at the end.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        begun = time.monotonic()
        bar: Progress | None = None

        def watch(done: int, total: int) -> None:
            nonlocal bar
            if bar is None and total > 1 and time.monotonic() - begun >= SECONDS_BEFORE:
                bar = stack.enter_context(_bar())
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done, total=total)

        yield watch


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    bar = Progress(
        *("nogrow", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.add_task("files")
    return bar
