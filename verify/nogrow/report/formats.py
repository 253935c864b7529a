"""Choose the module that renders each format; only the formats that are used are imported."""

import enum
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from nogrow.errors import UsageError

if TYPE_CHECKING:
    from nogrow.report.model import Report


class Format(enum.Enum):
    """The formats of a report."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"
    HTML = "html"


# The module of each format has a function `render`.
_MODULES = {
    Format.TEXT: "text",
    Format.JSON: "as_json",
    Format.SARIF: "sarif",
    Format.JUNIT: "junit",
    Format.GITHUB: "github",
    Format.MARKDOWN: "markdown",
    Format.HTML: "html",
}


def format_of(name: str) -> Format:
    """Return the format with the name; raises `UsageError` for any other text."""
    try:
        return Format(name)
    except ValueError as error:
        names = ", ".join(form.value for form in Format)
        raise UsageError(f"unknown format {name!r}; expected one of {names}") from error


def write(report: "Report", form: Format, stream: TextIO) -> None:
    """Write the report to `stream` in the format, without colours."""
    import_module(f"nogrow.report.{_MODULES[form]}").render(report, stream)
