"""The kernels' memory: never more than asked for, and a clean end where there is no room."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

import nogrow.wasm
from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.kernel import PAGE_SIZE, Engine, Workspace
from nogrow.wasm.scan import scan
from tests.support.binary import module_with_bodies

ENGINE = Engine()
SCAN = Path(nogrow.wasm.__path__[0]) / "scan.wat"


def test_areas_are_apart_aligned_and_zero() -> None:
    workspace = Workspace(ENGINE, 4 * PAGE_SIZE)
    first, second = workspace.area(5), workspace.area(100)
    assert first % 16 == second % 16 == 0
    assert first > 0, "address 0 stands for nothing"
    assert second >= first + 5
    assert not any(workspace.bytes[second : second + 100])


def test_area_without_room_is_an_error() -> None:
    workspace = Workspace(ENGINE, PAGE_SIZE)
    workspace.area(workspace.size - 64)
    with pytest.raises(ModuleError, match="too large to be judged"):
        workspace.area(64)


def test_numbers_are_written_little_endian_and_read_back() -> None:
    workspace = Workspace(ENGINE, PAGE_SIZE)
    place = workspace.area(8)
    workspace.write_u32s(place, [1, 0xFFFFFFFE])
    assert bytes(workspace.bytes[place : place + 8]) == b"\1\0\0\0\xfe\xff\xff\xff"
    assert workspace.read_u32s(place, 2) == [1, 0xFFFFFFFE]
    assert workspace.u32(place + 4) == 0xFFFFFFFE


def test_workspace_is_no_larger_than_addresses_reach() -> None:
    assert Workspace(ENGINE, 1 << 40).size == 65535 * PAGE_SIZE


def test_kernel_is_compiled_once_for_an_engine() -> None:
    engine = Engine()
    assert engine.kernel(SCAN) is engine.kernel(SCAN)


def test_kernel_says_when_its_nodes_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan asks for room enough for any code; here it asks for less."""
    monkeypatch.setattr("nogrow.wasm.scan._ROOM_PER_BYTE", 2)
    for code in (b"\x10\0" * 200_000 + b"\x0b", b"\x02\x40" * 200_000 + b"\x0b" * 200_001):
        with pytest.raises(ModuleError, match="too large to be judged") as error:
            scan(decode(module_with_bodies([code])), ENGINE)
        assert error.value.offset is None


SPARING = """
import resource
from nogrow.errors import ModuleError
from nogrow.proof.prove import judge
from tests.support.binary import module_with_bodies
limit = {limit} << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
data = module_with_bodies([b"\\1" * {instructions} + b"\\x41\\1\\x40\\0\\x1a\\x0b"])
try:
    print(judge(data, lambda label: False).verdict.label)
except ModuleError as error:
    print("not judged:", error)
"""


def judged_within(megabytes: int, instructions: int) -> str:
    """What a process says of a module when its address space is limited."""
    program = SPARING.format(limit=megabytes, instructions=instructions)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


pytestmark = pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS"), reason="no limits on address space here")


def test_limited_address_space_costs_only_the_reservation() -> None:
    """wasmtime reserves 4 GiB and more for a memory, which does not fit: the second try asks for less."""
    assert judged_within(2000, 3) == "unreachable\n"


def test_module_larger_than_the_room_is_not_judged() -> None:
    assert judged_within(700, 20_000_000).startswith("not judged: no room for")
