"""Split a module into parts, and join them with correct sizes, so that changes get past the framing."""

from typing import NamedTuple

from tools.bench.encode import HEADER, leb, section

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId


class Parts(NamedTuple):
    """The sections after the header, by id and contents, and the bodies in the code section."""

    sections: list[tuple[int, bytes]]
    bodies: list[bytes]

    def joined(self) -> bytes:
        """Return the module with correct sizes and a correct count of bodies."""
        code = leb(len(self.bodies)) + b"".join(leb(len(body)) + body for body in self.bodies)
        return HEADER + b"".join(
            section(number, code if number == SectionId.CODE else contents)
            for number, contents in self.sections
        )


def split(data: bytes) -> Parts | None:
    """Return the parts of a module, None if the data is not framed like a module."""
    if data[:8] != HEADER:
        return None
    reader = Reader(data, 8, len(data))
    parts = Parts([], [])
    try:
        while reader.position < reader.end:
            number = reader.byte()
            contents = reader.take(reader.u32())
            parts.sections.append((number, contents))
            if number == SectionId.CODE:
                inner = Reader(contents, 0, len(contents))
                parts.bodies.extend(inner.take(inner.u32()) for _ in range(inner.count()))
    except ModuleError:
        return None
    return parts
