"""The ways into a module, and the host's functions on the way: what there is, and what it is called."""

from nogrow.analysis.escape import References
from nogrow.analysis.judgement import EntryKind
from nogrow.wasm.model import Export, Kind, Module

REFERENCES = "(function references)"
"""What reports call the host's functions that references handed in lead to."""


class EntryPoints:
    """The ways in: exports in order of name, the start function, then what escapes in order of index."""

    def __init__(self, module: Module, references: References) -> None:
        """The ways into `module`, by their places."""
        self._exports: list[Export] = sorted(module.exported(Kind.FUNCTION), key=lambda item: item.name)
        self._has_start = module.start is not None
        self.functions = [
            *(item.index for item in self._exports),
            *((module.start,) if module.start is not None else ()),
            *sorted(references.escaped),
        ]

    def kind(self, place: int) -> EntryKind:
        """How the host gets at the way in."""
        past = place - len(self._exports)
        if past < 0:
            return EntryKind.EXPORT
        return EntryKind.START if past == 0 and self._has_start else EntryKind.ESCAPED

    def name(self, place: int) -> str:
        """What reports call it."""
        if place < len(self._exports):
            return self._exports[place].name
        return "(start)" if place == self.start else f"func[{self.functions[place]}]"

    @property
    def start(self) -> int | None:
        """The place of the start function, None if there is none."""
        return len(self._exports) if self._has_start else None


def host_labels(module: Module, references: References) -> dict[int, str]:
    """The vertices that stand for functions of the host, and what reports call them."""
    labels = {item.index: item.label for item in module.imported(Kind.FUNCTION)}
    first = len(module.functions)
    tables = {item.index: f"(table {item.name})" for item in module.exported(Kind.TABLE)}
    tables |= {item.index: item.label for item in module.imported(Kind.TABLE)}
    for index in references.host_tables:
        labels[first + index] = tables.get(index, f"(table {index})")
    labels[first + len(module.tables)] = REFERENCES
    return labels
