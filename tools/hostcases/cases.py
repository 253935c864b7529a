"""Reads cases of host code: their files, and what nogrow has to report in them.

A case is a script, or a folder with an `index.js` whose scripts all belong to the case. Comments say what is
expected:

- `// expect: finding` at the end of a line: a finding has to name this line as a use of a stale view.
- `// expect: possible`: a finding may name this line.
- `// stale, but caught`: the line uses a stale view, but the program handles that. Nothing is to be reported.
- `// module: NAME.wat` on a line of its own: the module that the case runs with. The default is `grower.wat`.
- `// needs: module` on a line of its own: the answer is right only for an analysis that is given the module.
- `// with: FILE` on a line of its own: another file of the same program.
"""

import re
from enum import Enum
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).parent / "cases"
MODULES = Path(__file__).parent / "modules"

_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_FIXED = "-ok"

Line = tuple[Path, int]


class Kind(Enum):
    """What a case shows."""

    BUG = "bug"
    FIXED = "fixed"
    RIGHT = "right"


class Case(NamedTuple):
    """A program with the lines that must or may be reported, and those whose stale use does no harm."""

    name: str
    path: Path
    files: tuple[Path, ...]
    kind: Kind
    expected: frozenset[Line]
    possible: frozenset[Line]
    caught: frozenset[Line]
    module: str
    needs_module: bool


def read_cases(folder: Path) -> tuple[Case, ...]:
    """Return the cases in `folder`, sorted by name."""
    paths = [path for path in folder.iterdir() if path.suffix in _SCRIPTS or (path / "index.js").exists()]
    return tuple(_case(path) for path in sorted(paths))


def _case(path: Path) -> Case:
    entry = path if path.is_file() else path / "index.js"
    text = entry.read_text("utf-8")
    if path.is_file():
        others = re.findall(r"^// with: (\S+)$", text, re.MULTILINE)
        files = (path, *(path.parent / other for other in others))
    else:
        files = tuple(sorted(file for file in path.rglob("*") if file.suffix in _SCRIPTS))
    expected = _lines_with(files, "// expect: finding")
    possible = _lines_with(files, "// expect: possible")
    name = path.stem if path.is_file() else path.name
    kind = Kind.BUG if expected or possible else Kind.FIXED if name.endswith(_FIXED) else Kind.RIGHT
    module = re.search(r"^// module: (\S+)\.wat$", text, re.MULTILINE)
    return Case(
        name,
        path,
        files,
        kind,
        expected,
        possible,
        _lines_with(files, "// stale, but caught"),
        module[1] if module else "grower",
        "\n// needs: module\n" in f"\n{text}",
    )


def _lines_with(files: tuple[Path, ...], comment: str) -> frozenset[Line]:
    return frozenset(
        (file, number)
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if line.endswith(comment) and not line.startswith("//")
    )
