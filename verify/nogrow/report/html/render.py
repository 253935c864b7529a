"""A report as one page: template, style, script and data put together."""

import json
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import TextIO

from nogrow.report.html.document import document
from nogrow.report.result import Report

# In the order in which they stand in the page: each uses only what is before it.
SCRIPTS = (
    "dom.js",
    "model.js",
    "words.js",
    "summary.js",
    "entries.js",
    "detail.js",
    "paths.js",
    "layout.js",
    "view.js",
    "graph.js",
    "scenarios.js",
    "main.js",
)
# Nothing may be loaded or sent, and of scripts and styles only the page's own are run.
POLICY = "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'"


def render(report: Report, stream: TextIO) -> None:
    """Write the page; equal reports give equal bytes.

    It is ASCII only, so that the hashes of its policy hold in any encoding.
    """
    style = _part("page.css")
    script = "(() => {\n'use strict';\n" + "\n".join(map(_part, SCRIPTS)) + "})();\n"
    page = Template(_part("page.html")).substitute(
        policy=POLICY.format(script=_hash(script), style=_hash(style)),
        style=style,
        script=script,
        data=island(document(report)),
    )
    stream.write(page)


def island(found: object) -> str:
    """The document as JSON that no parser of HTML takes for anything but text."""
    text = json.dumps(found, separators=(",", ":"))
    # These occur only within strings, where an escape means the same.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _part(name: str) -> str:
    return files("nogrow.report.html").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
