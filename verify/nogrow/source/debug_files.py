"""Find and read the file that has a module's debug information; only local files are read.

A file that the module names is read only if it is below the working directory or the module's own folder.

"WebAssembly tool conventions", external debug information and build ids; ECMA-426, section 10.3 (linking
WebAssembly modules to source maps).
"""

import base64
import binascii
import os.path
import posixpath
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from nogrow.errors import ModuleError
from nogrow.source.model import DebugFile, is_absolute, path_in_url
from nogrow.source.quote import within
from nogrow.util.paths import slashed
from nogrow.wasm.file import read
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import MAGIC, Section, SectionId, read_sections

LARGEST = 1 << 31
"""The largest debug file that is read, in bytes."""

_DWARF, _BUILD_ID = ".debug_info", "build_id"
_LINKS = ("external_debug_info", "sourceMappingURL")
_SHOWN = 200
_SEPARATORS = ("/", "\\")


class FoundDebug(NamedTuple):
    """The file with the debug information; `debug` is None if it is in the module itself or missing.

    `note` says why a file that the module names was not used, and is None if there is no such file.
    """

    debug: DebugFile | None
    note: str | None = None


def find_debug(path: str, data: bytes, named: str | None = None) -> FoundDebug:
    """Return the debug information for the module `data`, which was read from `path`.

    `named` is a file that the user names; `ModuleError` is raised if it cannot be read, has no debug
    information, or belongs to another build. Otherwise, DWARF in the module takes precedence over the files
    that the module names (`external_debug_info`, then `sourceMappingURL`). Errors in those only cause a note.
    """
    if named is not None:
        return FoundDebug(_checked(_read(slashed(named)), data))
    try:
        sections = read_sections(data)
    except ModuleError:
        return FoundDebug(None)
    customs = {section.name: section for section in reversed(sections) if section.id is SectionId.CUSTOM}
    if _DWARF in customs:
        return FoundDebug(None)
    link = next((customs[name] for name in _LINKS if name in customs), None)
    return FoundDebug(None) if link is None else _follow(path, data, link)


def _follow(path: str, data: bytes, section: Section) -> FoundDebug:
    """Return the debug information behind the URL in a custom section."""
    try:
        url = Reader(data, section.start, section.end).name()
        debug = _inline(path, url) if url.startswith("data:") else _named(path, _local(path, url))
        return FoundDebug(_checked(debug, data))
    except ModuleError as error:
        return FoundDebug(None, f"{section.name}: {error}")


def _inline(path: str, url: str) -> DebugFile:
    """Return the contents of a `data:` URL; the names in it are relative to the module."""
    head, comma, body = url.partition(",")
    if not comma:
        raise ModuleError("malformed data: URL")
    if not head.endswith(";base64"):
        return DebugFile(path, unquote_to_bytes(body))
    try:
        return DebugFile(path, base64.b64decode(unquote(body)))
    except (binascii.Error, ValueError) as error:
        raise ModuleError("malformed base64 in the data: URL") from error


def _local(path: str, url: str) -> str:
    """Return the path of the local file that a URL names; relative URLs start at the module's `path`."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ModuleError(f"malformed URL {url[:_SHOWN]!r}") from error
    file = url
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        file = path_in_url(parts.path)
    # Two separators at the start name another machine, both in a URL and in a Windows path.
    if is_absolute(file) and not (file[0] in _SEPARATORS and file[1:2] in _SEPARATORS):
        return file
    if parts.scheme or parts.netloc or is_absolute(file):
        raise ModuleError(f"{url[:_SHOWN]!r} is not a local file, and nogrow does not download files")
    folder = posixpath.dirname(path)
    literal = posixpath.join(folder, url)
    # Tools write plain file names although the section has a URL, in which % and ? have a meaning.
    return literal if os.path.exists(literal) else posixpath.join(folder, unquote(parts.path))  # noqa: PTH110


def _named(module: str, path: str) -> DebugFile:
    """Return the file `path`, which the module names, if it may be opened."""
    if "\0" not in path and within(path, (".", posixpath.dirname(module))) is None:
        where = "outside the working directory and outside the module's folder"
        raise ModuleError(f"{path[:_SHOWN]!r} is {where}; use --debug-info to read it")
    return _read(path)


def _read(path: str) -> DebugFile:
    try:
        return DebugFile(path, read(path, LARGEST))
    except ModuleError as error:
        raise ModuleError(f"{path[:_SHOWN]!r}: {error}") from error
    except ValueError as error:
        raise ModuleError(f"{path[:_SHOWN]!r} is not a valid path") from error


def _checked(debug: DebugFile, data: bytes) -> DebugFile:
    """Return `debug` if it is a source map, or a module with DWARF and no different build id."""
    if debug.data[:4] != MAGIC:
        if debug.data[:1].isspace() or debug.data[:1] in (b"{", b")", b"\xef"):
            return debug
        raise ModuleError(f"{debug.path!r} is neither a WebAssembly module nor a source map")
    if all(section.name != _DWARF for section in read_sections(debug.data)):
        raise ModuleError(f"{debug.path!r} has no debug information")
    theirs, ours = _build_id(debug.data), _build_id(data)
    if theirs is not None and ours is not None and theirs != ours:
        raise ModuleError(f"{debug.path!r} belongs to another build: the build ids differ")
    return debug


def _build_id(data: bytes) -> bytes | None:
    ids = (data[section.start : section.end] for section in read_sections(data) if section.name == _BUILD_ID)
    return next(ids, None)
