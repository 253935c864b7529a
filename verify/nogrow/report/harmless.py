"""Text with names from modules to text that a syntax shows as it is: nothing in a name is obeyed.

Each function gives back one piece of its syntax. All make the text printable first.
"""

import html
import re
from collections.abc import Iterable

from nogrow.report.printable import printable


def in_xml(text: str) -> str:
    """Return the text for XML, between tags or in a quoted attribute."""
    return html.escape(printable(text))


def in_sarif(text: str) -> str:
    """Return the text for a message of SARIF (3.11.5, 3.11.6), where `{0}` and `[text](target)` mean more."""
    text = re.sub(r"\{(?=\d+\})", r"\\x7b", printable(text))
    return text.replace("](", r"]\x28")


def in_command(text: str) -> str:
    """Return the text for the message of a workflow command of GitHub Actions."""
    return printable(text).replace("%", "%25")


def in_property(text: str) -> str:
    """Return the text for a property of a workflow command of GitHub Actions."""
    return in_command(text).replace(":", "%3A").replace(",", "%2C")


def in_markdown(text: str) -> str:
    r"""Return the text as a code span of GitHub's Markdown, which holds no link, mention, image or HTML.

    `|` becomes `\x7c`: no other spelling stays in its cell of a table.
    """
    text = printable(text).replace("|", r"\x7c")
    fence = "`" * (_longest_run(text) + 1)
    # Without a space, a backtick at an end would be one of the fence.
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(lines: Iterable[str]) -> list[str]:
    """Return the lines as a block of Markdown that nothing in them can end."""
    content = [printable(line) for line in lines]
    fence = "`" * max(3, 1 + max(map(_longest_run, content), default=0))
    return [f"{fence}text", *content, fence]


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
