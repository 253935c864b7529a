"""Decodes a core module into its model: all sections except the code, which `scan.py` reads.

WebAssembly 3.0, section 5.5 (modules). Anything unknown is an error with its offset.
"""

from array import array
from collections.abc import Callable, Iterable, Sized
from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.wasm.constexpr import read_constant
from nogrow.wasm.declarations import (
    LONGEST_NAME,
    read_data,
    read_element,
    read_exports,
    read_global_type,
    read_globals,
    read_memory_type,
    read_table_type,
    read_u32s,
)
from nogrow.wasm.model import (
    ElementSegment,
    Exports,
    Global,
    Import,
    Kind,
    MemoryType,
    Module,
    Table,
)
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import Section, SectionId, read_sections
from nogrow.wasm.types import Types, read_types

if TYPE_CHECKING:
    from nogrow.wasm.vectors import VectorReader

# The limit of engines (WebAssembly JavaScript interface, "Implementation-defined Limits").
MOST_MEMORIES = 100

_EXACT_FUNCTION = 0x20
# The forms of the compact imports proposal: items of one module, with a type each or all of one type.
_ONE_MODULE, _ONE_TYPE = 0x7F, 0x7E

# The scan does not need these sections, because no instruction depends on their contents.
_NOT_FOR_THE_CODE = frozenset(
    (SectionId.GLOBAL, SectionId.EXPORT, SectionId.START, SectionId.DATA_COUNT, SectionId.DATA)
)


def decode(
    data: bytes, begin: Callable[[Module], None] | None = None, vectors: "VectorReader | None" = None
) -> Module:
    """Return the model of the core module in `data`; raises `ModuleError` with the offset in the file.

    `begin` is called with a model that has everything that instructions refer to, but no globals, exports and
    start function. The scan can begin with it while those are decoded: there can be tens of thousands.
    `vectors` reads long vectors faster.
    """
    return _Decoder(data, vectors).module(begin)


