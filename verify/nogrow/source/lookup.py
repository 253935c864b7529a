"""Find the source positions of instructions, from DWARF or a source map, in the module or in another file."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from nogrow.errors import ModuleError, UsageError
from nogrow.source.debug_files import find_debug
from nogrow.source.dwarf import read_frames
from nogrow.source.model import DebugFile, Frame, Frames, replace
from nogrow.source.sourcemap import read_contents, read_places
from nogrow.wasm.sections import MAGIC, SectionId, read_sections


class Wanted(NamedTuple):
    """Which file has the debug information, if the user names one, and which path prefixes to replace."""

    debug_info: str | None = None
    prefixes: tuple[tuple[str, str], ...] = ()

    @property
    def quotable(self) -> tuple[str, ...]:
        """The folders whose source files reports may quote: the replacements of path prefixes."""
        return tuple(new for _, new in self.prefixes)


class Sources(NamedTuple):
    """Frames by offset in the file, the innermost inlined function first; `note` reports a problem if any.

    `contents` has the texts of files that only the debug information has.
    """

    frames: Frames
    note: str | None = None
    contents: Mapping[str, str] = MappingProxyType({})


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
    contents: Mapping[str, str] = {}
    if debug is not None and debug.data[:4] != MAGIC:
        contents = read_contents(debug, {frame.file for frames in located.values() for frame in frames})
    return Sources({offset + start: frames for offset, frames in located.items()}, note, contents)


def locate(
    data: bytes,
    offsets: Collection[int],
    debug: DebugFile | None = None,
    prefixes: Sequence[tuple[str, str]] = (),
) -> dict[int, tuple[Frame, ...]]:
    """Return the frames of the instructions that have a location, innermost first.

    The last frame is the function that contains the instruction. `offsets` count bytes of the file. `debug`
    is the file with the debug information, or None if it is in the module itself. `prefixes` are replacements
    of path prefixes, (from, to), of which the longest match applies. Malformed debug information only loses
    locations and raises no error.
    """
    try:
        sections = read_sections(data)
        code = next((section for section in sections if section.id is SectionId.CODE), None)
        if code is None:
            return {}
        inside = sorted({offset for offset in offsets if code.start <= offset < code.end})
        if debug is not None and debug.data[:4] != MAGIC:
            located = read_places(debug, data, code, inside)
        else:
            source = data if debug is None else debug.data
            described = sections if debug is None else read_sections(source)
            addresses = [offset - code.start for offset in inside]
            frames = read_frames(source, described, addresses)
            located = {address + code.start: frame for address, frame in frames.items()}
    except ModuleError:
        return {}
    if prefixes:
        located = {
            offset: tuple(frame._replace(file=replace(frame.file, prefixes)) for frame in frames)
            for offset, frames in located.items()
        }
    return located
