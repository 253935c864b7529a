"""Tests that debuggers find the same source lines in a sealed copy as in the original.

The addresses are those of the copy's own functions, so a function that another one pushed away would have the
lines of its neighbour.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.wasm.decode import decode
from nogrow.wasm.sections import SectionId
from tests.project.conftest import built_root
from tests.rewrite.checked import KERNELS
from tests.support.modules import wasm_tools

__all__ = ["built_root"]

PAGES = {Mode.RESERVE: 64}


def addresses(data: bytes, count: int) -> list[str]:
    """Return the address of the middle of each of the first `count` functions, in the code section."""
    module = decode(data)
    start = next(section.start for section in module.sections if section.id is SectionId.CODE)
    middles = [(frame.start + frame.end) // 2 - start for frame in bodies(module)]
    return [hex(middle) for middle in middles[:count]]


def by_wasm_tools(path: Path, asked: list[str]) -> list[str]:
    lines = wasm_tools("addr2line", "--code-section-relative", str(path), *asked).decode().splitlines()
    return [line.partition(": ")[2] for line in lines]


def by_llvm(path: Path, asked: list[str]) -> list[str]:
    command = ["llvm-symbolizer", f"--obj={path}", *asked]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("profile", ["debug", "release"])
@pytest.mark.parametrize("mode", Mode)
def test_addresses_of_functions_have_the_same_lines(
    built_root: Path, tmp_path: Path, mode: Mode, profile: str
) -> None:
    path = built_root / "build" / profile / "greeting_growth.wasm"
    data = path.read_bytes()
    count = len(list(bodies(decode(data))))
    copy = sealed(data, mode, PAGES.get(mode), KERNELS).data
    copied = tmp_path / "copy.wasm"
    copied.write_bytes(copy)
    before, after = addresses(data, count), addresses(copy, count)
    expected = by_wasm_tools(path, before)
    assert len(set(expected)) > 10
    assert by_wasm_tools(copied, after) == expected
    if shutil.which("llvm-symbolizer"):
        assert by_llvm(copied, after) == by_llvm(path, before)
