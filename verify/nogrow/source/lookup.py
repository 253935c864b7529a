"""A module and the offsets of instructions to their places in the source, wherever these are written down."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from nogrow.errors import ModuleError, UsageError
from nogrow.source.debug_files import find_debug
from nogrow.source.frames import locate
from nogrow.source.model import Frame


class Wanted(NamedTuple):
    """How to look for the source: in the file `debug_info` if one is named, replacing prefixes of paths."""

    debug_info: str | None = None
    prefixes: tuple[tuple[str, str], ...] = ()

    @property
    def quotable(self) -> tuple[str, ...]:
        """The folders whose source files the user allows reports to quote: what prefixes are replaced by."""
        return tuple(new for _, new in self.prefixes)


class Sources(NamedTuple):
    """Frames by offset in the file, the innermost inlined function first, and what went wrong if anything."""

    frames: Mapping[int, tuple[Frame, ...]]
    note: str | None = None


def find_sources(path: str, module: bytes, start: int, offsets: Collection[int], wanted: Wanted) -> Sources:
    """The places of the instructions at `offsets` in the file `path`.

    `module` is the core module in the file, which starts at the offset `start`; both count bytes. Raises
    `UsageError` if the file that `wanted` names can't be used; any other debug information that can't be
    read costs places and nothing more.
    """
    try:
        debug, note = find_debug(path, module, wanted.debug_info)
    except ModuleError as error:
        raise UsageError(f"--debug-info: {error}") from error
    if not offsets:
        return Sources({}, note)
    found = locate(module, {offset - start for offset in offsets}, debug=debug, prefixes=wanted.prefixes)
    return Sources({offset + start: frames for offset, frames in found.items()}, note)
