"""Compare the locations in the project's own guests with those of LLVM's DWARF reader."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nogrow.analysis.proof import judge
from nogrow.source.debug_files import find_debug
from nogrow.source.lookup import locate
from nogrow.wasm.decode import decode
from tests.support.dwarf import code_start

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "crates/greeting_growth/src/lib.rs"
EVERY = 37
"""The distance in bytes between the tested addresses, which gives some thousand locations."""

GUESTS = sorted((ROOT / "build/debug").glob("*.wasm"))
there = pytest.mark.skipif(not GUESTS, reason="build/debug is not there: `invoke build` makes it")


@pytest.fixture(scope="module")
def growth() -> bytes:
    return (ROOT / "build/debug/greeting_growth.wasm").read_bytes()


def witness_of_set_name(data: bytes) -> list[int]:
    """Return the byte offsets of the steps in the file."""
    (entry,) = (entry for entry in judge(data, lambda label: True).entries if entry.name == "set_name")
    return [step.offset for step in entry.witness]


@there
def test_witness_of_set_name_goes_through_format(growth: bytes) -> None:
    line, text = next(
        (number, text)
        for number, text in enumerate((ROOT / SOURCE).read_text().splitlines(), 1)
        if "format!(" in text
    )
    located = locate(growth, witness_of_set_name(growth))
    frames = [frame for step in located.values() for frame in step if frame.file.endswith(SOURCE)]
    assert (line, text.index("format!") + 1) in [(frame.line, frame.column) for frame in frames]
    assert any(frame.function == "set_name" for frame in frames)
    assert any(len(step) > 1 for step in located.values()), "nothing was inlined into any step"


@there
def test_module_without_debug_sections_has_no_locations(growth: bytes) -> None:
    stripped = growth.replace(b".debug_info", b".other_info")
    assert locate(stripped, witness_of_set_name(stripped)) == {}
    assert find_debug("m.wasm", stripped) == (None, None)


def symbolized(path: Path, addresses: list[int]) -> list[list[tuple[str, str, int, int]]]:
    """Return function, file, line and column of each frame of each address from `llvm-symbolizer`."""
    process = subprocess.run(
        ["llvm-symbolizer", f"--obj={path}", "--no-demangle", "--output-style=JSON"],
        input="".join(f"0x{address:x}\n" for address in addresses),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[Any] = [json.loads(line) for line in process.stdout.splitlines()]
    return [
        [
            (frame["FunctionName"], frame["FileName"].replace("/./", "/"), frame["Line"], frame["Column"])
            for frame in answer["Symbol"]
            if any(other["Line"] for other in answer["Symbol"])
        ]
        for answer in answers
    ]


@there
@pytest.mark.skipif(not shutil.which("llvm-symbolizer"), reason="llvm-symbolizer is not installed")
@pytest.mark.parametrize("path", GUESTS, ids=lambda path: path.stem)
def test_frames_match_llvm_symbolizer(path: Path) -> None:
    data = path.read_bytes()
    first, last = decode(data).code
    start = code_start(data)
    addresses = [offset - start for offset in range(first, last, EVERY)]
    located = locate(data, [start + address for address in addresses])
    ours = [
        [(frame.function or "", *frame[1:]) for frame in located.get(start + address, ())]
        for address in addresses
    ]
    assert ours == symbolized(path, addresses)
