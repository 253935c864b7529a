"""This module appends types, globals, exports, functions and their names to a module.

New items come last in their index spaces, so existing items keep their indices.
WebAssembly 3.0, sections 5.5 (modules) and 7.4.1 (name section).
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.rewrite.code_offset_sections import headers
from nogrow.rewrite.splice import Edit, leb
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import ORDER, SectionId

_FUNCTION_TYPE = 0x60
_MUTABLE = 1
_FUNCTION_NAMES = 1


class NewFunction(NamedTuple):
    """A function to append: the index of its type, its body from the locals on, and its debug name."""

    type: int
    body: bytes
    name: str | None


class Additions:
    """Items to append to a module. Each `add_` method returns the index of its item."""

    def __init__(self, module: Module) -> None:
        """Begin with nothing to append."""
        self._module = module
        self._types: list[bytes] = []
        self._parameters: list[int] = []
        self._globals: list[bytes] = []
        self._exports: list[bytes] = []
        self.functions: list[NewFunction] = []

    def add_type(self, parameters: bytes, results: bytes) -> int:
        """Append the function type with these value types, each encoded as one byte."""
        vectors = (leb(len(types)) + types for types in (parameters, results))
        self._types.append(bytes((_FUNCTION_TYPE,)) + b"".join(vectors))
        self._parameters.append(len(parameters))
        return len(self._module.types.defined) + len(self._types) - 1

    def parameters_of(self, kind: int) -> int:
        """Return the number of parameters of the function type with the index `kind`, appended or not."""
        types = self._module.types
        if kind < len(types.defined):
            return len(types.function(kind).parts)
        return self._parameters[kind - len(types.defined)]

    def add_global(self, value_type: int, initial: bytes) -> int:
        """Append a mutable global with the encoded constant expression `initial`, its `end` included."""
        self._globals.append(bytes((value_type, _MUTABLE)) + initial)
        return len(self._module.globals) + len(self._globals) - 1

    def add_export(self, name: str, kind: Kind, index: int) -> None:
        """Append an export, whose name the module must not have yet."""
        encoded = name.encode()
        self._exports.append(leb(len(encoded)) + encoded + bytes((kind,)) + leb(index))

    def add_function(self, function: NewFunction) -> int:
        """Append a function; the caller writes its body, because `edits` leaves the code section alone."""
        self.functions.append(function)
        return len(self._module.functions) + len(self.functions) - 1

    def edits(self) -> Iterator[Edit]:
        """Yield the edits of the type, function, global, export and name sections."""
        yield from self._appended(SectionId.TYPE, self._types)
        yield from self._appended(SectionId.FUNCTION, [leb(function.type) for function in self.functions])
        yield from self._appended(SectionId.GLOBAL, self._globals)
        yield from self._appended(SectionId.EXPORT, self._exports)
        first = len(self._module.functions)
        yield from _named(
            self._module,
            {first + number: item.name for number, item in enumerate(self.functions) if item.name},
        )

    def _appended(self, section_id: SectionId, entries: Sequence[bytes]) -> Iterator[Edit]:
        if not entries:
            return
        module = self._module
        for section in module.sections:
            if section.id is section_id:
                reader = Reader(module.data, section.start, section.end)
                count = leb(reader.u32() + len(entries), reader.position - section.start)
                if reader.position == section.end:
                    yield Edit(section.start, section.end, b"".join((count, *entries)))
                else:
                    yield Edit(section.start, reader.position, count)
                    # An edit at the very end would be outside of the section, whose size then stays.
                    last = section.end - 1
                    yield Edit(last, section.end, b"".join((module.data[last : section.end], *entries)))
                return
        at = _place_of(module, section_id)
        yield Edit(at, at, _section(section_id, leb(len(entries)) + b"".join(entries)))


def _place_of(module: Module, section_id: SectionId) -> int:
    """Return the offset at which a section that the module lacks has to be inserted."""
    for section, header in zip(module.sections, headers(module), strict=True):
        if section.id is not SectionId.CUSTOM and ORDER.index(section.id) > ORDER.index(section_id):
            return header
    return len(module.data)


def _section(number: int, content: bytes) -> bytes:
    return bytes((number,)) + leb(len(content)) + content


def _named(module: Module, names: Mapping[int, str]) -> Iterator[Edit]:
    """Yield the edit that appends function names; a name section that cannot be read is left alone."""
    if not names:
        return
    encoded = [(leb(index), name.encode()) for index, name in names.items()]
    entries = b"".join(index + leb(len(name)) + name for index, name in encoded)
    for section in module.sections:
        if section.id is SectionId.CUSTOM and section.name == "name":
            with contextlib.suppress(ModuleError):
                yield _name_edit(Reader(module.data, section.start, section.end), len(names), entries)
            return
    title = b"name"
    content = leb(len(title)) + title + _section(_FUNCTION_NAMES, leb(len(names)) + entries)
    yield Edit(len(module.data), len(module.data), _section(SectionId.CUSTOM, content))


def _name_edit(reader: Reader, count: int, entries: bytes) -> Edit:
    """Return the edit of a name section, whose subsections are sorted by their number."""
    start = position = reader.position
    before = 0
    while reader.position < reader.end:
        position = reader.position
        number = reader.byte()
        size = reader.u32()
        inner = Reader(reader.data, reader.position, reader.position + size)
        reader.skip(size)
        if number == _FUNCTION_NAMES:
            count += inner.u32()
            content = leb(count) + inner.take(inner.end - inner.position) + entries
            return _replaced(reader, start, position, reader.position, _section(number, content))
        if number > _FUNCTION_NAMES:
            break
        before = reader.position
    at = before or start
    return _replaced(reader, start, at, at, _section(_FUNCTION_NAMES, leb(count) + entries))


def _replaced(reader: Reader, start: int, first: int, last: int, new: bytes) -> Edit:
    """Return the edit of the whole contents, so that the section's size counts it wherever it is."""
    data = reader.data
    return Edit(start, reader.end, data[start:first] + new + data[last : reader.end])
