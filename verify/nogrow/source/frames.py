"""Byte offsets in a module's file to frames, from whichever debug information there is."""

from collections.abc import Collection, Sequence

from nogrow.errors import ModuleError
from nogrow.source.dwarf import read_frames
from nogrow.source.model import DebugFile, Frame
from nogrow.source.paths import replace
from nogrow.source.sourcemap import read_places
from nogrow.wasm.sections import MAGIC, SectionId, read_sections


def locate(
    data: bytes,
    offsets: Collection[int],
    debug: DebugFile | None = None,
    prefixes: Sequence[tuple[str, str]] = (),
) -> dict[int, tuple[Frame, ...]]:
    """The frames of each instruction that has a location, innermost first; the last is the function it is in.

    `offsets` are those of instructions, in bytes of the file. `debug` is where the debug information is, None
    for the module itself. `prefixes` are replacements of paths, (from, to); the longest that fits is taken.
    Raises nothing: locations are only shown, so bad debug information costs them, and no verdict.
    """
    try:
        sections = read_sections(data)
        code = next((section for section in sections if section.id is SectionId.CODE), None)
        if code is None:
            return {}
        inside = sorted({offset for offset in offsets if code.start <= offset < code.end})
        if debug is not None and debug.data[:4] != MAGIC:
            found = read_places(debug, data, code, inside)
        else:
            source = data if debug is None else debug.data
            described = sections if debug is None else read_sections(source)
            addresses = [offset - code.start for offset in inside]
            frames = read_frames(source, described, addresses)
            found = {address + code.start: frame for address, frame in frames.items()}
    except ModuleError:
        return {}
    if prefixes:
        found = {
            offset: tuple(frame._replace(file=replace(frame.file, prefixes)) for frame in frames)
            for offset, frames in found.items()
        }
    return found
