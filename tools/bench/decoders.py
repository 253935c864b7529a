"""Compare the grow sites and direct calls that nogrow and another decoder count in a module.

The other decoder is `wasm-objdump`, or `wasm-tools print` if `wasm-objdump` cannot read the module. Both
print one instruction per line, with its offset. A name may contain text that looks like such a line. So a
line counts only if its offset is greater than the one before and the file has the instruction's opcode there.
"""

import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nogrow.analysis.proof import judge
from nogrow.errors import ToolError
from nogrow.machine.machine import find_program, find_wabt
from nogrow.machine.process import kill
from nogrow.wasm.decode import decode
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan

_LIMIT_SECONDS = 600.0
_CHUNK = 1 << 22
_OPCODES = {b"memory.grow": 0x40, b"call": 0x10, b"return_call": 0x12}
_MNEMONICS = rb"(memory\.grow|call|return_call)(?=[ \n])"
_OBJDUMP_LINE = re.compile(rb"\n ([0-9a-f]{6,}): (?:[0-9a-f]{2} )+ *\| *" + _MNEMONICS)
_PRINT_LINE = re.compile(rb"\n\(;@([0-9a-f]+) *;\) +" + _MNEMONICS)


@dataclass(frozen=True)
class Counts:
    """The offsets of all grow sites in the file, and the number of direct calls, including dead ones."""

    sites: tuple[int, ...]
    direct_calls: int


@dataclass(frozen=True)
class Comparison:
    """The counts of nogrow and of the `other` decoder."""

    path: Path
    ours: Counts
    theirs: Counts
    other: str

    @property
    def agrees(self) -> bool:
        """Return whether both counts are equal."""
        return self.ours == self.theirs


def compare(path: Path) -> Comparison:
    """Return the comparison for one module.

    Raises `ModuleError`, or `ToolError` when no other decoder reads the module.
    """
    ours = by_nogrow(path)
    try:
        return Comparison(path, ours, by_objdump(path), "wasm-objdump")
    except ToolError:
        return Comparison(path, ours, by_wasm_tools(path), "wasm-tools")


def by_nogrow(path: Path) -> Counts:
    """Return what nogrow counts; raises `ModuleError`."""
    data, engine = path.read_bytes(), Engine()
    calls = scan(decode(data), engine).direct_calls
    sites = judge(data, lambda label: False, engine).sites
    return Counts(tuple(sorted(site.offset for site in sites)), calls)


def by_objdump(path: Path) -> Counts:
    """Return what `wasm-objdump -d` lists; raises `ToolError` when it cannot read the module."""
    return _counted(path, (str(find_wabt("wasm-objdump")), "-d", str(path)), _OBJDUMP_LINE)


def by_wasm_tools(path: Path) -> Counts:
    """Return what `wasm-tools print` lists; raises `ToolError` when it cannot read the module."""
    program = find_program("wasm-tools", "nogrow[dev]")
    return _counted(path, (str(program), "print", "--print-offsets", str(path)), _PRINT_LINE)


def _counted(path: Path, command: tuple[str, ...], line: re.Pattern[bytes]) -> Counts:
    data, last, sites, calls = path.read_bytes(), 0, [], 0
    for chunk in _output(command):
        for offset, mnemonic in line.findall(chunk):
            at = int(offset, 16)
            if at <= last or at >= len(data) or data[at] != _OPCODES[mnemonic]:
                raise ToolError(f"{path}: {command[0]} lists what does not fit the file, at 0x{at:x}")
            last = at
            if mnemonic == b"memory.grow":
                sites.append(at)
            else:
                calls += 1
    return Counts(tuple(sites), calls)


def _output(command: tuple[str, ...]) -> Iterator[bytes]:
    """Yield the output of a program in pieces of whole lines, each with the end of the line before it.

    The output can be gigabytes. Raises `ToolError` at the end when the program failed, complained or took too
    long.
    """
    with tempfile.TemporaryFile() as complaints:
        # The command comes from this package and from the PATH, and no shell interprets it.
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
        )
        limit = threading.Timer(_LIMIT_SECONDS, kill, (process,))
        limit.start()
        try:
            rest = b"\n"
            while process.stdout is not None and (read := process.stdout.read(_CHUNK)):
                lines, newline, tail = (rest + read).rpartition(b"\n")
                yield lines + newline
                rest = newline + tail
            yield rest + b"\n"
        except BaseException:
            kill(process)
            raise
        finally:
            limit.cancel()
            code = process.wait()
        complaints.seek(0)
        said = complaints.read(400).decode(errors="replace").strip()
    if code != 0 or said:
        raise ToolError(f"{' '.join(command)} failed with exit code {code}: {said}")
