"""Read the small pieces of the binary format: bytes, LEB128 numbers, names, vectors, types."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from .model import (
    ArrayType,
    CompositeType,
    ContinuationType,
    DecodeError,
    DefinedType,
    FieldType,
    FunctionType,
    HeapType,
    RecGroup,
    RefType,
    StructType,
    ValueType,
)

_T = TypeVar("_T")

_NUMBERS = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128"}
_PACKED = {0x78: "i8", 0x77: "i16"}
_HEAPS = {
    0x75: "nocont",
    0x74: "noexn",
    0x73: "nofunc",
    0x72: "noextern",
    0x71: "none",
    0x70: "func",
    0x6F: "extern",
    0x6E: "any",
    0x6D: "eq",
    0x6C: "i31",
    0x6B: "struct",
    0x6A: "array",
    0x69: "exn",
    0x68: "cont",
}


@dataclass(slots=True)
class Reader:
    """A position in the bytes, and an end that reading may not cross."""

    data: bytes
    position: int
    end: int

    def fail(self, message: str) -> NoReturn:
        """Raise `DecodeError` at the current position."""
        raise DecodeError(self.position, message)

    def peek(self) -> int:
        """Return the next byte, which stays unread."""
        if self.position >= self.end:
            self.fail("unexpected end")
        return self.data[self.position]

    def byte(self) -> int:
        """Return one byte."""
        value = self.peek()
        self.position += 1
        return value

    def bytes(self, count: int) -> bytes:
        """Return exactly `count` bytes."""
        if count > self.end - self.position:
            self.fail("unexpected end")
        self.position += count
        return self.data[self.position - count : self.position]

    def unsigned(self, bits: int = 32) -> int:
        """Return an unsigned LEB128 number of at most `bits` bits."""
        start, result, shift = self.position, 0, 0
        while True:
            byte = self.byte()
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift >= bits:
                raise DecodeError(start, "number too long")
        if result >= 1 << bits:
            raise DecodeError(start, "number too large")
        return result

    def signed(self, bits: int) -> int:
        """Return a signed LEB128 number of at most `bits` bits."""
        start, result, shift = self.position, 0, 0
        while True:
            byte = self.byte()
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift >= bits:
                raise DecodeError(start, "number too long")
        if byte & 0x40:
            result -= 1 << shift
        if not -(1 << (bits - 1)) <= result < 1 << (bits - 1):
            raise DecodeError(start, "number too large")
        return result

    def name(self) -> str:
        """Return a UTF-8 name."""
        start = self.position
        try:
            return self.bytes(self.unsigned()).decode()
        except UnicodeDecodeError as error:
            raise DecodeError(start, "a name is not UTF-8") from error

    def vector(self, item: Callable[[], _T]) -> tuple[_T, ...]:
        """Return a counted sequence of what `item` reads."""
        count = self.unsigned()
        if count > self.end - self.position:
            self.fail("more elements than bytes")
        return tuple(item() for _ in range(count))

    def section(self, size: int) -> "Reader":
        """Return a reader of the next `size` bytes, which are skipped here."""
        start = self.position
        self.bytes(size)
        return Reader(self.data, start, start + size)

    def require_end(self) -> None:
        """Raise `DecodeError` unless everything was read."""
        if self.position != self.end:
            self.fail("bytes left over")

    def heap_type(self) -> HeapType:
        """Return a heap type: `s33` type index, abstract type, or one of these with a prefix."""
        byte = self.peek()
        if byte == 0x62:
            self.byte()
            return HeapType(self.unsigned(), exact=True)
        if byte == 0x65:
            self.byte()
            return HeapType(self._abstract_heap(), shared=True)
        if byte & 0xC0 == 0x40:
            return HeapType(self._abstract_heap())
        start, index = self.position, self.signed(33)
        if index < 0:
            raise DecodeError(start, "unknown heap type")
        return HeapType(index)

    def _abstract_heap(self) -> str:
        if self.peek() not in _HEAPS:
            self.fail("unknown heap type")
        return _HEAPS[self.byte()]

    def reference_type(self) -> RefType:
        """Return a reference type."""
        byte = self.peek()
        if byte in (0x63, 0x64):
            self.byte()
            return RefType(byte == 0x63, self.heap_type())
        if byte == 0x65:
            self.byte()
        return RefType(True, HeapType(self._abstract_heap(), shared=byte == 0x65))

    def value_type(self) -> ValueType:
        """Return a value type."""
        if self.peek() in _NUMBERS:
            return _NUMBERS[self.byte()]
        return self.reference_type()

    def field_type(self) -> FieldType:
        """Return a field of a struct or an array."""
        kind = _PACKED[self.byte()] if self.peek() in _PACKED else self.value_type()
        return FieldType(kind, self.flag())

    def flag(self) -> bool:
        """Return a byte that must be 0 or 1."""
        if self.peek() > 1:
            self.fail("a flag must be 0 or 1")
        return self.byte() == 1

    def rec_group(self, types: list[DefinedType]) -> RecGroup:
        """Return a recursive group, or one type alone; what it defines is appended to `types`."""
        first = len(types)
        if self.peek() == 0x4E:
            self.byte()
            types += self.vector(self._defined_type)
        else:
            types.append(self._defined_type())
        return RecGroup(first, len(types) - first)

    def _defined_type(self) -> DefinedType:
        supertypes: tuple[int, ...] = ()
        final, shared = True, False
        describes = descriptor = None
        if self.peek() in (0x4F, 0x50):
            final = self.byte() == 0x4F
            supertypes = self.vector(self.unsigned)
        if self.peek() == 0x65:
            self.byte()
            shared = True
        if self.peek() == 0x4C:
            self.byte()
            describes = self.unsigned()
        if self.peek() == 0x4D:
            self.byte()
            descriptor = self.unsigned()
        composite = self._composite_type()
        return DefinedType(composite, supertypes, final, shared, describes, descriptor)

    def _composite_type(self) -> CompositeType:
        match self.peek():
            case 0x60:
                self.byte()
                return FunctionType(self.vector(self.value_type), self.vector(self.value_type))
            case 0x5F:
                self.byte()
                return StructType(self.vector(self.field_type))
            case 0x5E:
                self.byte()
                return ArrayType(self.field_type())
            case 0x5D:
                self.byte()
                start, index = self.position, self.signed(33)
                if index < 0:
                    raise DecodeError(start, "a continuation needs a type index")
                return ContinuationType(index)
        self.fail("unknown type")
