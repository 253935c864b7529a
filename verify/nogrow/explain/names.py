"""Readable names of functions to their parts, as Rust, C++, Go, Zig and AssemblyScript spell them."""

import re

# The most that is looked at of a name: templates can make one of a megabyte.
LONGEST = 4096

_OPERATOR = re.compile(r"(?<![\w$])operator(?![\w$])")
_ROOT = re.compile(r"(?:[&*(\[]|mut |const |dyn |impl |for)*\s*([A-Za-z_$][\w$]*)(?:\[[0-9a-f]+\])?(?:::|$)")
_QUALIFIERS = frozenset(("const", "volatile", "&", "&&"))


def bare(name: str) -> str:
    """Return the name without arguments and generic arguments; a `<Type as Trait>` at its start stays."""
    name = name[:LONGEST]
    operator = _OPERATOR.search(name)
    end = operator.end() if operator else len(name)
    rest = name[end:].partition("(")[0] if operator else ""
    return "".join(_kept(name[:end])) + rest


def _kept(name: str) -> list[str]:
    """The characters outside of brackets, and directly inside of angle brackets that come first."""
    kept: list[str] = []
    opened: list[str] = []
    for place, one in enumerate(name):
        stays = not opened or (opened == ["<"] and name.startswith("<") and ">" not in kept)
        if one in "<(":
            if not opened and one == "<" and place == 0:
                kept.append(one)
            opened.append(one)
        # `->` in the type of a function closes nothing.
        elif one in ">)" and not (one == ">" and name[place - 1 : place] == "-"):
            if opened == ["<"] and name.startswith("<") and ">" not in kept:
                kept.append(one)
            if opened:
                opened.pop()
        elif stays:
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
