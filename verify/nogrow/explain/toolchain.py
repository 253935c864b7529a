"""Recognise the toolchain that built a module, by its `producers` section or else by its names.

The section is a convention (tool-conventions, ProducersSection.md) and serves only as a hint, so unreadable
parts of it are ignored.
"""

import enum
import re
from collections.abc import Collection
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId, read_sections


class Kind(enum.Enum):
    """The toolchains with advice of their own, by their names in sentences."""

    RUST = "Rust"
    EMSCRIPTEN = "Emscripten"
    CLANG = "clang"
    ASSEMBLYSCRIPT = "AssemblyScript"
    GO = "Go"
    TINYGO = "TinyGo"
    ZIG = "Zig"
    UNKNOWN = "an unknown toolchain"


class Toolchain(NamedTuple):
    """The toolchain that built a module. `tools` are programs with versions, for example `rustc 1.80`.

    `lost_names` says that the module was built with debug information and a later tool dropped the names.
    """

    kind: Kind
    tools: tuple[str, ...] = ()
    lost_names: bool = False


# The patterns of a module's producers, in lower case, and of its names. The first match counts, so a
# toolchain that builds on another one comes before it.
PRODUCERS: tuple[tuple[str, Kind], ...] = (
    (r"tinygo", Kind.TINYGO),
    (r"emscripten|emcc", Kind.EMSCRIPTEN),
    (r"\brustc\b|^language rust", Kind.RUST),
    (r"assemblyscript|\basc\b", Kind.ASSEMBLYSCRIPT),
    (r"\bzig\b", Kind.ZIG),
    (r"go cmd/compile|^language go\b", Kind.GO),
)
NAMES: tuple[tuple[bytes, Kind], ...] = (
    (rb"tinygo_(?:unwind|launch|rewind)|runtime\.(?:runtimePanic|gcMarkReachable)", Kind.TINYGO),
    (rb"_?emscripten_(?:\w+)", Kind.EMSCRIPTEN),
    (rb"__rust_alloc|__rust_no_alloc|__rdl_alloc|__wbindgen_|_ZN4core\d|_RNv\w*Cs\w*_4core", Kind.RUST),
    (rb"~lib/(?:rt|string|array|memory|builtins)|start:assembly/", Kind.ASSEMBLYSCRIPT),
    (rb"runtime\.(?:mallocgc|newproc|gcenable)|_rt0_wasm|go:buildid|gojs", Kind.GO),
    (rb"heap\.(?:wasm_allocator|\w*Allocator\b)|mem\.Allocator\.|debug\.(?:FullPanic|panicExtra)", Kind.ZIG),
)
# The messages of AssemblyScript's runtime contain its file names in UTF-16.
ASSEMBLYSCRIPT_DATA = "~lib/".encode("utf-16-le")
# Only Emscripten shortens the names of imports, and that of the module that they come from.
MINIFIED_IMPORT = re.compile(r"[A-Za-z]\.[A-Za-z_$][\w$]{0,2}")
CLANG = re.compile(r"\bclang\b|^language c\b|^language c[_\d+]")
# The bytes of the name section that are searched; a toolchain's own names occur everywhere in it.
SEARCHED = 4 << 20
MOST_TOOLS, LONGEST_TOOL = 8, 60


def toolchain_of(data: bytes, labels: Collection[str] = ()) -> Toolchain:
    """Return the toolchain of the core module `data`; `labels` are the names of its imports and exports."""
    produced, names, lost_names = _custom(data)
    names += b"\0" + "\0".join(labels).encode("utf-8", "replace")
    facts = [f"{field} {name} {version}".lower() for field, name, version in produced]
    tools = tuple(f"{name} {version}".strip() for field, name, version in produced if field != "language")
    matches = (kind for pattern, kind in PRODUCERS if any(re.search(pattern, fact) for fact in facts))
    # Emscripten and Zig appear only as clang in the producers, so names are checked before clang.
    kind = next(matches, None) or next((kind for pattern, kind in NAMES if re.search(pattern, names)), None)
    if kind is None and any(map(MINIFIED_IMPORT.fullmatch, labels)):
        kind = Kind.EMSCRIPTEN
    if kind is None and not facts and ASSEMBLYSCRIPT_DATA in data:
        kind = Kind.ASSEMBLYSCRIPT
    if kind is None:
        kind = Kind.CLANG if any(CLANG.search(fact) for fact in facts) else Kind.UNKNOWN
    return Toolchain(kind, tuple(tool[:LONGEST_TOOL] for tool in tools[:MOST_TOOLS]), lost_names)


def _custom(data: bytes) -> tuple[list[tuple[str, str, str]], bytes, bool]:
    """Return the fields of the producers section, the bytes of the name section, and whether names are lost.

    Linkers always write a name section together with debug sections. `wasm-opt` without `-g` drops the name
    section and keeps the debug sections.
    """
    produced: list[tuple[str, str, str]] = []
    names = b""
    present: set[str] = set()
    try:
        sections = read_sections(data)
    except ModuleError:
        return produced, names, False
    for section in sections:
        if section.id is not SectionId.CUSTOM:
            continue
        present.add(section.name)
        if section.name == "producers":
            _read_producers(Reader(data, section.start, section.end), produced)
        elif section.name == "name":
            names += data[section.start : min(section.end, section.start + SEARCHED)]
        elif section.name == "emscripten_metadata":
            produced.append(("processed-by", "emscripten", ""))
    debug = any(name.startswith(".debug_") for name in present)
    return produced, names, debug and "name" not in present


def _read_producers(reader: Reader, produced: list[tuple[str, str, str]]) -> None:
    """Add the readable fields to `produced`: each value has a name and a version."""
    try:
        for _ in range(reader.count()):
            field = reader.name()
            for _ in range(reader.count()):
                produced.append((field, reader.name(), reader.name()))
    except ModuleError:
        return
