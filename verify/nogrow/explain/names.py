"""Take apart readable function names as Rust, C++, Go, Zig and AssemblyScript spell them."""

import re

# The most characters of a name that are read: C++ templates can produce names of a megabyte.
LONGEST = 4096

_OPERATOR = re.compile(r"(?<![\w$])operator(?![\w$])")
_ROOT = re.compile(r"(?:[&*(\[]|mut |const |dyn |impl |for)*\s*([A-Za-z_$][\w$]*)(?:\[[0-9a-f]+\])?(?:::|$)")
# The suffixes that linkers and optimisers append to a name.
_SUFFIX = re.compile(r"(?:[._]command_export|\.llvm\.\d+|\.(?:constprop|isra|part)\.\d+|\.cold|\.\d+)+$")
_QUALIFIERS = frozenset(("const", "volatile", "&", "&&"))


def stem(name: str) -> str:
    """Return the first `LONGEST` characters of the name, without the suffixes of tools."""
    return _SUFFIX.sub("", name[:LONGEST])


def bare(name: str) -> str:
    """Return the name without arguments and generic arguments, but with a `<Type as Trait>` at its start."""
    name = stem(name)
    operator = _OPERATOR.search(name)
    end = operator.end() if operator else len(name)
    rest = name[end:].partition("(")[0] if operator else ""
    return "".join(_kept(name[:end])) + rest


def _kept(name: str) -> list[str]:
    """Return the characters outside brackets, and those directly inside angle brackets at the start."""
    kept: list[str] = []
    leading = name.startswith("<")
    depth = 0
    for index, char in enumerate(name):
        outside = depth == 0 or (leading and depth == 1)
        # The `>` of `->` in a function type closes no bracket.
        if char in "<(":
            depth += 1
            if index == 0 and leading:
                kept.append(char)
        elif char == ")" or (char == ">" and name[index - 1 : index] != "-"):
            depth = max(0, depth - 1)
            if leading and depth == 0:
                leading = False
                kept.append(char)
        elif outside:
            kept.append(char)
    return kept


def roots(name: str) -> tuple[str, ...]:
    """Return the crates or namespaces at the start of a qualified name: two for `<Type as Trait>::f`.

    A name without `::`, such as that of a C function or of a type parameter, has none.
    """
    name = bare(name)
    if name.startswith("<"):
        inner = name[1:].partition(">")[0]
        found_roots = (_root(part) for part in re.split(r" as | for ", inner))
        return tuple(dict.fromkeys(root for root in found_roots if root))
    name = name.partition("operator")[0] if _OPERATOR.search(name) else name
    # In C++, a template's return type comes first and its qualifiers come last.
    words = [word for word in name.split() if word not in _QUALIFIERS]
    root = _root(words[-1]) if words else None
    return (root,) if root else ()


def _root(path: str) -> str | None:
    if "::" not in path:
        return None
    match = _ROOT.match(path)
    return match[1] if match else None
