"""Reads the type section: which types are equal, which are subtypes, and which can hold functions.

WebAssembly 3.0, sections 3.2 (types), 3.3 (matching) and 5.3 (binary types).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

NUMBER_TYPES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128"}
PACKED_TYPES = {0x78: "i8", 0x77: "i16"}
ABSTRACT_HEAP_TYPES = {
    0x75: "nocont", 0x74: "noexn", 0x73: "nofunc", 0x72: "noextern", 0x71: "none", 0x70: "func",
    0x6F: "extern", 0x6E: "any", 0x6D: "eq", 0x6C: "i31", 0x6B: "struct", 0x6A: "array", 0x69: "exn",
    0x68: "cont",
}  # fmt: skip
# No function that the host could call is reachable from a reference of these types.
_NEVER_FUNCTIONS = frozenset(("nocont", "noexn", "nofunc", "noextern", "none", "extern", "i31", "exn"))

# The limit of engines (WebAssembly JavaScript interface, "Implementation-defined Limits").
DEEPEST = 63

_REC, _SUB, _SUB_FINAL, _FUNC, _STRUCT, _ARRAY, _CONT, _SHARED = (
    0x4E, 0x50, 0x4F, 0x60, 0x5F, 0x5E, 0x5D, 0x65,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValueType:
    """A value type: a number, vector, packed or abstract heap type by `name`, or a defined type by `index`.

    `shared` says of an abstract heap type that threads may share the referenced objects.
    """

    name: str | None
    index: int | None = None
    nullable: bool = False
    reference: bool = False
    shared: bool = False


VALUE_TYPES = {code: ValueType(name) for code, name in (NUMBER_TYPES | PACKED_TYPES).items()} | {
    code: ValueType(name, nullable=True, reference=True) for code, name in ABSTRACT_HEAP_TYPES.items()
}
"""The value types of one byte, made once: a module can use each a million times."""


_CODES = {value: code for code, value in VALUE_TYPES.items()}


def code_of(value: ValueType) -> int | None:
    """Return the byte that encodes a value type, None for a type of several bytes."""
    return _CODES.get(value)


class DefinedType(NamedTuple):
    """A defined type as declared.

    `parts` are the parameters of a function, the fields of a structure or array, or the function type of a
    continuation.
    """

    form: int
    parts: tuple[ValueType, ...]
    results: tuple[ValueType, ...] = ()
    mutable: tuple[bool, ...] = ()
    supertype: int | None = None
    final: bool = True
    shared: bool = False


class Types(NamedTuple):
    """The types of a module; `canonical[i]` is the lowest index of a type equal to type i."""

    defined: tuple[DefinedType, ...]
    canonical: tuple[int, ...]

    def supertypes(self, index: int) -> Iterator[int]:
        """Yield the canonical index of type `index` and of each of its supertypes."""
        current: int | None = index
        while current is not None:
            yield self.canonical[current]
            current = self.defined[current].supertype

    def children(self) -> dict[int, set[int]]:
        """Return the direct subtypes of each type, both as canonical indices."""
        children: dict[int, set[int]] = {}
        for index, item in enumerate(self.defined):
            if item.supertype is not None:
                children.setdefault(self.canonical[item.supertype], set()).add(self.canonical[index])
        return children

    def function(self, index: int) -> DefinedType:
        """Return the function type at `index`; raises `ModuleError` if there is none."""
        if index >= len(self.defined) or self.defined[index].form != _FUNC:
            raise ModuleError(f"type index {index} is not a function type")
        return self.defined[index]

    def is_function(self, index: int) -> bool:
        """Return whether the type at `index` is a function type."""
        return self.defined[index].form == _FUNC

    def is_shared(self, value: ValueType) -> bool:
        """Return whether a shared object may hold a value of this type."""
        return _is_shared(value, self.defined)

    def holds_functions(self, value: ValueType, *, extern: bool = False) -> bool:
        """Return whether a value of this type can be or contain a reference to a function.

        `extern` says that an `externref` may hide a reference of the module.
        """
        return value.reference and (extern if value.name == "extern" else value.name not in _NEVER_FUNCTIONS)

    def is_function_reference(self, value: ValueType) -> bool:
        """Return whether a value of this type refers to a function, not to an object that holds one."""
        if value.index is not None:
            return self.defined[value.index].form == _FUNC
        return value.name == "func"


def read_value_type(reader: Reader) -> ValueType:
    """Read a value type (section 5.3.5)."""
    at = reader.position
    byte = reader.byte()
    if byte in VALUE_TYPES and byte not in PACKED_TYPES:
        return VALUE_TYPES[byte]
    if byte in (0x63, 0x64):
        shared = reader.peek() == _SHARED
        name, index = read_heap_type(reader)
        return ValueType(name, index, nullable=byte == 0x63, reference=True, shared=shared)
    if byte == _SHARED:
        name, index = _abstract(reader)
        return ValueType(name, index, nullable=True, reference=True, shared=True)
    raise ModuleError(f"unknown value type 0x{byte:02x}", at)


def read_reference_type(reader: Reader) -> ValueType:
    """Read a value type that must be a reference type."""
    at = reader.position
    value = read_value_type(reader)
    if not value.reference:
        raise ModuleError("a reference type was expected", at)
    return value


def read_heap_type(reader: Reader) -> tuple[str | None, int | None]:
    """Read a heap type (section 5.3.3): the name of an abstract one or the index of a defined one."""
    if reader.peek() == _SHARED:
        reader.byte()
        return _abstract(reader)
    if reader.peek() in ABSTRACT_HEAP_TYPES:
        return _abstract(reader)
    at = reader.position
    index = reader.signed(33)
    if index < 0:
        raise ModuleError(f"unknown heap type {index}", at)
    return None, index


def _abstract(reader: Reader) -> tuple[str, None]:
    at = reader.position
    byte = reader.byte()
    if byte not in ABSTRACT_HEAP_TYPES:
        raise ModuleError(f"unknown heap type 0x{byte:02x}", at)
    return ABSTRACT_HEAP_TYPES[byte], None


def read_types(reader: Reader) -> Types:
    """Read the type section. Types are equal if their recursion groups have the same structure."""
    defined: list[DefinedType] = []
    canonical: list[int] = []
    depths: list[int] = []
    groups: dict[object, int] = {}
    for _ in range(reader.count()):
        first = len(defined)
        if reader.peek() == _REC:
            reader.byte()
            defined.extend(_read_subtype(reader) for _ in range(reader.count()))
        else:
            defined.append(_read_subtype(reader))
        _check_indices(defined, first, reader.position)
        for item in defined[first:]:
            depths.append(0 if item.supertype is None else depths[item.supertype] + 1)
            if depths[-1] > DEEPEST:
                raise ModuleError(f"subtypes more than {DEEPEST} deep", reader.position)
        key = tuple(_key(item, first, canonical) for item in defined[first:])
        known = groups.setdefault(key, first)
        canonical.extend(range(known, known + len(defined) - first))
    return Types(tuple(defined), tuple(canonical))


def _check_indices(defined: list[DefinedType], first: int, at: int) -> None:
    for position, item in enumerate(defined[first:], first):
        for part in item.parts + item.results:
            if part.index is not None and part.index >= len(defined):
                raise ModuleError(f"type index {part.index} out of range", at)
        if item.supertype is not None and item.supertype >= position:
            raise ModuleError(f"supertype {item.supertype} is not declared before its subtype", at)
    # wasmtime does not validate shared types, so they are checked here.
    for item in defined[first:]:
        if item.supertype is not None and item.shared is not defined[item.supertype].shared:
            raise ModuleError("a type and its supertype must both be shared or both be unshared", at)
        if item.shared and not all(_is_shared(part, defined) for part in item.parts + item.results):
            raise ModuleError("a shared type has a part that is not shared", at)


def _is_shared(value: ValueType, defined: Sequence[DefinedType]) -> bool:
    return defined[value.index].shared if value.index is not None else value.shared or not value.reference


def _key(item: DefinedType, first: int, canonical: list[int]) -> object:
    """Return a key that is the same for equal types.

    References into the type's own group count by position, others by canonical index.
    """
    if item.supertype is None and all(value.index is None for value in (*item.parts, *item.results)):
        return item

    def reference(index: int | None) -> object:
        if index is None:
            return None
        return ("own", index - first) if index >= first else canonical[index]

    def part(value: ValueType) -> object:
        if value.index is None:
            return value
        return (value.name, reference(value.index), value.nullable, value.reference, value.shared)

    parts, results = tuple(map(part, item.parts)), tuple(map(part, item.results))
    # The fields of a `DefinedType` in order: a type without references is its own key.
    return (item.form, parts, results, item.mutable, reference(item.supertype), item.final, item.shared)


def _read_subtype(reader: Reader) -> DefinedType:
    final, supertype = True, None
    if reader.peek() in (_SUB, _SUB_FINAL):
        final = reader.byte() == _SUB_FINAL
        at = reader.position
        supertypes = reader.u32s(reader.count())
        if len(supertypes) > 1:
            raise ModuleError(f"{len(supertypes)} supertypes, at most one is allowed", at)
        supertype = supertypes[0] if supertypes else None
    shared = reader.peek() == _SHARED
    if shared:
        reader.byte()
    at = reader.position
    form = reader.byte()
    if form == _FUNC:
        parameters = tuple(read_value_type(reader) for _ in range(reader.count()))
        results = tuple(read_value_type(reader) for _ in range(reader.count()))
        return DefinedType(form, parameters, results, (), supertype, final, shared)
    if form in (_STRUCT, _ARRAY):
        fields = [_read_field(reader) for _ in range(reader.count() if form == _STRUCT else 1)]
        types = tuple(value for value, _ in fields)
        mutable = tuple(flag for _, flag in fields)
        return DefinedType(form, types, (), mutable, supertype, final, shared)
    if form == _CONT:
        at = reader.position
        name, index = read_heap_type(reader)
        if index is None:
            raise ModuleError(f"a continuation of {name}, not of a function type", at)
        return DefinedType(form, (ValueType(None, index),), (), (), supertype, final, shared)
    raise ModuleError(f"unknown type form 0x{form:02x}", at)


def _read_field(reader: Reader) -> tuple[ValueType, bool]:
    packed = reader.peek() in PACKED_TYPES
    value = VALUE_TYPES[reader.byte()] if packed else read_value_type(reader)
    at = reader.position
    mutability = reader.byte()
    if mutability > 1:
        raise ModuleError(f"mutability 0x{mutability:02x}, expected 0 or 1", at)
    return value, mutability == 1
