"""The errors that end in a message and an exit code: one class per stage, each saying whose fault it is."""

from pathlib import Path


class NogrowError(Exception):
    """Base of every error that nogrow raises on purpose; `str()` of it is one line for the user."""


class UsageError(NogrowError):
    """The command was called wrongly: the caller's fault, exit code 2."""


class ContractError(NogrowError):
    """The contract file is wrong: its author's fault, exit code 2."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        """`line` counts from 1 and is None when no single line is to blame."""
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {message}")


class DocumentError(NogrowError):
    """A JSON file that is read (lock, report, statement) is wrong: its author's fault, exit code 2."""

    def __init__(self, path: Path, place: str | None, message: str) -> None:
        """`place` is a line (`line 3`) or a key, None when the whole file is to blame."""
        super().__init__(f"{path}: {message}" if place is None else f"{path}: {place}: {message}")


class ModuleError(NogrowError):
    """The module can't be judged (undecodable, unsupported, unreadable): exit code 4, rule NG010."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        """`offset` is the byte in the file where understanding ended, None when no byte is to blame."""
        super().__init__(message if offset is None else f"offset 0x{offset:x}: {message}")
        self.message = message
        self.offset = offset

    def moved(self, by: int) -> "ModuleError":
        """The same error where the module stands `by` bytes into the file."""
        return ModuleError(self.message, None if self.offset is None else self.offset + by)


class ToolError(NogrowError):
    """A program that the build needs is missing, too old, or failed; the message says how to get it."""
