"""Render a report as one HTML page: put the template, style, script and data together."""

import json
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import TextIO

from nogrow.report.html import document
from nogrow.report.model import Report

# In the order of the page: each script uses only scripts before it.
SCRIPTS = (
    "dom.js",
    "model.js",
    "descriptions.js",
    "entries.js",
    "causes.js",
    "views.js",
    "layout.js",
    "graph.js",
    "main.js",
)
# The page may load and send nothing, and runs no script or style but its own.
POLICY = "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'"


def render(report: Report, stream: TextIO) -> None:
    """Write the page; equal reports give equal bytes.

    The page is ASCII, so that the hashes in its policy are valid in every encoding.
    """
    style = _part("page.css")
    script = "(() => {\n'use strict';\n" + "\n".join(map(_part, SCRIPTS)) + "})();\n"
    page = Template(_part("page.html")).substitute(
        policy=POLICY.format(script=_hash(script), style=_hash(style)),
        style=style,
        script=script,
        data=island(document.document(report)),
    )
    stream.write(page)


def island(content: object) -> str:
    """Return the content as JSON that every HTML parser reads as plain text."""
    text = json.dumps(content, separators=(",", ":"))
    # JSON has these characters only inside strings, where an escape means the same.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _part(name: str) -> str:
    return files("nogrow.report.html").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
