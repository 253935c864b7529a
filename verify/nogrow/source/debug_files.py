"""A module to the file that holds its debug information. Only local files are read, never the network.

A file that the module names is read only below the working directory or the module's own folder.

"WebAssembly tool conventions", external debug information and build ids; ECMA-426, section 10.3 (linking
WebAssembly modules to source maps).
"""

import base64
import binascii
import os.path
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from nogrow.errors import ModuleError
from nogrow.source.file_policy import within
from nogrow.source.model import DebugFile
from nogrow.source.paths import is_absolute
from nogrow.wasm.file import read
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import MAGIC, Section, SectionId, read_sections

LARGEST = 1 << 31
"""The largest debug file that is read, in bytes."""

_DWARF, _EXTERNAL, _SOURCE_MAP, _BUILD_ID = (
    ".debug_info",
    "external_debug_info",
    "sourceMappingURL",
    "build_id",
)


_SHOWN = 200
_SEPARATORS = ("/", "\\")


class Found(NamedTuple):
    """Where the debug information is: `debug` is None for the module itself, or for nowhere.

    `note` says why a file that the module names was not used, None when there is nothing to say.
    """

    debug: DebugFile | None
    note: str | None = None


def find_debug(path: str, data: bytes, named: str | None = None) -> Found:
    """The debug information for the module with these bytes, which was read from `path`.

    `named` is a file that the user names: it raises `ModuleError` when it can't be read, has no debug
    information, or is of another build than the module. DWARF in the module goes before what the module
    names (`external_debug_info`, then `sourceMappingURL`); what is wrong with that only leads to a note.
    """
    if named is not None:
        return Found(_checked(_read(named), data))
    try:
        sections = read_sections(data)
    except ModuleError:
        return Found(None)
    customs = {section.name: section for section in reversed(sections) if section.id is SectionId.CUSTOM}
    if _DWARF in customs:
        return Found(None)
    for name in (_EXTERNAL, _SOURCE_MAP):
        if name in customs:
            return _follow(path, data, customs[name])
    return Found(None)


def _follow(path: str, data: bytes, section: Section) -> Found:
    """The debug information behind the URL in a custom section."""
    try:
        address = Reader(data, section.start, section.end).name()
        debug = _inline(path, address) if address.startswith("data:") else _named(path, _local(path, address))
        return Found(_checked(debug, data))
    except ModuleError as error:
        return Found(None, f"{section.name}: {error}")


def _inline(path: str, address: str) -> DebugFile:
    """The contents of a `data:` URL; what it names is relative to the module."""
    head, comma, body = address.partition(",")
    if not comma:
        raise ModuleError("malformed data: URL")
    if not head.endswith(";base64"):
        return DebugFile(path, unquote_to_bytes(body))
    try:
        return DebugFile(path, base64.b64decode(unquote(body)))
    except (binascii.Error, ValueError) as error:
        raise ModuleError("malformed base64 in the data: URL") from error


def _local(path: str, address: str) -> str:
    """The path of a URL that is relative to the module, which is at `path`."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise ModuleError(f"malformed URL {address[:_SHOWN]!r}") from error
    given = address
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        given = unquote(parts.path)
    # Two separators name another machine: in a URL, and in a path on Windows.
    if is_absolute(given) and not (given[0] in _SEPARATORS and given[1:2] in _SEPARATORS):
        return given
    if parts.scheme or parts.netloc or is_absolute(given):
        raise ModuleError(f"{address[:_SHOWN]!r} is not a local file, and nothing is fetched")
    folder = os.path.dirname(path)  # noqa: PTH120
    literal = os.path.join(folder, address)  # noqa: PTH118
    # Tools write file names as they are, though the section holds a URL, in which % and ? mean something.
    return literal if os.path.exists(literal) else os.path.join(folder, unquote(parts.path))  # noqa: PTH110, PTH118


def _named(module: str, path: str) -> DebugFile:
    """The file `path`, which the module names, if it is one that may be opened."""
    if "\0" not in path and within(path, (".", os.path.dirname(module))) is None:  # noqa: PTH120
        where = "outside the working directory and outside the module's folder"
        raise ModuleError(f"{path[:_SHOWN]!r} is {where}: it is read only if --debug-info names it")
    return _read(path)


def _read(path: str) -> DebugFile:
    try:
        return DebugFile(path, read(path, LARGEST))
    except ModuleError as error:
        raise ModuleError(f"{path[:_SHOWN]!r}: {error}") from error
    except ValueError as error:
        raise ModuleError(f"{path[:_SHOWN]!r} is not a path") from error


def _checked(debug: DebugFile, data: bytes) -> DebugFile:
    """`debug`, which is a source map, or a module that says nothing against being of the same build."""
    if debug.data[:4] != MAGIC:
        if debug.data[:1].isspace() or debug.data[:1] in (b"{", b")", b"\xef"):
            return debug
        raise ModuleError(f"{debug.path!r} is neither a WebAssembly module nor a source map")
    if all(section.name != _DWARF for section in read_sections(debug.data)):
        raise ModuleError(f"{debug.path!r} has no debug information")
    theirs, ours = _build_id(debug.data), _build_id(data)
    if theirs is not None and ours is not None and theirs != ours:
        raise ModuleError(f"{debug.path!r} is of another build: the build ids differ")
    return debug


def _build_id(data: bytes) -> bytes | None:
    sections = read_sections(data)
    section = next((section for section in sections if section.name == _BUILD_ID), None)
    return None if section is None else data[section.start : section.end]
