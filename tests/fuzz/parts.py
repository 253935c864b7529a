"""A module taken apart, and put together again with its sizes set right: changes get past the framing."""

from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId
from tests.support.binary import HEADER, leb, section


class Parts(NamedTuple):
    """The sections after the header, by id and contents, and the code section's bodies."""

    sections: list[tuple[int, bytes]]
    bodies: list[bytes]

    def joined(self) -> bytes:
        """The module with every size and the count of bodies as they have to be."""
        code = leb(len(self.bodies)) + b"".join(leb(len(body)) + body for body in self.bodies)
        return HEADER + b"".join(
            section(number, code if number == SectionId.CODE else contents)
            for number, contents in self.sections
        )


def taken_apart(data: bytes) -> Parts | None:
    """The parts of a module; None for what has no module's frame."""
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
