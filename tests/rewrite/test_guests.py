"""Tests that sealing a built guest changes only its grow sites, as `wasm-objdump` shows."""

import re
from pathlib import Path

import pytest

from nogrow.project.inspect import disassemble
from nogrow.rewrite.rewrite import Mode
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.scan import scan
from nogrow.wasm.sections import SectionId
from tests.rewrite.checked import KERNELS, checked
from tests.rewrite.test_rewrite import moved

BUILD = Path(__file__).resolve().parents[2] / "build"
GUESTS = sorted(path for profile in ("debug", "release") for path in (BUILD / profile).glob("*.wasm"))
needs_guests = pytest.mark.skipif(not GUESTS, reason="no guests under build/: run `invoke build`")
_INSTRUCTION = re.compile(r"\s*([0-9a-f]{6,}): ((?:[0-9a-f]{2} )+)\s*\|\s*(.*)")


def instructions(path: Path) -> dict[int, tuple[bytes, str]]:
    """Return the bytes and text of each instruction, by offset in the file."""
    matches = (_INSTRUCTION.match(line) for line in disassemble(path).splitlines())
    return {int(match[1], 16): (bytes.fromhex(match[2]), match[3].strip()) for match in matches if match}


def code_start(module: Module) -> int:
    return next(section.start for section in module.sections if section.id is SectionId.CODE)


@needs_guests
@pytest.mark.parametrize("path", GUESTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("mode", [Mode.CAP, Mode.DENY, Mode.TRAP])
def test_sealing_changes_only_the_grow_sites(path: Path, mode: Mode, tmp_path: Path) -> None:
    data = path.read_bytes()
    result = checked(data, mode)
    copy = tmp_path / path.name
    copy.write_bytes(result.data)
    before, after = instructions(path), instructions(copy)
    module = decode(data)
    shift = code_start(decode(result.data)) - code_start(module)
    after = {offset - shift: item for offset, item in after.items()}
    if mode is Mode.CAP:
        assert before == after
        return
    assert shift == 0
    assert len(result.data) == len(data)
    sites = [grow.offset for grow in scan(module, KERNELS).grows]
    changed = [offset for offset in {*before, *after} if before.get(offset) != after.get(offset)]
    # The instructions of the operand are directly before the site.
    assert all(any(site - 12 <= offset <= site + 1 for site in sites) for offset in changed)
    assert bool(changed) is bool(sites)
    assert all("memory.grow" not in text for _, text in after.values())


@needs_guests
def test_custom_sections_are_unchanged() -> None:
    for path in GUESTS:
        data = path.read_bytes()
        for mode in Mode:
            result = checked(data, mode).data
            contents = [
                [
                    (section.name, content[section.start : section.end])
                    for section in decode(content).sections
                    if section.name
                ]
                for content in (data, result)
            ]
            # New functions have names, and the other names stay.
            if contents[0] != contents[1]:
                assert mode is Mode.RESERVE
                contents = [[(name, b) for name, b in sections if name != "name"] for sections in contents]
            assert contents[0] == contents[1]


@needs_guests
@pytest.mark.parametrize("path", GUESTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_reserving_keeps_the_offsets_of_other_functions(path: Path) -> None:
    data = path.read_bytes()
    module, copy = decode(data), decode(checked(data, Mode.RESERVE).data)
    sites = scan(module, KERNELS).grows
    added = moved(data, copy.data)
    assert bool(added) is bool(sites)
    names = [FunctionNames.of(item) for item in (module, copy)]
    first = len(module.functions)
    assert [names[0].get(index) for index in range(first)] == [names[1].get(index) for index in range(first)]
    if sites:
        assert names[1].get(first) == "nogrow.memory.grow"
    if added > 1:
        assert names[1].get(first + 1) == names[0].get(sites[0].function)
