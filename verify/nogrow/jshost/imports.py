"""Find what host code provides to a module: the imports that grow the memory, and the exports they call.

The analysis does not know which object the module is instantiated with: every object that another one holds
under a name may be part of an import object. For growth, each of them counts, as a module imports only what
it imports. Callers that ask whether the code belongs to a module compare whole objects.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from stat import S_ISREG

from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.growth import Imports, growing_imports
from nogrow.jshost.model import Called, Glue, Grower, Served, Table
from nogrow.jshost.parse import first_error, parse
from nogrow.jshost.scopes import Name, Owner
from nogrow.jshost.term import Member, Result, Term
from nogrow.jshost.values import NOTHING, Values, closure

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
    root = parse(source, name)
    error_at = first_error(root)
    if error_at is not None:
        raise ModuleError(f"{name}:{error_at.line}: the glue is not JavaScript that can be read")
    try:
        values = Values(root)
        imports, tables = _served_imports(values)
        growers = [
            Grower(label, name, *position)
            for label, position in sorted(growing_imports(name, root, values, imports).items())
        ]
        served = _served(values, imports, tables)
    except RecursionError as error:
        raise ModuleError(f"{name}: the glue is nested too deeply to be read") from error
    return Glue(name, tuple(growers), source, served)


def _served_imports(values: Values) -> tuple[Imports, set[Table]]:
    """Return the values behind each import that the program serves, and the objects that hold them."""
    fields: dict[Owner, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for holder, name, value in values.every_field():
        fields[holder][name].append(value)
    tables: set[Table] = set()
    imports: Imports = defaultdict(list)
    for _, module, value in values.every_field():
        objects = [fields[held] for held in values.objects(value) if held in fields]
        tables |= {Table(module, frozenset(held)) for held in objects}
        # The import object may be merged from several objects.
        if len(objects) > 1:
            tables.add(Table(module, frozenset(name for held in objects for name in held)))
        for held in objects:
            for name, behind in held.items():
                imports[module, name] += behind
    return imports, tables


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
        tuple(_called(values, imports)),
    )


def _called(values: Values, imports: Imports) -> Iterator[Called]:
    """Yield what the functions behind the imports may call: an export, or an entry of a table."""
    direct = cache(lambda function: _called_by(values, set(values.invoked.get(function, ()))))
    for (module, field), behind in sorted(imports.items()):
        functions = {function for value in behind for function in values.functions(value)}
        run = [direct(function) for function in closure(functions, lambda function: direct(function)[2])]
        exports = {name for value in behind for name in values.exports(value)}
        exports |= {name for named, _, _ in run for name in named}
        table = any(of_table for _, of_table, _ in run)
        if exports or table:
            yield Called(f"{module}.{field}", tuple(sorted(exports)), table)


def _called_by(values: Values, invoked: set[Term]) -> tuple[frozenset[str], bool, frozenset[int]]:
    """Return the exports that are invoked, whether an entry of a table is, and the functions."""
    return (
        frozenset(name for value in invoked for name in values.exports(value)),
        any(_is_of_table(values, value) for value in invoked),
        frozenset(called for value in invoked for called in values.functions(value)),
    )


def _is_of_table(values: Values, value: Term) -> bool:
    """Return whether `value` may be an entry of a table: the result of its `get`."""
    for each in values.all_of(value):
        match each:
            case Result(Member(of, "get")) if of is not None:
                named = isinstance(of, Name | Member) and "table" in of.name.lower()
                if named or values.exports(of):
                    return True
    return False
