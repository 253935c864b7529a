"""Configuration of the documentation: `invoke docs` builds it."""

import re

from sphinx.application import Sphinx

from nogrow import __version__

project = "nogrow"
release = __version__
extensions = ["myst_parser"]
# A block without a language is output or a diagram, not Python.
highlight_language = "text"
html_theme = "furo"
html_title = f"nogrow {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
myst_heading_anchors = 4
# A link that leads nowhere is an error, not a warning that nobody reads.
nitpicky = True
# Nothing that differs from build to build.
html_last_updated_fmt = None
html_show_copyright = False

CARD = re.compile(r"^\*\*(?P<group>[^*]+)\*\*$(?P<body>.*?)^</td>$", re.M | re.S)
LINK = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<page>[a-z-]+)\.md\)$", re.M)


def tables_of_contents(landing_page: str) -> str:
    """Return a hidden table of contents for each card of the landing page.

    The cards are plain Markdown, because the landing page is read on GitHub as well, where a toctree would be
    shown as code. Sphinx reports every page that no card names.
    """
    return "".join(
        f"\n\n```{{toctree}}\n:hidden:\n:caption: {card['group']}\n\n"
        + "".join(f"{link['title']} <{link['page']}>\n" for link in LINK.finditer(card["body"]))
        + "```\n"
        for card in CARD.finditer(landing_page)
    )


def _add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    if name == app.config.root_doc:
        source[0] += tables_of_contents(source[0])


def setup(app: Sphinx) -> None:
    """Register the handler that adds the tables of contents to the landing page."""
    app.connect("source-read", _add_contents)
