"""What the tasks show a person: a line before each long step, and tables of results."""

import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPE_WIDTH = 200


def announce(line: str) -> None:
    """Print what is about to be done, at once, so that a long step is never a silent one."""
    Console(highlight=False, soft_wrap=True).print(Text(line))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print `rows` as they are: nothing in a cell is read as markup."""
    table = Table(title=Text(title), title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    # A pipe has no width to respect, and a folded path can't be copied out of a log.
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    Console(width=_PIPE_WIDTH if piped else None).print(table)