class _Decoder:
    """The contents of a module while its sections are read."""

    def __init__(self, data: bytes, vectors: "VectorReader | None") -> None:
        self.data = data
        self.vectors = vectors
        self.types = Types((), ())
        self.imports: list[Import] = []
        self.functions = array("I")
        self.tables: list[Table] = []
        self.memories: list[MemoryType] = []
        self.tags: list[int] = []
        self.globals: list[Global] = []
        self.exports = Exports()
        self.start: int | None = None
        self.segments: list[ElementSegment] = []
        self.bodies = 0
        self.code = (0, 0)
        self.data_count: int | None = None
        self.data_segments = 0

    def module(self, begin: Callable[[Module], None] | None) -> Module:
        sections = read_sections(self.data)
        self._read(section for section in sections if section.id not in _NOT_FOR_THE_CODE)
        defined = len(self.functions) - sum(item.kind is Kind.FUNCTION for item in self.imports)
        if defined != self.bodies:
            raise ModuleError(f"{defined} functions declared, {self.bodies} bodies", self.code[0])
        if begin is not None:
            begin(self._model(sections))
        self._read(section for section in sections if section.id in _NOT_FOR_THE_CODE)
        if self.data_count not in (None, self.data_segments):
            raise ModuleError(f"{self.data_count} data segments announced, {self.data_segments} present")
        module = self._model(sections)
        _check_functions(module)
        return module

    def _read(self, sections: Iterable[Section]) -> None:
        read = {
            SectionId.TYPE: self._types,
            SectionId.IMPORT: self._imports,
            SectionId.FUNCTION: self._functions,
            SectionId.TABLE: self._tables,
            SectionId.MEMORY: self._memories,
            SectionId.TAG: self._tags,
            SectionId.GLOBAL: self._globals,
            SectionId.EXPORT: self._exports,
            SectionId.START: self._start,
            SectionId.ELEMENT: self._elements,
            SectionId.CODE: self._code,
            SectionId.DATA_COUNT: self._data_count,
            SectionId.DATA: self._data,
        }
        for section in sections:
            if section.id in read:
                reader = Reader(self.data, section.start, section.end)
                read[section.id](reader)
                if left := section.end - reader.position:
                    name = section.id.name.lower()
                    raise ModuleError(f"{left} bytes left over in the {name} section", reader.position)

    def _model(self, sections: tuple[Section, ...]) -> Module:
        return Module(
            self.data,
            sections,
            self.types,
            tuple(self.imports),
            self.functions,
            tuple(self.tables),
            tuple(self.memories),
            tuple(self.tags),
            tuple(self.globals),
            self.exports,
            self.start,
            tuple(self.segments),
            self.code,
        )

    def _types(self, reader: Reader) -> None:
        self.types = read_types(reader)

    def _imports(self, reader: Reader) -> None:
        for _ in range(reader.count()):
            module, field = reader.name(LONGEST_NAME), reader.name(LONGEST_NAME)
            kind = reader.byte()
            if field == "" and kind == _ONE_MODULE:
                for _ in range(reader.count()):
                    name = reader.name(LONGEST_NAME)
                    self._import(reader, module, name, reader.byte())
            elif field == "" and kind == _ONE_TYPE:
                self._imports_of_one_type(reader, module)
            else:
                self._import(reader, module, field, kind)

    def _import(self, reader: Reader, module: str, field: str, number: int) -> None:
        index = [len(space) for space in self._spaces()]
        kind = self._external(reader, number)
        self.imports.append(Import(module, field, kind, index[kind], number == _EXACT_FUNCTION))

    def _imports_of_one_type(self, reader: Reader, module: str) -> None:
        """Read imports whose type stands once, before their names, by reading it again for each name."""
        kind = reader.byte()
        start = reader.position
        skipped = _Decoder(self.data, None)
        skipped.types = self.types
        skipped._external(reader, kind)
        for _ in range(reader.count()):
            name = reader.name(LONGEST_NAME)
            self._import(Reader(reader.data, start, reader.end), module, name, kind)

    def _spaces(self) -> tuple[Sized, ...]:
        """Return the index spaces in the order of `Kind`."""
        return self.functions, self.tables, self.memories, self.globals, self.tags

    def _external(self, reader: Reader, number: int) -> Kind:
        """Read an external type and add the imported item to its index space."""
        kind = Kind.FUNCTION if number == _EXACT_FUNCTION else Kind(number) if number <= Kind.TAG else None
        match kind:
            case Kind.FUNCTION:
                self.functions.append(self._function_type(reader))
            case Kind.TABLE:
                self.tables.append(read_table_type(reader, self.types, imported=True))
            case Kind.MEMORY:
                self._memory(reader, imported=True)
            case Kind.GLOBAL:
                value, mutable = read_global_type(reader, self.types)
                self.globals.append(Global(True, mutable, value, None))
            case Kind.TAG:
                self.tags.append(self._tag_type(reader))
            case _:
                raise ModuleError(f"unknown kind of import 0x{number:02x}", reader.position - 1)
        return kind

    def _function_type(self, reader: Reader) -> int:
        at = reader.position
        index = reader.u32()
        if index >= len(self.types.defined):
            raise ModuleError(f"type index {index} out of range", at)
        return index

    def _tag_type(self, reader: Reader) -> int:
        at = reader.position
        if reader.byte() != 0:
            raise ModuleError("unknown tag attribute", at)
        return self._function_type(reader)

    def _memory(self, reader: Reader, *, imported: bool) -> None:
        if len(self.memories) == MOST_MEMORIES:
            raise ModuleError(f"more than {MOST_MEMORIES} memories", reader.position)
        self.memories.append(read_memory_type(reader, imported=imported))

    def _functions(self, reader: Reader) -> None:
        at = reader.position
        indices = read_u32s(reader, self.vectors)
        if indices and max(indices) >= len(self.types.defined):
            raise ModuleError(f"type index {max(indices)} out of range", at)
        self.functions.extend(indices)

    def _tables(self, reader: Reader) -> None:
        for _ in range(reader.count()):
            if reader.peek() != 0x40:
                self.tables.append(read_table_type(reader, self.types, imported=False))
                continue
            reader.byte()
            at = reader.position
            if reader.byte() != 0:
                raise ModuleError("unknown form of table", at)
            table = read_table_type(reader, self.types, imported=False)
            self.tables.append(table._replace(initial=read_constant(reader)))

    def _memories(self, reader: Reader) -> None:
        for _ in range(reader.count()):
            self._memory(reader, imported=False)

    def _tags(self, reader: Reader) -> None:
        for _ in range(reader.count()):
            self.tags.append(self._tag_type(reader))

    def _globals(self, reader: Reader) -> None:
        self.globals += read_globals(reader, self.types, self.vectors)

    def _exports(self, reader: Reader) -> None:
        self.exports = read_exports(reader, [len(space) for space in self._spaces()], self.vectors)

    def _start(self, reader: Reader) -> None:
        at = reader.position
        self.start = reader.u32()
        if self.start >= len(self.functions):
            raise ModuleError(f"start function index {self.start} out of range", at)

    def _elements(self, reader: Reader) -> None:
        for _ in range(reader.count()):
            self.segments.append(read_element(reader, len(self.tables), self.vectors))

    def _code(self, reader: Reader) -> None:
        self.bodies = reader.count()
        self.code = (reader.position, reader.end)
        reader.position = reader.end

    def _data_count(self, reader: Reader) -> None:
        self.data_count = reader.u32()

    def _data(self, reader: Reader) -> None:
        self.data_segments = reader.count()
        memories = len(self.memories)
        known = self.vectors.data_segments(reader, self.data_segments, memories) if self.vectors else 0
        for _ in range(self.data_segments - known):
            read_data(reader, memories)


def _check_functions(module: Module) -> None:
    """Check the function indices in initialisers, which may come before the functions are declared."""
    indices = [index for constant in module.initials for index in constant.functions]
    indices += [max(segment.functions) for segment in module.segments if segment.functions]
    if indices and max(indices) >= len(module.functions):
        raise ModuleError(f"an initialiser refers to function {max(indices)}, which does not exist")
