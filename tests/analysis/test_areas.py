"""Test that each area of the kernels is large enough: nothing is written behind its end."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from tools.bench.encode import module
from tools.bench.pathological import Hostile, hostile_modules

from nogrow.analysis.proof import judge
from nogrow.errors import ModuleError
from nogrow.wasm.runtime import Engine, Workspace
from nogrow.wasm.sections import is_component
from tests.analysis.case import Case
from tests.analysis.cases import CASES
from tests.support.generate import random_module
from tests.support.modules import assemble
from tests.support.sample import sampled
from tests.support.smith import smith

ENGINE = Engine()
ONE_MODULE = [kind for kind in hostile_modules() if not is_component(kind.make(1))]
# As wide as what a step too far may pass over.
FENCE = b"\xa5" * (1 << 16)
MANY = 2000
# Each makes as many nodes, calls or frames for a byte as an instruction can.
DENSE = {
    "unreachable": b"\x00",
    "br": b"\x0c\x00",
    "br_if": b"\x0d\x00",
    "return": b"\x0f",
    "call": b"\x10\x00",
    "return_call": b"\x12\x00",
    "memory.grow": b"\x40\x00",
    "block": b"\x02\x40\x0b",
    "loop": b"\x03\x40\x0b",
    "if": b"\x04\x40\x05\x0b",
    "try_table": b"\x1f\x40\x00\x0b",
    "legacy try": b"\x06\x40\x19\x0b",
    "ref.func": b"\xd2\x00",
}


Fences = list[tuple[Workspace, int]]


def fallen(fences: Fences) -> list[int]:
    return [at for workspace, at in fences if workspace.bytes[at : at + len(FENCE)] != FENCE]


@pytest.fixture(autouse=True)
def fences(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fences]:
    """Put a fence behind each area, and check all fences at the end."""
    area = Workspace.area
    placed: Fences = []

    def fenced(workspace: Workspace, size: int) -> int:
        address = area(workspace, size + len(FENCE))
        workspace.bytes[address + size : address + size + len(FENCE)] = FENCE
        placed.append((workspace, address + size))
        return address

    monkeypatch.setattr(Workspace, "area", fenced)
    yield placed
    assert fallen(placed) == []


def prove(data: bytes) -> None:
    for entry in judge(data, lambda label: False, ENGINE).entries:
        assert len(entry.witness) >= 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases(case: Case) -> None:
    prove(assemble(case.wat))


@pytest.mark.parametrize("first", sampled(range(0, 200, 50)))
def test_generated_modules(first: int) -> None:
    for seed in range(first, first + 50):
        prove(assemble(random_module(seed)))
        prove(smith(seed))


@pytest.mark.parametrize("code", DENSE.values(), ids=DENSE)
@pytest.mark.parametrize("bodies", [1, 3])
def test_areas_hold_code_full_of_one_instruction(code: bytes, bodies: int) -> None:
    prove(module([code * MANY] * bodies, exports=[(b"f", 0)]))


def test_many_functions_without_nodes() -> None:
    imports = " ".join(f'(import "a" "f{number}" (func))' for number in range(MANY))
    prove(assemble(f'(module {imports} (memory 1) (func (export "e") (drop (memory.grow (i32.const 1)))))'))


@pytest.mark.parametrize("kind", ONE_MODULE, ids=lambda kind: kind.name)
def test_areas_hold_a_great_many_of_one_item(kind: Hostile, fences: Fences) -> None:
    with suppress(*((ModuleError,) if kind.code == 4 else ())):
        prove(kind.make(MANY))
        assert fences


def test_fence_notices_one_byte(fences: Fences) -> None:
    workspace = Workspace(ENGINE, 1 << 16)
    address = workspace.area(9)
    workspace.bytes[address + 9] = 0
    assert fallen(fences) == [address + 9]
    fences.clear()
