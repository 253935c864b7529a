"""Builds modules byte by byte, for tests that need bytes that no assembler writes."""

from tools.bench.encode import HEADER, leb, section, sized, vector

__all__ = ["HEADER", "leb", "module_with_bodies", "section", "sized", "vector"]


def module_with_bodies(bodies: list[bytes]) -> bytes:
    """Return a module with two items of each kind and a function without locals for each of `bodies`."""
    return (
        HEADER
        + section(1, vector([b"\x60\0\0"] * 2))
        + section(3, vector([b"\0"] * len(bodies)))
        + section(4, vector([b"\x70\0\1"] * 2))
        + section(5, vector([b"\0\1"] * 2))
        + section(13, vector([b"\0\0"] * 2))
        + section(6, vector([b"\x7f\1\x41\0\x0b"] * 2))
        + section(9, vector([b"\1\0\0"] * 2))
        + section(12, b"\0")
        + section(10, vector([sized(b"\0" + body) for body in bodies]))
    )
