"""Readable names of functions to their parts, as Rust, C++, Go, Zig and AssemblyScript spell them."""

import re

# The most that is looked at of a name: templates can make one of a megabyte.
LONGEST = 4096

_OPERATOR = re.compile(r"(?<![\w$])operator(?![\w$])")
_ROOT = re.compile(r"(?:[&*(\[]|mut |const |dyn |impl |for)*\s*([A-Za-z_$][\w$]*)(?:\[[0-9a-f]+\])?(?:::|$)")
# What linkers and optimisers put behind a name.
_SUFFIX = re.compile(r"(?:[._]command_export|\.llvm\.\d+|\.(?:constprop|isra|part)\.\d+|\.cold|\.\d+)+$")
_QUALIFIERS = frozenset(("const", "volatile", "&", "&&"))


def stem(name: str) -> str:
    """Return the name without what tools put behind it, and no more of it than is looked at."""
    return _SUFFIX.sub("", name[:LONGEST])


def bare(name: str) -> str:
    """Return the name without arguments and generic arguments; a `<Type as Trait>` at its start stays."""
    name = stem(name)
    operator = _OPERATOR.search(name)
    end = operator.end() if operator else len(name)
    rest = name[end:].partition("(")[0] if operator else ""
    return "".join(_kept(name[:end])) + rest


def _kept(name: str) -> list[str]:
    """The characters outside of brackets, and directly inside of angle brackets that come first."""
    kept: list[str] = []
    leading = name.startswith("<")
    depth = 0
    for place, one in enumerate(name):
        outside = depth == 0 or (leading and depth == 1)
        # `->` in the type of a function closes nothing.
        if one in "<(":
            depth += 1
            if place == 0 and leading:
                kept.append(one)
        elif one == ")" or (one == ">" and name[place - 1 : place] != "-"):
            depth = max(0, depth - 1)
            if leading and depth == 0:
                leading = False
                kept.append(one)
        elif outside:
            kept.append(one)
    return kept


def roots(name: str) -> tuple[str, ...]:
    """Return the crates or namespaces that a qualified name starts with; two for `<Type as Trait>::f`.

    What has no `::` has none: a function of C's, or a type parameter.
    """
    name = bare(name)
    if name.startswith("<"):
        inner = name[1:].partition(">")[0]
        found = (_root(part) for part in re.split(r" as | for ", inner))
        return tuple(dict.fromkeys(root for root in found if root))
    name = name.partition("operator")[0] if _OPERATOR.search(name) else name
    # C++ puts the type that a template returns first, and what it promises last.
    words = [word for word in name.split() if word not in _QUALIFIERS]
    root = _root(words[-1]) if words else None
    return (root,) if root else ()


def _root(path: str) -> str | None:
    if "::" not in path:
        return None
    match = _ROOT.match(path)
    return match[1] if match else None
