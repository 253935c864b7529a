"""Keep `nogrow.run.errors`, an import path of 0.1.0; the errors are in `nogrow.scenarios.errors`."""

from nogrow.scenarios.errors import GuestError, TrappedError

__all__ = ["GuestError", "TrappedError"]
