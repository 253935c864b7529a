"""This module defines the errors that end in a message and an exit code, one class per stage.

Each class says whose fault the error is.
"""

from pathlib import Path
from typing import Self


class Error(Exception):
    """The base of every error that nogrow raises on purpose; `str()` of it is one line for the user."""


class UsageError(Error):
    """The command line, or an argument of a function, is wrong: the caller's fault, exit code 2."""


class NothingError(Error):
    """There is nothing to judge or to compare: the caller's fault, exit code 3."""


class ContractError(Error):
    """The contract file is wrong: its author's fault, exit code 2."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        """Describe an error at `line`, which counts from 1 and is None if the file as a whole is wrong."""
        super().__init__(f"{path}: {message}" if line is None else f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message

    def __reduce__(self) -> tuple[type[Self], tuple[Path, int | None, str]]:
        return type(self), (self.path, self.line, self.message)


class DocumentError(Error):
    """A JSON file (lock, report, statement) is wrong: its author's fault, exit code 2."""

    def __init__(self, path: Path, position: str | None, message: str) -> None:
        """Describe an error at `position`, a line (`line 3`) or a key; None means the file as a whole."""
        super().__init__(f"{path}: {message}" if position is None else f"{path}: {position}: {message}")
        self.path = path
        self.position = position
        self.message = message

    def __reduce__(self) -> tuple[type[Self], tuple[Path, str | None, str]]:
        return type(self), (self.path, self.position, self.message)


class ModuleError(Error):
    """The module can't be judged (invalid, unsupported or unreadable): exit code 4, rule NG010."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        """Describe an error at the byte `offset` of the file, None if no single byte is wrong."""
        super().__init__(message if offset is None else f"offset 0x{offset:x}: {message}")
        self.message = message
        self.offset = offset

    def __reduce__(self) -> tuple[type[Self], tuple[str, int | None]]:
        return type(self), (self.message, self.offset)

    def moved(self, by: int) -> "ModuleError":
        """Return the error with its offset moved by `by` bytes, for a module embedded in a file."""
        return ModuleError(self.message, None if self.offset is None else self.offset + by)


class ToolError(Error):
    """A program that the build needs is missing, too old, or has failed; the message says how to get it."""
