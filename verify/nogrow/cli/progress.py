"""Draw a progress bar on standard error while many files are checked."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

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
        update: Watch | None = None

        def watch(done: int, total: int) -> None:
            nonlocal update
            if update is None and total > 1 and time.monotonic() - begun >= SECONDS_BEFORE:
                update = _draw(stack)
            if update is not None:
                update(done, total)

        yield watch


def _draw(stack: ExitStack) -> Watch:
    """Start to draw the bar, until `stack` is closed; return the function that moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = stack.enter_context(
        Progress(
            TextColumn("nogrow"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(file=sys.stderr),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
    )
    task = bar.add_task("files")

    def move(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    return move
