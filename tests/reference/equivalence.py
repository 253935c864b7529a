"""Find which types of a module are equal, and which are subtypes of others.

Two types are equal when their recursive groups have the same structure and they have the same
position in them (specification, "Type Equivalence").
"""

from dataclasses import dataclass

from .model import (
    ArrayType,
    CompositeType,
    ContinuationType,
    DefinedType,
    FieldType,
    FunctionType,
    Module,
    RecGroup,
    RefType,
    StructType,
    ValueType,
)

# A structure is a nested tuple of names, numbers and further structures; only equality matters.
Structure = tuple[object, ...]
Canonical = tuple[int, int]


@dataclass(frozen=True)
class TypeRelation:
    """`canonical` gives each type index its group's number and its place in that group."""

    types: tuple[DefinedType, ...]
    canonical: tuple[Canonical, ...]

    @classmethod
    def of(cls, module: Module) -> "TypeRelation":
        """Return the relation between the types of `module`, which must be valid."""
        canonical: list[Canonical] = []
        groups: dict[Structure, int] = {}
        for group in module.rec_groups:
            structure = _group_structure(module, group, canonical)
            number = groups.setdefault(structure, len(groups))
            canonical += [(number, position) for position in range(group.count)]
        return cls(module.types, tuple(canonical))

    def is_subtype(self, lower: int, upper: int) -> bool:
        """Return whether the type `lower` is `upper`, or declares it as a supertype directly or not."""
        if self.canonical[lower] == self.canonical[upper]:
            return True
        return any(self.is_subtype(parent, upper) for parent in self.types[lower].supertypes)


def _group_structure(module: Module, group: RecGroup, canonical: list[Canonical]) -> Structure:
    def index(number: int | None) -> Structure:
        if number is None:
            return ("none",)
        if number >= group.first:
            return ("in this group", number - group.first)
        return ("earlier", canonical[number])

    def value(kind: ValueType) -> Structure:
        if not isinstance(kind, RefType):
            return (kind,)
        heap = kind.heap
        name = (heap.name,) if isinstance(heap.name, str) else index(heap.name)
        return ("ref", kind.nullable, heap.shared, heap.exact, name)

    def field(item: FieldType) -> Structure:
        return (value(item.type), item.mutable)

    def composite(kind: CompositeType) -> Structure:
        match kind:
            case FunctionType():
                parameters = tuple(value(item) for item in kind.parameters)
                return ("func", parameters, tuple(value(item) for item in kind.results))
            case StructType():
                return ("struct", tuple(field(item) for item in kind.fields))
            case ArrayType():
                return ("array", field(kind.field))
            case ContinuationType():
                return ("cont", index(kind.function))

    def defined(kind: DefinedType) -> Structure:
        supertypes = tuple(index(item) for item in kind.supertypes)
        descriptors = (index(kind.describes), index(kind.descriptor))
        return (kind.final, kind.shared, supertypes, descriptors, composite(kind.composite))

    members = module.types[group.first : group.first + group.count]
    return tuple(defined(member) for member in members)
