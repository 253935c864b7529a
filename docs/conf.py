"""How the documents become pages: `invoke docs`."""

from nogrow import __version__

project = "nogrow"
release = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"nogrow {release}"
myst_heading_anchors = 4
# A link that leads nowhere is an error, not a warning that nobody reads.
nitpicky = True
# Nothing that differs from build to build.
html_last_updated_fmt = None
html_show_copyright = False
