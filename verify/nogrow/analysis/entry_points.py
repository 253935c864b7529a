"""List the entry points of a module and the vertices of the host, and name them."""

from functools import cached_property

from nogrow.analysis.assumptions import REFERENCES, TABLE_PREFIX, Subject
from nogrow.analysis.escape import References
from nogrow.analysis.judgement import EntryKind
from nogrow.wasm.model import Kind, Module


class ExportedFunctions:
    """The exports of functions, sorted by name: the names, encoded as UTF-8, and the functions' indices."""

    def __init__(self, module: Module) -> None:
        """Sort the exports of `module`."""
        names, indices = module.exports.names, module.exports.indices
        # Encoded names sort as the names themselves: UTF-8 keeps the order of code points.
        exported = sorted(module.exports.of_kind(Kind.FUNCTION), key=names.__getitem__)
        self.names = list(map(names.__getitem__, exported))
        self.indices = list(map(indices.__getitem__, exported))


class EntryPoints:
    """The entry points: exports by name, the start function, then escaping functions by index."""

    def __init__(
        self, module: Module, references: References, exported: ExportedFunctions | None = None
    ) -> None:
        """Number the entry points of `module`; `exported` are its exports, if they were sorted before."""
        exported = exported or ExportedFunctions(module)
        self._names = exported.names
        self._has_start = module.start is not None
        self.functions = [
            *exported.indices,
            *((module.start,) if module.start is not None else ()),
            *sorted(references.escaped),
        ]

    def kind(self, number: int) -> EntryKind:
        """Return how the host gets at the entry point."""
        past = number - len(self._names)
        if past < 0:
            return EntryKind.EXPORT
        return EntryKind.START if past == 0 and self._has_start else EntryKind.ESCAPED

    def name(self, number: int) -> str:
        """Return the name of the entry point in reports."""
        if number < len(self._names):
            return self._names[number].decode()
        return "(start)" if number == self.start else f"func[{self.functions[number]}]"

    @cached_property
    def exported(self) -> dict[int, str]:
        """The name under which each exported function is exported first."""
        first: dict[int, str] = {}
        for index, name in zip(self.functions, self._names, strict=False):
            first.setdefault(index, name.decode())
        return first

    @property
    def start(self) -> int | None:
        """The number of the start function, None if there is none."""
        return len(self._names) if self._has_start else None


def host_labels(module: Module, references: References) -> dict[int, str]:
    """Return the vertices that stand for functions of the host, and their names in reports."""
    labels = {item.index: item.label for item in module.imported(Kind.FUNCTION)}
    first = len(module.functions)
    tables = {item.index: f"{TABLE_PREFIX}{item.name})" for item in module.exported(Kind.TABLE)}
    tables |= {item.index: item.label for item in module.imported(Kind.TABLE)}
    for index in references.host_tables:
        labels[first + index] = tables.get(index, f"{TABLE_PREFIX}{index})")
    labels[first + len(module.tables)] = REFERENCES
    return labels


def host_tables(module: Module, references: References) -> dict[int, Subject | None]:
    """Return by vertex the table whose host functions it stands for, None for those behind references."""
    exported = {item.index: item.name for item in reversed(module.exported(Kind.TABLE))}
    imported = {item.index: item.label for item in module.imported(Kind.TABLE)}
    first = len(module.functions)
    tables: dict[int, Subject | None] = {first + len(module.tables): None}
    for index in references.host_tables:
        name = imported.get(index, exported.get(index))
        tables[first + index] = Subject(index, index in imported, name)
    return tables
