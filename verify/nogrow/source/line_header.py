"""Read the header of a line program: its parameters and its file names.

DWARF 5, section 6.2.4; versions 2 to 5 are supported.
"""

from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.source.container import Debug
from nogrow.source.paths import is_absolute, join
from nogrow.source.units import text
from nogrow.wasm.reader import Reader

_PATH, _DIRECTORY = 1, 2
_STRING, _LINE_STRP, _STRP, _UDATA, _BLOCK = 0x08, 0x1F, 0x0E, 0x0F, 0x09
_FIXED = {0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16}


class File(NamedTuple):
    """A file name in a line program; `directory` is the index of its directory."""

    name: str
    directory: int


class LineProgram(NamedTuple):
    """The header of a line program, whose opcodes are in `.debug_line` from `start` to `end`."""

    version: int
    address_size: int
    instruction_length: int
    line_base: int
    line_range: int
    lengths: tuple[int, ...]
    """The number of operands of each standard opcode, from opcode 1 on."""
    directories: tuple[str, ...]
    files: tuple[File, ...]
    compiled_in: str
    start: int
    end: int

    def path(self, file: int) -> str:
        """Return the path of the file with this number, or an empty string if there is no such file."""
        number = file if self.version >= 5 else file - 1
        if not 0 <= number < len(self.files):
            return ""
        name, directory = self.files[number]
        if is_absolute(name):
            return name
        first = self.directories[0] if self.version >= 5 and self.directories else ""
        base = join(self.compiled_in, first)
        return join(join(base, self._directory(directory)), name)

    def _directory(self, directory: int) -> str:
        number = directory if self.version >= 5 else directory - 1
        return self.directories[number] if directory > 0 and 0 <= number < len(self.directories) else ""


def read_line_program(debug: Debug, offset: int, address_size: int, compiled_in: str) -> LineProgram:
    """Return the line program at `offset` in `.debug_line`; raises `ModuleError` if it is malformed."""
    data = debug.section("line")
    reader = Reader(data, offset, len(data))
    length, wide = _fixed(reader, 4), 4
    if length == 0xFFFFFFFF:
        length, wide = _fixed(reader, 8), 8
    end = min(reader.position + length, len(data))
    version = _fixed(reader, 2)
    if not 2 <= version <= 5:
        raise ModuleError(f"unsupported version {version} of a line program", offset)
    if version >= 5:
        address_size = reader.byte()
        reader.byte()
    size = _fixed(reader, wide)
    start = reader.position + size
    reader.end = min(start, end)
    instruction_length = reader.byte()
    if version >= 4:
        reader.byte()
    reader.byte()
    line_base, line_range, opcodes = reader.byte(), reader.byte(), reader.byte()
    line_base -= (line_base & 0x80) << 1
    lengths = tuple(reader.take(max(opcodes - 1, 0)))
    names = _Names(debug, reader, wide)
    directories, files = names.both() if version >= 5 else names.both_before_5()
    return LineProgram(
        version,
        address_size,
        instruction_length,
        line_base,
        line_range,
        lengths,
        directories,
        files,
        compiled_in,
        start,
        end,
    )


def _fixed(reader: Reader, size: int) -> int:
    return int.from_bytes(reader.take(size), "little")


class _Names:
    """Read the directories and files of a header."""

    def __init__(self, debug: Debug, reader: Reader, wide: int) -> None:
        self.debug = debug
        self.reader = reader
        self.wide = wide

    def both(self) -> tuple[tuple[str, ...], tuple[File, ...]]:
        return tuple(file.name for file in self._entries()), tuple(self._entries())

    def both_before_5(self) -> tuple[tuple[str, ...], tuple[File, ...]]:
        directories: list[str] = []
        while name := self._string():
            directories.append(name)
        files: list[File] = []
        while name := self._string():
            directory = self.reader.unsigned(64)
            self.reader.unsigned(64)
            self.reader.unsigned(64)
            files.append(File(name, directory))
        return tuple(directories), tuple(files)

    def _entries(self) -> list[File]:
        reader = self.reader
        formats = [(reader.unsigned(64), reader.unsigned(64)) for _ in range(reader.byte())]
        entries: list[File] = []
        for _ in range(reader.count()):
            name, directory = "", 0
            for content, form in formats:
                value = self._value(form)
                if content == _PATH and isinstance(value, str):
                    name = value
                elif content == _DIRECTORY and isinstance(value, int):
                    directory = value
            entries.append(File(name, directory))
        return entries

    def _value(self, form: int) -> str | int | None:
        reader = self.reader
        if form == _STRING:
            return self._string()
        if form in (_LINE_STRP, _STRP):
            return self._indirect("line_str" if form == _LINE_STRP else "str")
        if form == _UDATA:
            return reader.unsigned(64)
        if form == _BLOCK:
            reader.take(reader.u32())
            return None
        if form not in _FIXED:
            raise ModuleError(f"unsupported form 0x{form:x} in a line program", reader.position)
        return _fixed(reader, _FIXED[form])

    def _indirect(self, section: str) -> str:
        data, offset = self.debug.section(section), _fixed(self.reader, self.wide)
        end = data.find(0, offset)
        # Many names can share the same bytes, so a small file could cause much work.
        self.debug.meter.spend(1 + max(end - offset, 0) // 64)
        return text(data[offset:end]) if end >= 0 else ""

    def _string(self) -> str:
        reader = self.reader
        end = reader.data.find(0, reader.position, reader.end)
        if end < 0:
            raise ModuleError("unterminated name in a line program", reader.position)
        name = reader.take(end - reader.position)
        reader.position = end + 1
        return text(name)
