"""Find the frames of byte offsets in a module's file, from DWARF or from a source map."""

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
