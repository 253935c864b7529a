"""A module's bytes to the toolchain that made it: the `producers` section, then names.

The section is a convention of the tools (tool-conventions, ProducersSection.md). It is only a hint: what
can't be read of it is left out.
"""

import enum
import re
from collections.abc import Collection
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId, read_sections


class Kind(enum.Enum):
    """The toolchains that there is advice for, as sentences name them."""

    RUST = "Rust"
    EMSCRIPTEN = "Emscripten"
    CLANG = "clang"
    ASSEMBLYSCRIPT = "AssemblyScript"
    GO = "Go"
    TINYGO = "TinyGo"
    ZIG = "Zig"
    UNKNOWN = "an unknown toolchain"


class Toolchain(NamedTuple):
    """What made a module. `tools` are programs with their versions, for example `rustc 1.80`.

    `lost_names` says that it was built with debug information and that a later program dropped the names.
    """

    kind: Kind
    tools: tuple[str, ...] = ()
    lost_names: bool = False


# What a module's producers say, in lower case, and what its names hold. The first that matches counts: what
# builds on another toolchain stands before it.
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
    (rb"heap\.(?:wasm_allocator|WasmAllocator|WasmPageAllocator)|mem\.Allocator\.", Kind.ZIG),
)
# The runtime's messages name its files, in UTF-16.
ASSEMBLYSCRIPT_DATA = "~lib/".encode("utf-16-le")
CLANG = re.compile(r"\bclang\b|^language c\b|^language c[_\d+]")
# Names are looked for in this many bytes of the name section: each toolchain's own are all over it.
LOOKED_AT = 4 << 20
MOST_TOOLS, LONGEST_TOOL = 8, 60


def toolchain_of(data: bytes, labels: Collection[str] = ()) -> Toolchain:
    """Return the toolchain of the core module `data`; `labels` are names of its imports and exports."""
    produced, names, lost_names = _custom(data)
    names += b"\0" + "\0".join(labels).encode("utf-8", "replace")
    facts = [f"{field} {name} {version}".lower() for field, name, version in produced]
    tools = tuple(f"{name} {version}".strip() for field, name, version in produced if field != "language")
    kind = next((kind for pattern, kind in PRODUCERS if any(re.search(pattern, one) for one in facts)), None)
    # Emscripten's and Zig's clang name only clang: their names say more than it does.
    kind = kind or next((kind for pattern, kind in NAMES if re.search(pattern, names)), None)
    if kind is None and not facts and ASSEMBLYSCRIPT_DATA in data:
        kind = Kind.ASSEMBLYSCRIPT
    if kind is None:
        kind = Kind.CLANG if any(CLANG.search(fact) for fact in facts) else Kind.UNKNOWN
    return Toolchain(kind, tuple(one[:LONGEST_TOOL] for one in tools[:MOST_TOOLS]), lost_names)


def _custom(data: bytes) -> tuple[list[tuple[str, str, str]], bytes, bool]:
    """Return what the producers section says, the bytes of the name section, and whether names were lost.

    Linkers write a name section wherever they write debug sections. `wasm-opt` without `-g` drops the first
    and keeps the others.
    """
    produced: list[tuple[str, str, str]] = []
    names = b""
    found: set[str] = set()
    try:
        sections = read_sections(data)
    except ModuleError:
        return produced, names, False
    for section in sections:
        if section.id is not SectionId.CUSTOM:
            continue
        found.add(section.name)
        if section.name == "producers":
            _read_producers(Reader(data, section.start, section.end), produced)
        elif section.name == "name":
            names += data[section.start : min(section.end, section.start + LOOKED_AT)]
        elif section.name == "emscripten_metadata":
            produced.append(("processed-by", "emscripten", ""))
    debug = any(name.startswith(".debug_") for name in found)
    return produced, names, debug and "name" not in found


def _read_producers(reader: Reader, produced: list[tuple[str, str, str]]) -> None:
    """Adds what can be read: fields, each with values, each a name and a version."""
    try:
        for _ in range(reader.count()):
            field = reader.name()
            for _ in range(reader.count()):
                produced.append((field, reader.name(), reader.name()))
    except ModuleError:
        return
