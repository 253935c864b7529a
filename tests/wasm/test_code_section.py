"""Tests malformed function bodies: each is an error with the offset of the first unreadable byte."""

import pytest
import wasmtime
from tools.bench.encode import HEADER, leb, section, vector

from nogrow.errors import ModuleError
from nogrow.wasm import code_section
from nogrow.wasm.decode import decode
from nogrow.wasm.runtime import Engine, Kernel
from nogrow.wasm.scan import Scan, scan
from tests.support.modules import module_with_bodies

ENGINE = Engine()
TRY = b"\x06\x40"


@pytest.fixture(autouse=True, params=[code_section.WINDOW, 100, 1])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the code in windows of several sizes: what is found does not depend on it."""
    monkeypatch.setattr(code_section, "WINDOW", request.param)


def scanned(data: bytes) -> Scan:
    return scan(decode(data), ENGINE)


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"\x01\x01", 2, id="no end"),
        pytest.param(b"\x02\x40\x0b", 3, id="the end is the block's"),
        pytest.param(b"\x41", 1, id="constant cut off"),
        pytest.param(b"\x0b\x01", 1, id="bytes behind the end"),
        pytest.param(b"\x0b\x0b", 1, id="two ends"),
        pytest.param(b"\x16\x0b", 0, id="opcode 16"),
        pytest.param(b"\x01\xff\x0b", 1, id="opcode ff"),
        pytest.param(b"\xfb\x7f\x0b", 0, id="sub-opcode fb 7f"),
        pytest.param(b"\xfc\x12\x0b", 0, id="memory.discard"),
        pytest.param(b"\xfd\x9a\x01\x0b", 0, id="sub-opcode fd 9a"),
        pytest.param(b"\xfd\x80\x80\x01\x0b", 0, id="sub-opcode beyond the table"),
        pytest.param(b"\xfe\x80\x80\x80\x80\x80\0\x0b", 1, id="over-long sub-opcode"),
        pytest.param(b"\x41\x80\x80\x80\x80\x80\0\x0b", 1, id="over-long i32.const"),
        pytest.param(b"\x41\xff\xff\xff\xff\x0f\x0b", 1, id="i32.const of 33 bits"),
        pytest.param(b"\x42" + b"\x80" * 9 + b"\x01\x0b", 1, id="i64.const of 65 bits"),
        pytest.param(b"\x20\x80\x80\x80\x80\x80\0\x0b", 1, id="over-long local index"),
        pytest.param(b"\x10\x01\x0b", 1, id="function index"),
        pytest.param(b"\xd2\x01\x0b", 1, id="function index of ref.func"),
        pytest.param(b"\x11\x02\0\x0b", 1, id="type index"),
        pytest.param(b"\x11\0\x02\x0b", 2, id="table index"),
        pytest.param(b"\x14\x02\x0b", 1, id="type index of call_ref"),
        pytest.param(b"\x25\x02\x0b", 1, id="table index of table.get"),
        pytest.param(b"\x40\x02\x0b", 1, id="memory index"),
        pytest.param(b"\x28\x40\x02\0\x0b", 2, id="memory index of a load"),
        pytest.param(b"\x28\x20\0\x0b", 1, id="flags of a load"),
        pytest.param(b"\x28\0" + b"\x80" * 9 + b"\x02\x0b", 1, id="offset of 65 bits"),
        pytest.param(b"\x08\x02\x0b", 1, id="tag index"),
        pytest.param(b"\xfc\x0c\x02\0\x0b", 2, id="element segment index"),
        pytest.param(b"\xfc\x0c\0\x02\x0b", 3, id="table index of table.init"),
        pytest.param(b"\xfc\x0a\x02\0\x0b", 2, id="memory index of memory.copy"),
        pytest.param(b"\x0c\x01\x0b", 0, id="label"),
        pytest.param(b"\x0e\x01\0\x01\x0b", 0, id="default label"),
        pytest.param(b"\x0e\xff\xff\xff\xff\x0f\0\x0b", 0, id="four billion labels"),
        pytest.param(b"\x1f\x40\x01\x02\x01\x0b\x0b", 0, id="label of a catch"),
        pytest.param(b"\x1f\x40\x01\x00\x02\0\x0b\x0b", 4, id="tag of a catch"),
        pytest.param(b"\x02\x02\x0b\x0b", 1, id="block type index"),
        pytest.param(b"\x02\x41\x0b\x0b", 1, id="unknown block type"),
        pytest.param(b"\x05\x0b", 0, id="else without if"),
        pytest.param(b"\x02\x40\x05\x0b\x0b", 2, id="else in a block"),
        pytest.param(b"\x04\x40\x05\x05\x0b\x0b", 3, id="second else"),
        pytest.param(b"\x07\0\x0b", 0, id="catch without try"),
        pytest.param(TRY + b"\x19\x19\x0b\x0b", 3, id="second catch_all"),
        pytest.param(TRY + b"\x19\x07\0\x0b\x0b", 3, id="catch behind catch_all"),
        pytest.param(TRY + b"\x18\x01\x0b", 2, id="label of a delegate"),
        pytest.param(b"\x18\0\x0b", 0, id="delegate without try"),
        pytest.param(b"\xd0\x02\x0b", 1, id="heap type"),
        pytest.param(b"\xfb\x18\x04\0\x6e\x6d\x0b", 2, id="cast flags"),
        pytest.param(b"\xfe\x03\x01\x0b", 2, id="flags of a fence"),
        pytest.param(b"\x1c\xff\xff\xff\xff\x0f\x7f\x0b", 7, id="four billion value types"),
    ],
)
def test_bad_body_is_refused_at_its_offset(body: bytes, offset: int) -> None:
    data = module_with_bodies([body])
    with pytest.raises(ModuleError) as error:
        scanned(data)
    assert error.value.offset == len(data) - len(body) + offset


def test_unknown_instruction_is_named() -> None:
    with pytest.raises(ModuleError, match=r"offset 0x[0-9a-f]+: unknown instruction, opcode 0x16"):
        scanned(module_with_bodies([b"\x16\x0b"]))


def test_error_in_a_later_body_has_the_offset_in_the_file() -> None:
    data = module_with_bodies([b"\x01\x0b", b"\x0b", b"\x01\x27\x0b"])
    with pytest.raises(ModuleError) as error:
        scanned(data)
    assert error.value.offset == len(data) - 2


def code(count: bytes, *bodies: bytes, declared: int = 1) -> bytes:
    """Return a module whose code section has the count and the raw bodies, sizes included."""
    functions = section(3, vector([b"\0"] * declared))
    return HEADER + section(1, b"\1\x60\0\0") + functions + section(10, count + b"".join(bodies))


@pytest.mark.parametrize(
    ("data", "left"),
    [
        pytest.param(code(b"\1", b"\3\0\x0b"), 3, id="body longer than the section"),
        pytest.param(code(b"\1", b"\2\0\x0b", b"\0"), 1, id="bytes left over"),
        pytest.param(code(b"\2", b"\2\0\x0b", b"\x80", declared=2), 1, id="size cut off"),
        pytest.param(code(b"\1", b"\1\0\x0b"), 1, id="size without the end"),
        pytest.param(code(b"\1", b"\3\0\x0b\x0b"), 1, id="size beyond the end"),
        pytest.param(code(b"\1", b"\4\1\1\x7a\x0b"), 2, id="type of a local"),
        pytest.param(code(b"\1", b"\3\5\1\x7f"), 4, id="locals to the end of the body"),
        pytest.param(code(b"\1", b"\x80\x80\x80\x80\x80\0\0\x0b"), 8, id="over-long size"),
    ],
)
def test_bad_framing_of_bodies_is_refused_at_its_offset(data: bytes, left: int) -> None:
    with pytest.raises(ModuleError) as error:
        scanned(data)
    assert error.value.offset == len(data) - left


@pytest.mark.parametrize(("declared", "bodies"), [(0, 1), (1, 0), (2, 1), (1, 2)])
def test_function_and_body_counts_must_be_equal(declared: int, bodies: int) -> None:
    data = code(leb(bodies), *[b"\2\0\x0b"] * bodies, declared=declared)
    with pytest.raises(ModuleError, match=f"{declared} functions declared, {bodies} bodies"):
        scanned(data)


def test_functions_without_a_code_section_are_refused() -> None:
    with pytest.raises(ModuleError, match="1 functions declared, 0 bodies"):
        decode(HEADER + section(1, b"\1\x60\0\0") + section(3, b"\1\0"))


@pytest.mark.parametrize("padding", range(5))
def test_padded_numbers_are_read(padding: int) -> None:
    """The operand and the memory index of a memory.grow have up to five bytes each."""

    def padded(number: int) -> bytes:
        return bytes((number | 0x80,)) + b"\x80" * (padding - 1) + b"\0" if padding else bytes((number,))

    body = b"\x41" + padded(3) + b"\x40" + padded(1) + b"\x1a\x0b"
    (grow,) = scanned(module_with_bodies([body])).grows
    assert (grow.memory, grow.operand) == (1, 3)


def test_deep_nesting_does_not_overflow() -> None:
    depth = 200_000
    result = scanned(module_with_bodies([b"\x02\x40" * depth + b"\x0b" * depth + b"\x0b"]))
    assert result.grows == ()


def test_any_number_of_zeros_is_read_as_unreachable() -> None:
    """The fast path reads eight bytes at once, and `unreachable` is a zero."""
    for count in range(20):
        body = b"\0" * count + b"\x41\0\x40\0\x1a\x0b"
        (grow,) = scanned(module_with_bodies([body])).grows
        assert grow.operand == 0


@pytest.mark.parametrize("callee", [0, 127, 128, 16383, 16384, 20000])
def test_call_index_of_any_length_is_read(callee: int) -> None:
    """The fast path reads short indices from one load, the general path long ones byte by byte."""
    bodies = [b"\x10" + leb(callee) + b"\x0b"] + [b"\x0b"] * 20000
    result = scanned(module_with_bodies(bodies))
    assert result.nodes.node(1)[:2] == (2, callee)


@pytest.mark.parametrize("message", ["wasm trap: undefined\nbacktrace", ""])
def test_unforeseen_failure_of_the_scan_is_an_error(message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Kernel.call

    def failing(kernel: Kernel, name: str, *arguments: int) -> int:
        if name == "build_flow_graph":
            raise wasmtime.WasmtimeError(message)
        return call(kernel, name, *arguments)

    monkeypatch.setattr(Kernel, "call", failing)
    with pytest.raises(ModuleError) as error:
        scanned(module_with_bodies([b"\x0b"]))
    assert (
        str(error.value)
        == f"the scan of the code section failed: {message.partition(chr(10))[0] or 'WasmtimeError'}"
    )
