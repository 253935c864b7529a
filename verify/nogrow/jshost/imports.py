"""Find what host code provides to a module: the imports that grow the memory, and the exports they call.

The analysis does not know which object the module is instantiated with: every object that another one holds
under a name may be part of an import object. For growth, each of them counts, as a module imports only what
it imports. Callers that ask whether the code belongs to a module compare whole objects.
"""

from pathlib import Path
from stat import S_ISREG

from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.growth import Imports, growing_imports
from nogrow.jshost.host_text import READABLE, suffix_of, whole_text
from nogrow.jshost.model import Glue, Grower, Served, Table
from nogrow.jshost.parse import parse_glue
from nogrow.jshost.scopes import Name
from nogrow.jshost.served import served_imports
from nogrow.jshost.values import NOTHING, Values

LARGEST = 1 << 26
"""The largest glue that is read, in bytes. Emscripten's has some 100,000."""


def text_of(path: Path) -> bytes:
    """Return the text of the glue in the file `path`.

    Raises `UsageError` if there is no such file, and `ModuleError` if it can't be read.
    """
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise ModuleError(f"{path}: can't read the glue: not a regular file")
        if status.st_size > LARGEST:
            raise ModuleError(f"{path}: can't read the glue: it has more than {LARGEST:,} bytes")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"{path}: can't read the glue: {error.strerror}") from error
    except OSError as error:
        raise ModuleError(f"{path}: can't read the glue: {error.strerror}") from error


def analyse(name: str, source: bytes) -> Glue:
    """Analyse the glue `source`, which reports call `name`; raise `ModuleError` if it can't be."""
    text, language = whole_text(name, source) if suffix_of(name) in READABLE else (source, ".js")
    root, error_at = parse_glue(text, language)
    if error_at is not None:
        raise ModuleError(f"{name}:{error_at.line}: the glue is not JavaScript that can be read")
    try:
        values = Values(root)
        imports, tables = served_imports(values)
        # An import of the module may be one of the names that the file exports.
        named = {("", exported): behind for exported, behind in values.exported.items()}
        growing = growing_imports(name, root, values, imports | named)
        growers = [Grower(label, name, *position) for label, position in sorted(growing.items())]
        served = _served(values, imports, tables)
    except RecursionError as error:
        raise ModuleError(f"{name}: the glue is nested too deeply to be read") from error
    return Glue(name, tuple(growers), source, served)


def _served(values: Values, imports: Imports, tables: set[Table]) -> Served:
    names = {
        (f"{module}.{field}", value.name)
        for (module, field), behind in imports.items()
        for value in behind
        if isinstance(value, Name) and value != NOTHING
    }
    memories = [values.exports(read.of) for read in values.read_members if read.name == "buffer" and read.of]
    return Served(
        tuple(sorted(tables, key=lambda table: (table.module, sorted(table.fields)))),
        tuple(sorted(names)),
        frozenset(values.exported),
        frozenset(read.name for read in values.read_members if values.is_exports(read.of)),
        frozenset().union(*memories),
    )
