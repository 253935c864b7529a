"""Draw a progress bar on standard error while many files are checked."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

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
