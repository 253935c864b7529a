"""Write the command reference from the commands' help, and build the documentation's pages with Sphinx."""

import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click

from nogrow.cli.commands import cli
from nogrow.errors import ToolError
from nogrow.machine.process import run

REFERENCE = Path("docs", "commands.md")
PAGES = Path("build", "docs")
# Longer lines do not fit into a page.
_WIDTH = 90
_LIMIT_SECONDS = 300
_HEAD = """# Command reference

This page shows the output of `--help` for each command.
"""


def command_reference() -> str:
    """Return the reference as Markdown."""
    with click.Context(cli, info_name="nogrow", terminal_width=_WIDTH, **cli.context_settings) as root:
        commands = {name: cli.get_command(root, name) for name in cli.list_commands(root)}
        helps = {"nogrow": cli.get_help(root)}
        for name, command in commands.items():
            if command is not None:
                inner = click.Context(command, parent=root, info_name=name, terminal_width=_WIDTH)
                helps[f"nogrow {name}"] = command.get_help(inner)
    return _HEAD + "".join(f"\n## {name}\n\n```text\n{text}\n```\n" for name, text in helps.items())


def build_docs(root: Path, announce: Callable[[str], None]) -> Path:
    """Write the command reference, build all pages, and return the path of the first one.

    Raises `ToolError` when Sphinx is missing or prints a warning, for example about a broken link.
    """
    if find_spec("sphinx") is None:
        raise ToolError("the pages need Sphinx: pip install 'nogrow[dev]'")
    (root / REFERENCE).write_text(command_reference(), "utf-8")
    announce(f"wrote {REFERENCE}")
    pages = root / PAGES
    shutil.rmtree(pages, ignore_errors=True)
    words = (sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-d")
    run((*words, pages.with_suffix(".cache"), root / "docs", pages), seconds=_LIMIT_SECONDS).checked()
    return PAGES / "index.html"
