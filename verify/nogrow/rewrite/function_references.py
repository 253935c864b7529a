"""This module finds the places in a module's bytes that name a function by its index, except for calls.

WebAssembly 3.0, sections 5.5.7 (tables), 5.5.9 (globals), 5.5.10 (exports), 5.5.11 (start), 5.5.12 (element
segments) and 5.4.9 (expressions).
"""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.instructions import Instruction, expression, instructions
from nogrow.rewrite.splice import Edit, leb
from nogrow.wasm.declarations import read_global_type, read_table_type
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId
from nogrow.wasm.types import read_reference_type

_REF_FUNC = 0xD2
_TABLE_WITH_INITIAL = b"\x40\x00"
_FUNCTION_TABLE_FLAGS = 4


class FunctionReference(NamedTuple):
    """The index of a function, encoded from `start` to `end`, in bytes of the file."""

    start: int
    end: int
    function: int

    def changed(self, function: int) -> Edit:
        """Return the edit that names another function; it keeps the width if the index fits."""
        return Edit(self.start, self.end, leb(function, self.end - self.start))


def declared_references(module: Module) -> Iterator[tuple[SectionId, FunctionReference]]:
    """Yield the references in exports, the start section, tables, globals and element segments.

    Each comes with the id of its section.
    """
    for section in module.sections:
        read = _SECTIONS.get(section.id)
        if read is not None:
            for reference in read(module, Reader(module.data, section.start, section.end)):
                yield section.id, reference


def references_in_code(module: Module, functions: Collection[int]) -> Iterator[tuple[int, FunctionReference]]:
    """Yield the operands of `ref.func` that name one of `functions`, each with the function that contains it.

    Raises `ModuleError` for code that cannot be read.
    """
    data = module.data
    if not functions:
        return
    for index, frame in enumerate(bodies(module), len(module.imported(Kind.FUNCTION))):
        if data.find(_REF_FUNC, frame.start, frame.end) < 0:
            continue
        for instruction in instructions(data, frame.start, frame.end):
            if instruction.opcode == _REF_FUNC:
                reference = _operand(data, instruction)
                if reference.function in functions:
                    yield index, reference


def _operand(data: bytes, instruction: Instruction) -> FunctionReference:
    reader = Reader(data, instruction.start + 1, instruction.end)
    return FunctionReference(instruction.start + 1, instruction.end, reader.u32())


def _index(reader: Reader) -> FunctionReference:
    start = reader.position
    function = reader.u32()
    return FunctionReference(start, reader.position, function)


def _constant(reader: Reader) -> Iterator[FunctionReference]:
    """Yield the references in a constant expression, and go to its end."""
    for instruction in expression(reader):
        if instruction.opcode == _REF_FUNC:
            yield _operand(reader.data, instruction)


def _exports(module: Module, reader: Reader) -> Iterator[FunctionReference]:
    for _ in range(reader.count()):
        reader.take(reader.u32())
        kind = reader.byte()
        reference = _index(reader)
        if kind == Kind.FUNCTION:
            yield reference


def _start(module: Module, reader: Reader) -> Iterator[FunctionReference]:
    yield _index(reader)


def _tables(module: Module, reader: Reader) -> Iterator[FunctionReference]:
    for _ in range(reader.count()):
        has_initial = reader.data.startswith(_TABLE_WITH_INITIAL, reader.position)
        if has_initial:
            reader.skip(len(_TABLE_WITH_INITIAL))
        read_table_type(reader, module.types, imported=False)
        if has_initial:
            yield from _constant(reader)


def _globals(module: Module, reader: Reader) -> Iterator[FunctionReference]:
    for _ in range(reader.count()):
        read_global_type(reader, module.types)
        yield from _constant(reader)


def _elements(module: Module, reader: Reader) -> Iterator[FunctionReference]:
    for _ in range(reader.count()):
        flags = reader.u32()
        if not flags & 1:
            if flags & 2:
                reader.u32()
            yield from _constant(reader)
        expressions = bool(flags & _FUNCTION_TABLE_FLAGS)
        if flags & 3:
            if expressions:
                read_reference_type(reader)
            else:
                reader.byte()
        for _ in range(reader.count()):
            if expressions:
                yield from _constant(reader)
            else:
                yield _index(reader)


_SECTIONS: dict[SectionId, Callable[[Module, Reader], Iterator[FunctionReference]]] = {
    SectionId.TABLE: _tables,
    SectionId.GLOBAL: _globals,
    SectionId.EXPORT: _exports,
    SectionId.START: _start,
    SectionId.ELEMENT: _elements,
}
