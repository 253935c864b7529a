"""Escape text from modules so that terminals, build logs and report formats show it and never obey it.

A module chooses the names of its functions, imports and exports, so any of them may contain control
characters, markup or the commands of a build runner. Every function here makes its text printable first.
"""

import re
from collections.abc import Iterable

_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def printable(text: str) -> str:
    r"""Return `text` with every character that is not plainly visible escaped.

    Control characters, marks that change the writing direction, lone surrogates and line ends
    become `\x1b` or `\u{202e}`. `##` becomes `#\x23`.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(ord(char)) for char in text)
    # `##[add-mask]` and `##vso[...]` command the runners of GitHub and Azure, anywhere in a line.
    return text.replace("##", r"#\x23") if "##" in text else text


def in_json(document: str) -> str:
    """Return the JSON text without `##`; its meaning stays the same, because only strings contain `##`."""
    return document.replace("##", r"#\u0023")


def in_xml(text: str) -> str:
    """Return the text for XML, between tags or in a quoted attribute."""
    return printable(text).translate(_XML)


def in_sarif(text: str) -> str:
    """Return the text for a SARIF message, where `{0}` and `[text](target)` have a meaning.

    SARIF 2.1.0, sections 3.11.5 and 3.11.6.
    """
    text = re.sub(r"\{(?=\d+\})", r"\\x7b", printable(text))
    return text.replace("](", r"]\x28")


def in_command(text: str) -> str:
    """Return the text for the message of a GitHub Actions workflow command."""
    return printable(text).replace("%", "%25")


def in_property(text: str) -> str:
    """Return the text for a property of a GitHub Actions workflow command."""
    return in_command(text).replace(":", "%3A").replace(",", "%2C")


def in_markdown(text: str) -> str:
    r"""Return the text as a code span of GitHub's Markdown, in which links, mentions and HTML stay text.

    `|` becomes `\x7c`, because every other spelling would end the table cell.
    """
    text = printable(text).replace("|", r"\x7c")
    fence = "`" * (_longest_run(text) + 1)
    # Without the space, a backtick at either end would become part of the fence.
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(lines: Iterable[str]) -> list[str]:
    """Return the lines as a fenced Markdown block that none of them can end."""
    content = [printable(line) for line in lines]
    fence = "`" * max(3, 1 + max(map(_longest_run, content), default=0))
    return [f"{fence}text", *content, fence]


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{{{code:x}}}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
