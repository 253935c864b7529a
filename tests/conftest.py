"""What all tests share: an environment that asks for no special output, and one browser."""

import os

from tests.report.browser import browser

__all__ = ["browser"]

# How wide or colourful output is would depend on who runs the tests; Node obeys FORCE_COLOR as well.
for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
    os.environ.pop(name, None)
