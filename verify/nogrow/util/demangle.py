"""Names of functions as a module or its DWARF holds them to names that a reader knows from the source."""

import re

# Far above what a compiler writes; what is longer costs time to read and helps nobody who reads a report.
_LONGEST = 1 << 16

# Some 50 generic types within each other, twice what big programs have. Reading them takes 400 of the 1,000
# frames that Python allows, so what a name is read as doesn't depend on where in the program that happens.
_DEEPEST = 100

# wasm-ld's mark of a stub, the mangled name, what wasm-bindgen says about a wrapper. No mangling has spaces.
_MANGLED = re.compile(r"(signature_mismatch:|undefined_weak:|)(_[RZ][^ ]+)( .*|)")

# Tools that demangle before they write leave Rust's hashes in: of the function, and with v0 of the crates.
_HASH = re.compile(r"(?<=[^:])::h[0-9a-f]{16}(?=\Z|\.| (?:externref|multivalue) shim)")
_CRATE_HASH = re.compile(r"(?<=\w)\[[0-9a-f]{1,16}\](?=::)")


def demangle(name: str) -> str:
    """The readable form of a function's name, for people only: functions that differ may share one.

    Rust's manglings come back as `rustc` prints them without hashes, those of C++ as LLVM prints them. Hashes
    are also left out of Rust names that were demangled before. Every other name comes back as it is, and so
    does one that is malformed, nested too deeply, or longer than 65,536 characters before or after.
    Raises nothing.
    """
    if len(name) > _LONGEST:
        return name
    parts = _MANGLED.fullmatch(name)
    if parts is None:
        return _CRATE_HASH.sub("", _HASH.sub("", name)) if "::" in name else name
    stub, mangled, remark = parts.groups()
    return f"{stub}{_spell(mangled)}{remark}"


def _spell(mangled: str) -> str:
    # Importing it takes longer than judging most modules, and only mangled names need it.
    import demangle as library

    limits = library.Limits(max_depth=_DEEPEST, max_output=_LONGEST, max_input=_LONGEST)
    # Of its other schemes some take plain names of C for mangled ones.
    return library.demangle(mangled, language=("rust", "itanium"), style="llvm", limits=limits)
