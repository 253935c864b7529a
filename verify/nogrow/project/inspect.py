"""An artifact in, its disassembly and the `memory.grow` in it out, as `wasm-objdump` sees them.

This is the second opinion on the prover's sites, so nothing here comes from the prover. Names in a
module may hold anything, even what looks like a line of the listing. So a line counts as an
instruction only if it stands where the one before it ended and shows the bytes of the file there, and
the lines must go from the first byte of the code section's bodies to the last.
"""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.process import Progress, run_checked
from nogrow.machine.programs import find_wabt
from nogrow.project.manifest import Entry, read_manifest, write_other
from nogrow.project.project import Project
from nogrow.wasm.sections import is_component

_OBJDUMP_SECONDS = 120.0
# A line has up to sixty characters for each byte of its instruction; a call's has a name, too.
_CHARACTERS_PER_BYTE = 200
_LEAST_CHARACTERS = 1 << 20
_SHOWN = 100
_HEADER_BYTES, _CODE_SECTION = 8, 10
_FUNCTION = re.compile(r"([0-9a-f]{6,}) func\[([0-9]{1,10})\](?: <(.*)>)?:")
_INDEX = re.compile(r"[0-9]{1,10}")
_INSTRUCTION = re.compile(r" ([0-9a-f]{6,}): ((?:[0-9a-f]{2} )+) *\| *(.*)")


@dataclass(frozen=True)
class ObjdumpSite:
    """A `memory.grow`; `offset` is the byte of the file where the instruction begins."""

    function_index: int
    function_name: str | None
    memory: int
    offset: int


@dataclass(frozen=True)
class Inspection:
    """What was seen in one artifact; both paths are relative to the project."""

    artifact: str
    listing: str
    sites: tuple[ObjdumpSite, ...]


def inspect_all(project: Project, progress: Progress) -> tuple[Inspection, ...]:
    """Disassemble every module that the manifest lists, and keep the listings.

    Raises `ToolError`, also when nothing has been built.
    """
    root, output = project.root, project.plan.output
    modules = [entry for entry in read_manifest(root, output).entries if entry.is_module]
    if not modules:
        raise ToolError("nothing is built yet; this builds it: invoke build")
    inspections = []
    for entry in modules:
        progress(f"disassembling {entry.path}")
        path = root / entry.path
        if is_component(_content(path)):
            progress(f"{entry.path} is a component, which wasm-objdump can't read")
            continue
        text = disassemble(path)
        listing = project.listings / _listing(project, entry)
        write_other(root, listing, text.encode(), output)
        inspections.append(Inspection(entry.path, str(listing), parse_listing(path, text)))
    return tuple(inspections)


def _listing(project: Project, entry: Entry) -> PurePosixPath:
    path = PurePosixPath(entry.path)
    own_place = project.plan.output / entry.profile / path.name
    return (
        PurePosixPath(f"{entry.profile}-{path.stem}.txt") if path == own_place else path.with_suffix(".txt")
    )


def grow_sites(path: Path) -> tuple[ObjdumpSite, ...]:
    """Every `memory.grow` that `wasm-objdump` finds in the file, in the order of the file.

    Raises `ToolError` when it fails or when its listing doesn't match the file.
    """
    return parse_listing(path, disassemble(path))


def disassemble(path: Path) -> str:
    """The whole output of `wasm-objdump -d`; raises `ToolError`."""
    if not path.is_file():
        raise ToolError(f"{path} is missing; this builds it: invoke build")
    objdump = find_wabt("wasm-objdump")
    most = _LEAST_CHARACTERS + _CHARACTERS_PER_BYTE * path.stat().st_size
    return run_checked([objdump, "-d", path], seconds=_OBJDUMP_SECONDS, most_bytes=most).stdout


def parse_listing(path: Path, listing: str) -> tuple[ObjdumpSite, ...]:
    """The sites in `listing`, checked line by line against the bytes of the file at `path`."""
    return _ListingParser(path, path.read_bytes()).parse(listing)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ToolError(f"{path} is missing; this builds it: invoke build") from error


class _ListingParser:
    """Where the parser stands in the listing: the function, and the byte that must come next."""

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
            raise self._nonsense(" ".join(lines[: len(title)]))
        for line in lines[len(title) :]:
            if instruction := _INSTRUCTION.fullmatch(line):
                self._instruction(line, *instruction.groups())
            elif function := _FUNCTION.fullmatch(line):
                self._begin(line, *function.groups())
            elif line:
                raise self._nonsense(line)
        count, end = self._bodies()
        if (self._listed, self._next_offset) != (count, end):
            raise self._nonsense(f"{self._listed} functions up to offset 0x{self._next_offset:x}")
        return tuple(self._sites)

    def _bodies(self) -> tuple[int, int]:
        """How many function bodies the file has, and the offset behind them; 0 if it has none."""
        at = _HEADER_BYTES
        while at < len(self._content):
            number, (size, start) = self._content[at], self._leb(at + 1)
            if number == _CODE_SECTION:
                count, _ = self._leb(start)
                return count, start + size if count else 0
            at = start + size
        return 0, 0

    def _begin(self, line: str, offset: str, index: str, name: str | None) -> None:
        previous = self._function
        start = int(offset, 16)
        if previous is not None:
            # Between two bodies lies nothing but the size of the second.
            follows = start == self._after_leb(self._next_offset)
            if not follows or int(index) != previous[0] + 1:
                raise self._nonsense(line)
        self._function = (int(index), name)
        self._listed += 1
        # The body begins with its count of local declarations, which the listing leaves out.
        self._next_offset = self._after_leb(start)

    def _instruction(self, line: str, offset: str, digits: str, text: str) -> None:
        start, shown = int(offset, 16), bytes.fromhex(digits)
        end = start + len(shown)
        in_place = start == self._next_offset and shown == self._content[start:end]
        if self._function is None or not in_place:
            raise self._nonsense(line)
        self._next_offset = end
        words = text.split()
        if words[:1] == ["memory.grow"]:
            if len(words) > 2 or not all(_INDEX.fullmatch(word) for word in words[1:]):
                raise self._nonsense(line)
            index, name = self._function
            memory = int(words[1]) if len(words) == 2 else 0
            self._sites.append(ObjdumpSite(index, name, memory, start))

    def _after_leb(self, offset: int) -> int:
        return self._leb(offset)[1]

    def _leb(self, offset: int) -> tuple[int, int]:
        """The number at `offset`, and where it ends."""
        number = shift = 0
        while offset < len(self._content) and self._content[offset] & 0x80:
            number |= (self._content[offset] & 0x7F) << shift
            shift, offset = shift + 7, offset + 1
        last = self._content[offset] if offset < len(self._content) else 0
        return number | last << shift, offset + 1

    def _nonsense(self, line: str) -> ToolError:
        shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
        return ToolError(
            f"{self._path}: wasm-objdump printed what does not fit the file: {shown!r}; "
            "if it is broken or old, this brings another: pip install --force-reinstall 'nogrow[build]'"
        )
