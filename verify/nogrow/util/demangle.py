"""Turn mangled names of functions into the names that readers know from the source."""

import re

# Compilers write much shorter names. A longer one takes time to demangle and would help no reader.
_LONGEST = 1 << 16

# Some 50 nested generic types, twice as many as big programs have. Demangling them takes 400 of the 1,000
# frames that Python allows, so the result does not depend on the depth of the caller.
_DEEPEST = 100

# wasm-ld's mark of a stub, the mangled name, and wasm-bindgen's remark on a wrapper. No mangling has spaces.
_MANGLED = re.compile(r"(signature_mismatch:|undefined_weak:|)(_[RZ][^ ]+)( .*|)")

# Tools that demangle names leave Rust's hashes in: that of the function and, with v0, those of the crates.
_HASH = re.compile(r"(?<=[^:])::h[0-9a-f]{16}(?=\Z|\.| (?:externref|multivalue) shim)")
_CRATE_HASH = re.compile(r"(?<=\w)\[[0-9a-f]{1,16}\](?=::)")


def demangle(name: str) -> str:
    """Return the readable form of a function's name. Different functions may share one.

    Names of Rust are spelled as `rustc` prints them, without hashes, names of C++ as LLVM prints them. Hashes
    are also removed from Rust names that another tool demangled. Every other name is returned as it is, also
    if it is malformed, nested too deeply, or longer than 65,536 characters before or after. Raises nothing.
    """
    if len(name) > _LONGEST:
        return name
    parts = _MANGLED.fullmatch(name)
    if parts is None:
        return _CRATE_HASH.sub("", _HASH.sub("", name)) if "::" in name else name
    stub, mangled, remark = parts.groups()
    return f"{stub}{_spell(mangled)}{remark}"


def _spell(mangled: str) -> str:
    # The import takes longer than judging most modules, and only mangled names need it.
    import demangle as library

    limits = library.Limits(max_depth=_DEEPEST, max_output=_LONGEST, max_input=_LONGEST)
    # Some of its other schemes take plain names of C for mangled ones.
    return library.demangle(mangled, language=("rust", "itanium"), style="llvm", limits=limits)
