"""What tests all over use; a browser is started once at most."""

from tests.report.browser import browser

__all__ = ["browser"]
