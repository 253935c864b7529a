"""This module disassembles artifacts with `wasm-objdump` and finds the grow sites in the listing.

It gives a second opinion on the grow sites that the prover found, so it uses nothing of the prover. A name
in a module may contain anything, even a line break and text that looks like a line of the listing. A line
therefore counts as an instruction only if it starts where the line before it ended and shows the bytes that
the file has there, and the lines must cover the bodies of the code section from the first byte to the last.
"""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import find_wabt
from nogrow.machine.process import Progress, run
from nogrow.project.manifest import Entry, built_modules, write_other
from nogrow.project.project import Project
from nogrow.wasm.sections import is_component

_OBJDUMP_SECONDS = 120.0
# A line has up to 60 characters for each byte of its instruction, and the line of a call also has a name.
_CHARACTERS_PER_BYTE = 200
_LEAST_CHARACTERS = 1 << 20
_SHOWN = 100
_HEADER_BYTES, _CODE_SECTION = 8, 10
_FUNCTION = re.compile(r"([0-9a-f]{6,}) func\[([0-9]{1,10})\](?: <(.*)>)?:")
_INDEX = re.compile(r"[0-9]{1,10}")
_INSTRUCTION = re.compile(r" ([0-9a-f]{6,}): ((?:[0-9a-f]{2} )+) *\| *(.*)")


@dataclass(frozen=True)
class ObjdumpSite:
    """A `memory.grow`; `offset` is where the instruction begins, in bytes of the file."""

    function_index: int
    function_name: str | None
    memory: int
    offset: int


@dataclass(frozen=True)
class Inspection:
    """The grow sites in an artifact and the path of its listing; paths are relative to the project."""

    artifact: str
    listing: str
    sites: tuple[ObjdumpSite, ...]


def inspect_all(project: Project, progress: Progress) -> tuple[Inspection, ...]:
    """Disassemble every module that the manifest lists, and write the listings."""
    inspections = []
    for entry in built_modules(project):
        progress(f"disassembling {entry.path}")
        path = project.root / entry.path
        if is_component(_content(path)):
            progress(f"{entry.path} is a component, which wasm-objdump cannot read")
            continue
        text = disassemble(path)
        listing = project.output / "inspect" / _listing(project, entry)
        write_other(project, listing, text.encode())
        inspections.append(Inspection(entry.path, str(listing), parse_listing(path, text)))
    return tuple(inspections)


def _listing(project: Project, entry: Entry) -> PurePosixPath:
    path = PurePosixPath(entry.path)
    if path == project.output / entry.profile / path.name:
        return PurePosixPath(f"{entry.profile}-{path.stem}.txt")
    return path.with_suffix(".txt")


def grow_sites(path: Path) -> tuple[ObjdumpSite, ...]:
    """Return every `memory.grow` that `wasm-objdump` finds in the file, in file order."""
    return parse_listing(path, disassemble(path))


def disassemble(path: Path) -> str:
    """Return the output of `wasm-objdump -d`."""
    most = _LEAST_CHARACTERS + _CHARACTERS_PER_BYTE * len(_content(path))
    objdump = find_wabt("wasm-objdump")
    return run([objdump, "-d", path], seconds=_OBJDUMP_SECONDS, most_bytes=most).checked().stdout


def parse_listing(path: Path, listing: str) -> tuple[ObjdumpSite, ...]:
    """Return the sites in `listing`, after checking each line against the bytes of the file at `path`."""
    return _ListingParser(path, path.read_bytes()).parse(listing)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ToolError(f"{path} is missing: run `invoke build`") from error


class _ListingParser:
    """The state of the parser: the current function, and the offset that must come next."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path = path
        self._content = content
        self._function: tuple[int, str | None] | None = None
        self._next_offset = 0
        self._listed = 0
        self._sites: list[ObjdumpSite] = []

    def parse(self, listing: str) -> tuple[ObjdumpSite, ...]:
        lines = listing.split("\n")
        title = ["", f"{self._path.name}:\tfile format wasm 0x1", "", "Code Disassembly:", ""]
        if lines[: len(title)] != title:
            raise self._mismatch(" ".join(lines[: len(title)]))
        for line in lines[len(title) :]:
            if instruction := _INSTRUCTION.fullmatch(line):
                self._instruction(line, *instruction.groups())
            elif function := _FUNCTION.fullmatch(line):
                self._begin(line, *function.groups())
            elif line:
                raise self._mismatch(line)
        count, end = self._bodies()
        if (self._listed, self._next_offset) != (count, end):
            raise self._mismatch(f"{self._listed} functions up to offset 0x{self._next_offset:x}")
        return tuple(self._sites)

    def _bodies(self) -> tuple[int, int]:
        """Return the number of function bodies and the offset where they end, or zeros if there are none."""
        offset = _HEADER_BYTES
        while offset < len(self._content):
            section_id, (size, start) = self._content[offset], self._leb(offset + 1)
            if section_id == _CODE_SECTION:
                count, _ = self._leb(start)
                return count, start + size if count else 0
            offset = start + size
        return 0, 0

    def _begin(self, line: str, offset: str, index: str, name: str | None) -> None:
        previous = self._function
        start = int(offset, 16)
        # Only the size of the second body lies between two bodies.
        follows = previous is None or (start, int(index)) == (
            self._leb(self._next_offset)[1],
            previous[0] + 1,
        )
        if not follows:
            raise self._mismatch(line)
        self._function = (int(index), name)
        self._listed += 1
        # A body begins with the number of its local declarations, which the listing leaves out.
        self._next_offset = self._leb(start)[1]

    def _instruction(self, line: str, offset: str, digits: str, text: str) -> None:
        start, shown = int(offset, 16), bytes.fromhex(digits)
        end = start + len(shown)
        matches = start == self._next_offset and shown == self._content[start:end]
        if self._function is None or not matches:
            raise self._mismatch(line)
        self._next_offset = end
        words = text.split()
        if words[:1] == ["memory.grow"]:
            if len(words) > 2 or not all(_INDEX.fullmatch(word) for word in words[1:]):
                raise self._mismatch(line)
            index, name = self._function
            memory = int(words[1]) if len(words) == 2 else 0
            self._sites.append(ObjdumpSite(index, name, memory, start))

    def _leb(self, offset: int) -> tuple[int, int]:
        """Return the LEB128 number at `offset`, and the offset where it ends."""
        number = shift = 0
        while offset < len(self._content) and self._content[offset] & 0x80:
            number |= (self._content[offset] & 0x7F) << shift
            shift, offset = shift + 7, offset + 1
        last = self._content[offset] if offset < len(self._content) else 0
        return number | last << shift, offset + 1

    def _mismatch(self, line: str) -> ToolError:
        shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
        return ToolError(
            f"{self._path}: the output of wasm-objdump does not match the file: {shown!r}; "
            "if it is broken or old, run: pip install --force-reinstall 'nogrow[build]'"
        )
