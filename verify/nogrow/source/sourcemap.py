"""Find the source positions of byte offsets in a source map.

In a source map for WebAssembly, the generated column is a byte offset in the module's file, and the generated
line is 0. ECMA-426 (source maps, revision 3): sections 8 (decoding), 8.5 (mappings) and 9.1 (index maps).
"""

import json
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from nogrow.errors import ModuleError
from nogrow.source.model import DebugFile, Frame, is_absolute, path_in_url, slashed
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import Section

_DIGITS = {
    digit: value
    for value, digit in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
LARGEST = 1 << 26
"""The largest source map that is read, in bytes; it takes about ten seconds."""

_CONTINUED = 32
_LONGEST_NUMBER = 7
_MOST_PARTS = 10_000
_MOST_KNOWN = 100_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SEGMENT = re.compile(rb"[^,]+")
_GUARD = b")]}'"


class _Mapping(NamedTuple):
    """The source position of the code from a byte offset on.

    `source` is an index, or -1 for no source; `line` and `column` count from 0.
    """

    offset: int
    source: int
    line: int
    column: int


_NOWHERE, _END = _Mapping(-1, -1, 0, 0), _Mapping(1 << 64, -1, 0, 0)


def read_places(
    debug: DebugFile, data: bytes, code: Section, offsets: list[int]
) -> dict[int, tuple[Frame, ...]]:
    """Return a single frame without a name for each sorted offset that the source map covers.

    `data` and `code` are the module's bytes and its code section; a mapping ends with the function in which
    it starts. The result is empty if the source map is malformed.
    """
    if len(debug.data) > LARGEST:
        return {}
    raw = debug.data.removeprefix(_BYTE_ORDER_MARK)
    # Servers put a line before JSON so that it is not a valid script; ECMA-426 says to skip it.
    raw = raw.partition(b"\n")[2] if raw.startswith(_GUARD) else raw
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    starts = _body_starts(data, code)
    located: dict[int, tuple[Frame, ...]] = {}
    for first, last, part in _parts(document):
        wanted = offsets[bisect_left(offsets, first) : bisect_left(offsets, last)]
        if not wanted:
            continue
        sources = _sources(part, debug.path)
        for offset, mapping in _covering(part, wanted, first):
            body = bisect_right(starts, offset) - 1
            if mapping.source < 0 or body < 0 or mapping.offset < starts[body]:
                continue
            if mapping.source < len(sources) and sources[mapping.source]:
                frame = Frame(None, sources[mapping.source], mapping.line + 1, mapping.column + 1)
                located.setdefault(offset, (frame,))
    return located


def _parts(document: object) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Yield the parts of an index map with their first offset and the offset after their last."""
    if not isinstance(document, dict) or document.get("version") != 3:
        return
    sections = document.get("sections")
    if sections is None:
        yield 0, 1 << 64, document
        return
    parts: list[tuple[int, dict[str, Any]]] = []
    for section in sections[:_MOST_PARTS] if isinstance(sections, list) else ():
        match section:
            case {"offset": {"line": 0, "column": int(column)}, "map": {"version": 3} as part} if column >= 0:
                parts.append((column, part))
    parts.sort(key=lambda pair: pair[0])
    ends = [*(start for start, _ in parts), 1 << 64][1:]
    for (start, part), end in zip(parts, ends, strict=True):
        yield start, end, part


def _sources(part: dict[str, Any], base: str) -> list[str]:
    root, sources = part.get("sourceRoot"), part.get("sources")
    prefix = root if isinstance(root, str) else ""
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    names = sources if isinstance(sources, list) else []
    return [_resolve(prefix + name, base) if isinstance(name, str) else "" for name in names]


def _resolve(name: str, base: str) -> str:
    """Return the path of a source, whose name is a URL relative to the source map."""
    if is_absolute(name):
        return slashed(name)
    try:
        url = urlsplit(name)
    except ValueError:
        return name
    if url.scheme == "file" and url.netloc in ("", "localhost"):
        return path_in_url(url.path)
    if url.scheme:
        return name
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), slashed(name)))


def _covering(part: dict[str, Any], wanted: list[int], first: int) -> Iterator[tuple[int, _Mapping]]:
    """Yield each wanted offset with the last mapping that starts at or before it."""
    text = part.get("mappings")
    if not isinstance(text, str) or not text.isascii():
        return
    position, last = 0, _NOWHERE
    for mapping in chain(_mappings(text.partition(";")[0].encode(), first), (_END,)):
        while mapping.offset > wanted[position]:
            yield wanted[position], last
            position += 1
            if position == len(wanted):
                return
        last = mapping


def _mappings(line: bytes, first: int) -> Iterator[_Mapping]:
    """Yield the mappings of a line in order, up to the first malformed one."""
    offset, source, source_line, source_column = first, 0, 0, 0
    known: dict[bytes, list[int]] = {}
    for match in _SEGMENT.finditer(line):
        segment = match[0]
        # Segments are differences and mostly small, so the same few occur again and again.
        numbers = known.get(segment)
        if numbers is None:
            numbers = _numbers(segment)
            if len(known) < _MOST_KNOWN:
                known[segment] = numbers
        if len(numbers) not in (1, 4, 5) or numbers[0] < 0:
            return
        offset += numbers[0]
        if len(numbers) == 1:
            yield _Mapping(offset, -1, 0, 0)
            continue
        source += numbers[1]
        source_line += numbers[2]
        source_column += numbers[3]
        if min(source, source_line, source_column) < 0:
            return
        yield _Mapping(offset, source, source_line, source_column)


def _numbers(segment: bytes) -> list[int]:
    """Return the numbers of a segment, or none if it is malformed; the lowest bit of a number is its sign."""
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
    """Return the byte offsets in the file at which the function bodies start, including their size fields."""
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
