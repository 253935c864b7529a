"""Tests that debuggers find the same source lines in a rewritten copy as in the original.

The addresses are those of the copy's own functions, so a function that another one pushed away would have the
lines of its neighbour.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.rewrite.stress import stressed
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


def assert_same_lines(path: Path, copied: Path, least: int) -> None:
    """Check that the original's functions have the same lines in the copy, at least `least` of them."""
    data, copy = path.read_bytes(), copied.read_bytes()
    count = len(list(bodies(decode(data))))
    before, after = addresses(data, count), addresses(copy, count)
    expected = by_wasm_tools(path, before)
    assert len(set(expected)) > least
    assert by_wasm_tools(copied, after) == expected
    if shutil.which("llvm-symbolizer"):
        assert by_llvm(copied, after) == by_llvm(path, before)


@pytest.mark.parametrize("profile", ["debug", "release"])
@pytest.mark.parametrize("mode", Mode)
def test_addresses_of_functions_have_the_same_lines(
    built_root: Path, tmp_path: Path, mode: Mode, profile: str
) -> None:
    path = built_root / "build" / profile / "greeting_growth.wasm"
    copied = tmp_path / "copy.wasm"
    copied.write_bytes(sealed(path.read_bytes(), mode, PAGES.get(mode), KERNELS).data)
    assert_same_lines(path, copied, 10)


@pytest.mark.parametrize("profile", ["debug", "release"])
def test_addresses_in_a_stressed_copy_have_the_same_lines(
    built_root: Path, tmp_path: Path, profile: str
) -> None:
    path = built_root / "build" / profile / "greeting_growth.wasm"
    copied = tmp_path / "copy.wasm"
    copied.write_bytes(stressed(path.read_bytes(), KERNELS).data)
    assert_same_lines(path, copied, 10)


C_CODE = """
extern void report(int value);
static int used;
static void reserve(int bytes) {
  if (used + bytes > 65536)
    __builtin_wasm_memory_grow(0, 1);
  used += bytes;
}
int store(int value) {
  reserve(value);
  report(used);
  return used;
}
int twice(int value) {
  report(value);
  store(value);
  return store(value);
}
int size(void) {
  return used;
}
"""


def test_addresses_in_a_stressed_c_module_have_the_same_lines(tmp_path: Path) -> None:
    """The linker writes indices with 5 bytes."""
    clang = shutil.which("clang")
    if clang is None or shutil.which("wasm-ld") is None:
        pytest.skip("clang or wasm-ld is not installed")
    code, path, copied = (tmp_path / name for name in ("code.c", "code.wasm", "copy.wasm"))
    code.write_text(C_CODE)
    exports = [f"-Wl,--export={name}" for name in ("store", "twice", "size")]
    options = [
        "--target=wasm32",
        "-g",
        "-O0",
        "-nostdlib",
        "-Wl,--no-entry",
        "-Wl,--allow-undefined",
        *exports,
    ]
    subprocess.run([clang, *options, str(code), "-o", str(path)], check=True, timeout=60)
    # The call of the first import.
    assert b"\x10\x80\x80\x80\x80\x00" in path.read_bytes()
    result = stressed(path.read_bytes(), KERNELS)
    assert set(result.detaching) == {"store", "twice"}
    assert not any("DWARF" in note or "section" in note for note in result.notes)
    copied.write_bytes(result.data)
    assert_same_lines(path, copied, 3)
