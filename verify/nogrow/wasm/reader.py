"""Reads the values of the binary format. Each read is checked against an end and fails with an offset.

WebAssembly 3.0, section 5.2 (values).
"""

from nogrow.errors import ModuleError


class Reader:
    """A cursor over `data` from `position` to `end`, both byte offsets in the file."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes, position: int, end: int) -> None:
        """Start at `position`; reading past `end` raises `ModuleError`, even if `data` goes on."""
        self.data = data
        self.position = position
        self.end = end

    def byte(self) -> int:
        """Read the next byte."""
        position = self.position
        if position >= self.end:
            raise ModuleError("unexpected end of the section", position)
        self.position = position + 1
        return self.data[position]

    def peek(self) -> int:
        """Return the next byte without advancing."""
        if self.position >= self.end:
            raise ModuleError("unexpected end of the section", self.position)
        return self.data[self.position]

    def take(self, count: int) -> bytes:
        """Read the next `count` bytes."""
        start = self.position
        self.skip(count)
        return bytes(self.data[start : self.position])

    def skip(self, count: int) -> None:
        """Skip the next `count` bytes."""
        if count > self.end - self.position:
            raise ModuleError(f"{count} bytes announced, {self.end - self.position} left", self.position)
        self.position += count

    def unsigned(self, bits: int) -> int:
        """Read an unsigned LEB128 of at most `bits` bits (section 5.2.2)."""
        start = self.position
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift >= bits:
                raise ModuleError("integer representation too long", start)
        if value >> bits:
            raise ModuleError("integer too large", start)
        return value

    def u32(self) -> int:
        """Read an unsigned LEB128 of at most 32 bits."""
        position = self.position
        if position < self.end:
            byte = self.data[position]
            if byte < 0x80:
                self.position = position + 1
                return byte
            # Inlined, because a module can have a hundred thousand of them.
            if position + 2 < self.end:
                second, third = self.data[position + 1], self.data[position + 2]
                if second < 0x80:
                    self.position = position + 2
                    return byte & 0x7F | second << 7
                if third < 0x80:
                    self.position = position + 3
                    return byte & 0x7F | (second & 0x7F) << 7 | third << 14
        return self.unsigned(32)

    def u32s(self, count: int) -> list[int]:
        """Read `count` values in a row: the same as `count` calls of `u32`, but faster for short ones."""
        data, position, end = self.data, self.position, self.end
        short = data[position : position + count]
        if position + count <= end and short.isascii():
            self.position = position + count
            return list(short)
        values: list[int] = []
        append = values.append
        for _ in range(count):
            if position + 3 > end:
                self.position = position
                append(self.u32())
                position = self.position
                continue
            byte = data[position]
            if byte < 0x80:
                append(byte)
                position += 1
                continue
            second = data[position + 1]
            if second < 0x80:
                append(byte & 0x7F | second << 7)
                position += 2
                continue
            third = data[position + 2]
            if third < 0x80:
                append(byte & 0x7F | (second & 0x7F) << 7 | third << 14)
                position += 3
                continue
            self.position = position
            append(self.unsigned(32))
            position = self.position
        self.position = position
        return values

    def signed(self, bits: int) -> int:
        """Read a signed LEB128 of at most `bits` bits (section 5.2.2)."""
        data, start, end = self.data, self.position, self.end
        position = start
        value = shift = 0
        while True:
            if position >= end:
                raise ModuleError("unexpected end of the section", position)
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift >= bits:
                raise ModuleError("integer representation too long", start)
        self.position = position
        if byte & 0x40:
            value -= 1 << shift
        if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
            raise ModuleError("integer too large", start)
        return value

    def count(self) -> int:
        """Read the length of a vector.

        Raises `ModuleError` for more elements than bytes left, before the caller allocates anything.
        """
        start = self.position
        count = self.u32()
        if count > self.end - self.position:
            raise ModuleError(f"{count} elements announced, {self.end - self.position} bytes left", start)
        return count

    def name(self, most: int | None = None) -> str:
        """Read a name (section 5.2.4) of at most `most` bytes; raises `ModuleError` if it is not UTF-8."""
        length = self.u32()
        start = self.position
        if most is not None and length > most:
            raise ModuleError(f"a name of {length:,} bytes; engines take {most:,} at most", start)
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError as error:
            raise ModuleError("malformed UTF-8 encoding", start + error.start) from error
