"""Find the source positions of byte offsets in a source map.

In a source map for WebAssembly, the generated column is a byte offset in the module's file, and the generated
line is 0. ECMA-426 (source maps, revision 3): sections 8 (decoding), 8.5 (mappings) and 9.1 (index maps).
"""

import json
import os.path
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from nogrow.errors import ModuleError
from nogrow.source.model import DebugFile, Frame, is_absolute, path_in_url, slashed
from nogrow.source.quote import within
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.names import FunctionNames
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
    """Return the frames, without names of functions, for each sorted offset that the source map covers.

    `data` and `code` are the module's bytes and its code section; a mapping ends with the function in which
    it starts. There are two frames where the position is in another file than the function: then the code is
    inlined, and the second frame is the last position before it in the function's own file. The result is
    empty if the source map is malformed.
    """
    starts = _body_starts(data, code)
    located: dict[int, tuple[Frame, ...]] = {}
    own_files = _OwnFiles(data)
    for first, last, part in _parts(_document(debug)):
        wanted = offsets[bisect_left(offsets, first) : bisect_left(offsets, last)]
        if not wanted:
            continue
        sources = _sources(part, debug.path)
        for offset, mapping, recent in _covering(part, wanted, first):
            body = bisect_right(starts, offset) - 1
            if mapping.source < 0 or body < 0 or mapping.offset < starts[body]:
                continue
            inside = {source: place for source, place in recent.items() if place.offset >= starts[body]}
            own = own_files.of(body, sources, inside)
            covering = [mapping, *([inside[own]] if own in inside and own != mapping.source else [])]
            frames = tuple(
                Frame(None, sources[place.source], place.line + 1, place.column + 1)
                for place in covering
                if place.source < len(sources) and sources[place.source]
            )
            if frames:
                located.setdefault(offset, frames)
    return located


def read_contents(debug: DebugFile, files: Collection[str]) -> dict[str, str]:
    """Return the texts that the source map has for those of the files that do not exist."""
    missing = {file for file in files if not _exists(file)}
    contents: dict[str, str] = {}
    for _, _, part in _parts(_document(debug)) if missing else ():
        texts = part.get("sourcesContent")
        for file, text in zip(
            _sources(part, debug.path), texts if isinstance(texts, list) else (), strict=False
        ):
            if file in missing and isinstance(text, str):
                contents.setdefault(file, text)
    return contents


def _document(debug: DebugFile) -> object:
    """Return the JSON of the source map, None if it is too large or malformed."""
    if len(debug.data) > LARGEST:
        return None
    raw = debug.data.removeprefix(_BYTE_ORDER_MARK)
    # Servers put a line before JSON so that it is not a valid script; ECMA-426 says to skip it.
    raw = raw.partition(b"\n")[2] if raw.startswith(_GUARD) else raw
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


class _OwnFiles:
    """The files that functions are in, as far as AssemblyScript says so.

    Its names are `file/function`. Without names, an exported function is in a file of the user.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def _functions(self) -> tuple[FunctionNames, int, frozenset[int]]:
        module = decode(self._data)
        exported = frozenset(export.index for export in module.exports if export.kind is Kind.FUNCTION)
        return FunctionNames(self._data, module.sections), len(module.imported(Kind.FUNCTION)), exported

    def of(self, body: int, sources: Sequence[str], recent: Mapping[int, _Mapping]) -> int | None:
        """Return the index of the source that the function with this body is in, None if that is unknown.

        `recent` has the last mapping of each source in the body.
        """
        names, imported, exported = self._functions
        name = names.get(imported + body)
        if name is None:
            own = [place for place in recent.values() if self._is_users(place.source, sources)]
            if imported + body not in exported or not own:
                return None
            return max(own, key=lambda place: place.offset).source
        file, separator, _ = name.rpartition("/")
        stems = (posixpath.splitext(source)[0] for source in sources)
        matching = (i for i, stem in enumerate(stems) if stem == file or stem.endswith(f"/{file}"))
        return next(matching, None) if separator else None

    @staticmethod
    def _is_users(source: int, sources: Sequence[str]) -> bool:
        return 0 <= source < len(sources) and not f"/{sources[source]}".count("/~lib/")


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
    return [_found(name, prefix, base) if isinstance(name, str) else "" for name in names]


def _found(name: str, root: str, base: str) -> str:
    """Return the path of a source; a root that leads nowhere is left out if the file is in the project."""
    stated = _resolve(root + name, base)
    if not root or is_absolute(name) or _exists(stated):
        return stated
    folder = posixpath.dirname(base)
    folders = [folder]
    while folder and folder != posixpath.dirname(folder):
        folder = posixpath.dirname(folder)
        folders.append(folder)
    paths = (posixpath.normpath(posixpath.join(folder, slashed(name))) for folder in folders)
    return next((path for path in paths if _exists(path)), stated)


def _exists(path: str) -> bool:
    """Return whether there is such a file below the working directory; no other place is asked."""
    return "\0" not in path and within(path, (".",)) is not None and os.path.isfile(path)  # noqa: PTH113


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


def _covering(
    part: dict[str, Any], wanted: list[int], first: int
) -> Iterator[tuple[int, _Mapping, dict[int, _Mapping]]]:
    """Yield each wanted offset with the last mapping before it, of all sources and of each one."""
    text = part.get("mappings")
    if not isinstance(text, str) or not text.isascii():
        return
    position, last = 0, _NOWHERE
    recent: dict[int, _Mapping] = {}
    for mapping in chain(_mappings(text.partition(";")[0].encode(), first), (_END,)):
        while mapping.offset > wanted[position]:
            yield wanted[position], last, recent
            position += 1
            if position == len(wanted):
                return
        last = recent[mapping.source] = mapping


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
