"""Tests the kernels' memory: its layout and its limits, and clean errors if there is no room."""

import subprocess
import sys
from pathlib import Path

import pytest
import wasmtime
from tools.bench.encode import HEADER, leb, section, vector

import nogrow.wasm
from nogrow.errors import ModuleError
from nogrow.wasm.code_section import Nodes
from nogrow.wasm.decode import decode
from nogrow.wasm.runtime import PAGE_SIZE, Engine, Workspace
from nogrow.wasm.scan import scan

ENGINE = Engine()
SCAN = Path(nogrow.wasm.__path__[0]) / "scan.wat"


def test_areas_are_disjoint_aligned_and_zero() -> None:
    workspace = Workspace(ENGINE, 4 * PAGE_SIZE)
    first, second = workspace.area(5), workspace.area(100)
    assert first % 16 == second % 16 == 0
    assert first > 0, "address 0 means none"
    assert second >= first + 5
    assert not any(workspace.bytes[second : second + 100])


def test_gaps_between_areas_are_only_padding() -> None:
    workspace = Workspace(ENGINE, PAGE_SIZE)
    addresses = [workspace.area(size) for size in (16, 17, 1)]
    assert [address - addresses[0] for address in addresses] == [0, 16, 48]


@pytest.mark.parametrize("size", [1, PAGE_SIZE - 1, PAGE_SIZE])
def test_whole_workspace_can_be_allocated(size: int) -> None:
    workspace = Workspace(ENGINE, size)
    assert workspace.size > size
    workspace.area(workspace.size - workspace.area(0))


def test_load_copies_only_the_given_range() -> None:
    workspace = Workspace(ENGINE, PAGE_SIZE)
    address = workspace.area(8)
    workspace.load(address, b"abcdefgh", 2, 4)
    assert bytes(workspace.bytes[address : address + 8]) == b"cd" + bytes(6)


def test_area_without_room_is_an_error() -> None:
    workspace = Workspace(ENGINE, PAGE_SIZE)
    workspace.area(workspace.size - 64)
    with pytest.raises(ModuleError, match="too large to be judged"):
        workspace.area(64)


def test_numbers_are_written_little_endian_and_read_back() -> None:
    workspace = Workspace(ENGINE, PAGE_SIZE)
    address = workspace.area(8)
    workspace.write_u32s(address, [1, 0xFFFFFFFE])
    assert bytes(workspace.bytes[address : address + 8]) == b"\1\0\0\0\xfe\xff\xff\xff"
    assert workspace.read_u32s(address, 2) == [1, 0xFFFFFFFE]
    assert workspace.u32(address + 4) == 0xFFFFFFFE


def test_workspace_is_limited_to_32_bit_addresses() -> None:
    assert Workspace(ENGINE, 1 << 40).size == 65535 * PAGE_SIZE


def test_kernel_is_compiled_once_for_an_engine() -> None:
    engine = Engine()
    assert engine.kernel(SCAN) is engine.kernel(SCAN)


@pytest.mark.parametrize(("nodes", "calls"), [(100, 100_000), (100_000, 100)], ids=["few nodes", "few calls"])
@pytest.mark.parametrize("code", [b"\x10\0", b"\x11\0\0", b"\x12\0"], ids=bytes.hex)
def test_full_node_array_is_an_error(
    code: bytes, nodes: int, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan reserves room for the worst case; this test makes it reserve less."""
    reserve = Nodes.reserve
    monkeypatch.setattr(Nodes, "reserve", lambda workspace, *_: reserve(workspace, nodes, calls))
    types, functions = section(1, vector([b"\x60\0\0"])), section(3, b"\1\0")
    table, body = section(4, b"\1\x70\0\1"), b"\0" + code * 1000 + b"\x0b"
    data = HEADER + types + functions + table + section(10, vector([leb(len(body)) + body]))
    with pytest.raises(ModuleError, match="too large to be judged") as error:
        scan(decode(data), ENGINE)
    assert error.value.offset is None


def no_room(*arguments: object) -> None:
    raise wasmtime.WasmtimeError("no room")


def test_second_engine_makes_no_reservations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, memory = Engine(), wasmtime.Memory
    refusals: list[object] = [no_room]

    def second_time(store: wasmtime.Store, kind: wasmtime.MemoryType) -> wasmtime.Memory:
        if refusals:
            no_room(refusals.pop())
        return memory(store, kind)

    monkeypatch.setattr(wasmtime, "Memory", second_time)
    first, _, _ = engine.reserve(1)
    assert first is not engine
    refusals.append(no_room)
    assert engine.reserve(1)[0] is first, "the second engine is made once"


def test_no_room_for_working_memory_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasmtime, "Memory", no_room)
    with pytest.raises(ModuleError, match=f"no room for {3 * PAGE_SIZE} bytes of working memory"):
        Engine().reserve(3)


def test_unknown_export_of_a_kernel_is_an_error() -> None:
    kernel = Workspace(ENGINE, PAGE_SIZE).kernel(SCAN)
    with pytest.raises(TypeError, match="error_at"):
        kernel.call("error_at")
    with pytest.raises(TypeError, match="build_flow_graph"):
        kernel.number("build_flow_graph")


def test_kernel_numbers_are_unsigned(tmp_path: Path) -> None:
    text = tmp_path / "echo.wat"
    echo = '(func (export "echo") (param i32) (result i32) local.get 0)'
    text.write_text(f'(module (import "" "" (memory 0)) {echo} (func (export "nothing")))')
    kernel = Workspace(ENGINE, PAGE_SIZE).kernel(text)
    for number in (0, (1 << 31) - 1, 1 << 31, (1 << 32) - 1):
        assert kernel.call("echo", number) == number
    assert kernel.call("nothing") == 0


SPARING = """
import resource
from nogrow.errors import ModuleError
from nogrow.analysis.proof import judge
from tests.support.modules import module_with_bodies
limit = {limit} << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
data = module_with_bodies([b"\\1" * {instructions} + b"\\x41\\1\\x40\\0\\x1a\\x0b"])
try:
    print(judge(data, lambda label: False).verdict.label)
except ModuleError as error:
    print("not judged:", error)
"""


def judged_within(megabytes: int, instructions: int) -> str:
    """Return what a process with a limited address space prints about a module."""
    program = SPARING.format(limit=megabytes, instructions=instructions)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no limits on address space here")


def test_limited_address_space_only_loses_the_reservation() -> None:
    """wasmtime's reservation of 4 GiB and more does not fit, so the second attempt reserves less."""
    assert judged_within(2000, 3) == "unreachable\n"


def test_module_too_large_for_memory_is_not_judged() -> None:
    assert judged_within(700, 20_000_000).startswith("not judged: no room for")
