"""A glue file to the imports that let the host grow the memory."""

from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from nogrow.errors import UsageError
from nogrow.jshost.glue_model import Glue, Grower
from nogrow.jshost.glue_program import Program
from nogrow.jshost.growing_imports import growing_imports
from nogrow.jshost.nearby_scripts import SUFFIXES
from nogrow.jshost.served_imports import served_by
from nogrow.jshost.values import Meaning

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

LARGEST = 1 << 26
"""The largest glue that is read, in bytes. Emscripten's has some 100,000."""

INSTALL = "pip install 'nogrow[glue]'"


TYPESCRIPT = (".ts", ".mts", ".cts")


def scripts_at(path: Path) -> list[Path]:
    """Return the scripts in the folder `path` and below it, or `path` itself if it is none.

    Raises `UsageError` for a folder without scripts.
    """
    if not path.is_dir():
        return [path]
    scripts = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not scripts:
        raise UsageError(f"{path}: no JavaScript in it; files that end in {', '.join(SUFFIXES)} are read")
    return scripts


def read(path: Path) -> Glue:
    """The glue in the file `path`; raises `UsageError` where it can't be read or is no JavaScript."""
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise UsageError(f"{path}: can't read the glue: not a regular file")
        if status.st_size > LARGEST:
            raise UsageError(f"{path}: can't read the glue: it has more than {LARGEST:,} bytes")
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: can't read the glue: {error.strerror}") from error
    return parse(str(path), source)


def parse(name: str, source: bytes) -> Glue:
    """Return what the glue `source`, which reports call `name`, says; raises `UsageError` as `read` does."""
    root = _parser(name).parse(source).root_node
    if root.has_error:
        raise UsageError(f"{name}:{_first_error(root)}: the glue is not JavaScript that can be read")
    try:
        program = Program.of(root)
        meaning = Meaning(program)
        found = growing_imports(program, meaning)
        served = served_by(program, meaning)
    except RecursionError as error:
        raise UsageError(f"{name}: the glue is nested too deeply to be read") from error
    growers = tuple(Grower(label, name, line, column) for label, (line, column) in found)
    return Glue(name, growers, source, served)


def _parser(name: str) -> "Parser":
    try:
        from tree_sitter import Language, Parser

        if name.endswith(TYPESCRIPT):
            import tree_sitter_typescript

            return Parser(Language(tree_sitter_typescript.language_typescript()))
        import tree_sitter_javascript

        return Parser(Language(tree_sitter_javascript.language()))
    except ImportError as error:
        raise UsageError(f"--js needs a parser for JavaScript: {INSTALL}") from error


def _first_error(root: "Node") -> int:
    """The line of the first node that the parser could not place."""
    node = root
    while not (node.is_error or node.is_missing):
        broken = [child for child in node.children if child.has_error]
        if not broken:
            break
        node = broken[0]
    return node.start_point[0] + 1
