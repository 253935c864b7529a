"""Find the source positions of instructions, in whichever file the module's debug information is."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from nogrow.errors import ModuleError, UsageError
from nogrow.source.debug_files import find_debug
from nogrow.source.frames import locate
from nogrow.source.model import Frame


class Wanted(NamedTuple):
    """Which file has the debug information, if the user names one, and which path prefixes to replace."""

    debug_info: str | None = None
    prefixes: tuple[tuple[str, str], ...] = ()

    @property
    def quotable(self) -> tuple[str, ...]:
        """The folders whose source files reports may quote: the replacements of path prefixes."""
        return tuple(new for _, new in self.prefixes)


class Sources(NamedTuple):
    """Frames by offset in the file, the innermost inlined function first; `note` reports a problem if any."""

    frames: Mapping[int, tuple[Frame, ...]]
    note: str | None = None


def find_sources(path: str, module: bytes, start: int, offsets: Collection[int], wanted: Wanted) -> Sources:
    """Return the source positions of the instructions at `offsets` in the file `path`.

    `module` has the bytes of the core module, which starts at the byte offset `start` of the file. Raises
    `UsageError` if the file that `wanted` names cannot be used; other unreadable debug information only loses
    positions.
    """
    try:
        debug, note = find_debug(path, module, wanted.debug_info)
    except ModuleError as error:
        raise UsageError(f"--debug-info: {error}") from error
    if not offsets:
        return Sources({}, note)
    located = locate(module, {offset - start for offset in offsets}, debug=debug, prefixes=wanted.prefixes)
    return Sources({offset + start: frames for offset, frames in located.items()}, note)
