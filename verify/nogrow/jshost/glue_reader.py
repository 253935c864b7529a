"""Read glue files: find the imports with which the host grows the memory, and the imports they serve."""

from pathlib import Path
from stat import S_ISREG

from nogrow.errors import UsageError
from nogrow.jshost.glue_model import Glue, Grower
from nogrow.jshost.glue_program import GlueProgram
from nogrow.jshost.growing_imports import growing_imports
from nogrow.jshost.nearby_scripts import SUFFIXES
from nogrow.jshost.parse import first_error
from nogrow.jshost.parse import parse as parse_source
from nogrow.jshost.served_imports import served_by
from nogrow.jshost.values import Resolver

LARGEST = 1 << 26
"""The largest glue that is read, in bytes. Emscripten's has some 100,000."""


def scripts_at(path: Path) -> list[Path]:
    """Return the scripts in the folder `path` and below it, or `path` itself if it is no folder.

    Raises `UsageError` for a folder without scripts.
    """
    if not path.is_dir():
        return [path]
    scripts = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not scripts:
        raise UsageError(f"{path}: no JavaScript in it; files that end in {', '.join(SUFFIXES)} are read")
    return scripts


def read(path: Path) -> Glue:
    """Read and analyse the glue in the file `path`.

    Raises `UsageError` if the file can't be read or is not JavaScript.
    """
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
    """Analyse the glue `source`, which reports call `name`; raise `UsageError` as `read` does."""
    root = parse_source(source, name)
    error_at = first_error(root)
    if error_at is not None:
        raise UsageError(f"{name}:{error_at.line}: the glue is not JavaScript that can be read")
    try:
        program = GlueProgram.of(root)
        resolver = Resolver(program)
        growing = growing_imports(program, resolver)
        served = served_by(program, resolver)
    except RecursionError as error:
        raise UsageError(f"{name}: the glue is nested too deeply to be read") from error
    growers = tuple(Grower(label, name, line, column) for label, (line, column) in growing)
    return Glue(name, growers, source, served)
