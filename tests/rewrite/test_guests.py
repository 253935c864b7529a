"""The built guests, sealed: what `wasm-objdump` shows of them differs only where it should."""

import re
from pathlib import Path

import pytest

from nogrow.project.inspect import disassemble
from nogrow.rewrite.rewrite import Mode
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from nogrow.wasm.scan import scan
from nogrow.wasm.sections import SectionId
from tests.rewrite.checked import KERNELS, checked

BUILD = Path(__file__).resolve().parents[2] / "build"
GUESTS = sorted(path for profile in ("debug", "release") for path in (BUILD / profile).glob("*.wasm"))
there = pytest.mark.skipif(not GUESTS, reason="no guests under build/: `invoke build` makes them")
_INSTRUCTION = re.compile(r"\s*([0-9a-f]{6,}): ((?:[0-9a-f]{2} )+)\s*\|\s*(.*)")


def instructions(path: Path) -> dict[int, tuple[bytes, str]]:
    """By offset in the file, each instruction's bytes and text."""
    found = (_INSTRUCTION.match(line) for line in disassemble(path).splitlines())
    return {int(one[1], 16): (bytes.fromhex(one[2]), one[3].strip()) for one in found if one}


def code_start(module: Module) -> int:
    return next(section.start for section in module.sections if section.id is SectionId.CODE)


@there
@pytest.mark.parametrize("path", GUESTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("mode", Mode)
def test_only_growth_is_disassembled_to_something_else(path: Path, mode: Mode, tmp_path: Path) -> None:
    data = path.read_bytes()
    result = checked(data, mode)
    copy = tmp_path / path.name
    copy.write_bytes(result.data)
    before, after = instructions(path), instructions(copy)
    module = decode(data)
    by = code_start(decode(result.data)) - code_start(module)
    after = {offset - by: item for offset, item in after.items()}
    if mode is Mode.CAP:
        assert before == after
        return
    assert by == 0
    assert len(result.data) == len(data)
    sites = [grow.offset for grow in scan(module, KERNELS).grows]
    changed = [offset for offset in {*before, *after} if before.get(offset) != after.get(offset)]
    # The operand's own instructions stand directly before.
    assert all(any(site - 12 <= offset <= site + 1 for site in sites) for offset in changed)
    assert bool(changed) is bool(sites)
    assert all("memory.grow" not in text for _, text in after.values())


@there
def test_custom_sections_stay_byte_for_byte() -> None:
    for path in GUESTS:
        data = path.read_bytes()
        for mode in Mode:
            result = checked(data, mode).data
            contents = [
                [(one.name, bytes_[one.start : one.end]) for one in decode(bytes_).sections if one.name]
                for bytes_ in (data, result)
            ]
            assert contents[0] == contents[1]
