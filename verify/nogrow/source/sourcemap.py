"""A source map to places: the "column" of a mapping is a byte offset in the module's file, the line is 0.

ECMA-426 (source maps, revision 3): sections 8 (decoding), 8.5 (mappings) and 9.1 (index maps).
"""

import json
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from nogrow.errors import ModuleError
from nogrow.source.model import DebugFile, Frame
from nogrow.source.paths import is_absolute
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import Section

_DIGITS = {
    digit: value
    for value, digit in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
LARGEST = 1 << 26
"""The largest source map that is read, in bytes: some ten seconds of work."""

_CONTINUED = 32
_LONGEST_NUMBER = 7
_MOST_PARTS = 10_000
_MOST_KNOWN = 100_000
_PREFIX = re.compile(rb"\A\xef\xbb\xbf")
_SEGMENT = re.compile(rb"[^,]+")
_GUARD = b")]}'"


class _Mapping(NamedTuple):
    """From `column`, a byte offset, on: line and column from 0, `source` an index, -1 for no source."""

    column: int
    source: int
    line: int
    place: int


def read_places(
    debug: DebugFile, data: bytes, code: Section, offsets: list[int]
) -> dict[int, tuple[Frame, ...]]:
    """The place of each of the sorted offsets that the source map covers, as a single frame without a name.

    `data` and `code` are the module's bytes and code section: a mapping does not cover the next function.
    A malformed source map has no places.
    """
    if len(debug.data) > LARGEST:
        return {}
    try:
        document = json.loads(_document(debug.data))
    except (ValueError, RecursionError):
        return {}
    starts = _body_starts(data, code)
    found: dict[int, tuple[Frame, ...]] = {}
    for first, last, part in _parts(document):
        wanted = offsets[bisect_left(offsets, first) : bisect_left(offsets, last)]
        if not wanted:
            continue
        sources = _sources(part, debug.path)
        for offset, mapping in _covering(part, wanted, first):
            body = bisect_right(starts, offset) - 1
            if mapping.source < 0 or body < 0 or mapping.column < starts[body]:
                continue
            if mapping.source < len(sources) and sources[mapping.source]:
                place = Frame(None, sources[mapping.source], mapping.line + 1, mapping.place + 1)
                found.setdefault(offset, (place,))
    return found


def _document(data: bytes) -> bytes:
    data = _PREFIX.sub(b"", data)
    # Servers put this before JSON that no script may run; the specification has it skipped.
    return data.partition(b"\n")[2] if data.startswith(_GUARD) else data


def _parts(document: object) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The maps in a map: where each begins and ends, in bytes of the module's file."""
    if not isinstance(document, dict) or document.get("version") != 3:
        return
    sections = document.get("sections")
    if sections is None:
        yield 0, 1 << 64, document
        return
    found: list[tuple[int, dict[str, Any]]] = []
    for section in sections[:_MOST_PARTS] if isinstance(sections, list) else ():
        match section:
            case {"offset": {"line": 0, "column": int(column)}, "map": {"version": 3} as part} if column >= 0:
                found.append((column, part))
    found.sort(key=lambda pair: pair[0])
    ends = [*(column for column, _ in found), 1 << 64][1:]
    for (column, part), end in zip(found, ends, strict=True):
        yield column, end, part


def _sources(part: dict[str, Any], base: str) -> list[str]:
    root, sources = part.get("sourceRoot"), part.get("sources")
    prefix = root if isinstance(root, str) else ""
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    names = sources if isinstance(sources, list) else []
    return [_resolve(prefix + name, base) if isinstance(name, str) else "" for name in names]


def _resolve(name: str, base: str) -> str:
    """The path of a source, which is a URL relative to the source map's own."""
    if is_absolute(name):
        return name
    try:
        address = urlsplit(name)
    except ValueError:
        return name
    if address.scheme == "file" and address.netloc in ("", "localhost"):
        return unquote(address.path)
    if address.scheme:
        return name
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), name))


def _covering(part: dict[str, Any], wanted: list[int], first: int) -> Iterator[tuple[int, _Mapping]]:
    """For each of the wanted offsets the last mapping that starts at or before it."""
    text = part.get("mappings")
    if not isinstance(text, str) or not text.isascii():
        return
    ahead = iter(wanted)
    offset: int | None = next(ahead)
    last: _Mapping | None = None
    for mapping in _mappings(text.partition(";")[0].encode(), first):
        while offset is not None and mapping.column > offset:
            if last is not None:
                yield offset, last
            offset = next(ahead, None)
        if offset is None:
            return
        last = mapping
    while offset is not None and last is not None:
        yield offset, last
        offset = next(ahead, None)


def _mappings(line: bytes, first: int) -> Iterator[_Mapping]:
    """The mappings of a line in order; ends where one is malformed."""
    column, source, place_line, place = first, 0, 0, 0
    known: dict[bytes, list[int]] = {}
    for match in _SEGMENT.finditer(line):
        segment = match[0]
        # Most steps are short, so most segments are the same few.
        numbers = known.get(segment)
        if numbers is None:
            numbers = _numbers(segment)
            if len(known) < _MOST_KNOWN:
                known[segment] = numbers
        if len(numbers) not in (1, 4, 5) or numbers[0] < 0:
            return
        column += numbers[0]
        if len(numbers) == 1:
            yield _Mapping(column, -1, 0, 0)
            continue
        source, place_line, place = source + numbers[1], place_line + numbers[2], place + numbers[3]
        if min(source, place_line, place) < 0:
            return
        yield _Mapping(column, source, place_line, place)


def _numbers(segment: bytes) -> list[int]:
    """The numbers of a segment, in base 64 with the sign in the lowest bit; none when it is malformed."""
    numbers: list[int] = []
    value = shift = 0
    for byte in segment:
        digit = _DIGITS.get(byte)
        if digit is None or shift > 5 * _LONGEST_NUMBER:
            return []
        value |= (digit & 31) << shift
        if digit & _CONTINUED:
            shift += 5
            continue
        numbers.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    return [] if shift else numbers


def _body_starts(data: bytes, code: Section) -> list[int]:
    """Where the function bodies start, in bytes of the file, with their sizes before them."""
    reader = Reader(data, code.start, code.end)
    starts: list[int] = []
    try:
        for _ in range(reader.count()):
            starts.append(reader.position)
            size = reader.u32()
            reader.position += size
    except ModuleError:
        pass
    return starts
