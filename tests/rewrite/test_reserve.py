"""Tests that a copy with reserved memory behaves as the original does, in wasmtime.

Instances of both get the same calls. The original's growth fails beyond the reserved pages too, because its
store has that limit.
"""

import random
from collections.abc import Iterator, Sequence

import pytest
import wasmtime
from tools.bench.encode import leb, section

from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.reserve import Pages
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.wasm.decode import decode
from nogrow.wasm.names import FunctionNames
from tests.rewrite.checked import KERNELS, checked, is_valid
from tests.rewrite.test_rewrite import moved
from tests.support.modules import assemble, wasm_tools

PAGES = 8


def engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.parallel_compilation = False
    for feature in ("multi_memory", "memory64", "custom_page_sizes", "tail_call", "exceptions", "gc"):
        setattr(config, f"wasm_{feature}", True)
    return wasmtime.Engine(config)


ENGINE = engine()


class Guest:
    """An instance that exports `size`, `grow`, and perhaps `memory`."""

    def __init__(self, data: bytes, memory: wasmtime.MemoryType | None = None, limit: int = -1) -> None:
        self.store = wasmtime.Store(ENGINE)
        self.store.set_limits(memory_size=limit)
        imports = [] if memory is None else [wasmtime.Memory(self.store, memory)]
        self.exports = wasmtime.Instance(self.store, wasmtime.Module(ENGINE, data), imports).exports(
            self.store
        )

    def call(self, name: str, *arguments: int) -> object:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        try:
            return function(self.store, *arguments)
        except wasmtime.Trap as trap:
            return str(trap).strip().splitlines()[-1]

    def memory(self) -> wasmtime.Memory:
        memory = self.exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        return memory


def functions(memory: str, address: str = "i32", index: str = "0") -> str:
    """Return a module with the size and the growth of one of its memories."""
    return f"""(module {memory}
      (func (export "size") (result {address}) (memory.size {index}))
      (func (export "grow") (param {address}) (result {address}) (memory.grow {index} (local.get 0))))"""


KINDS = {
    "32 bit": functions('(memory (export "memory") 2)'),
    "with a maximum": functions('(memory (export "memory") 2 5)'),
    "none at the start": functions('(memory (export "memory") 0)'),
    "private": functions("(memory 2)"),
    "64 bit": functions('(memory (export "memory") i64 2)', "i64"),
    "64 bit with a maximum": functions('(memory (export "memory") i64 2 4)', "i64"),
    "small pages": functions('(memory (export "memory") 2 (pagesize 1))'),
    "a second one": functions('(memory 1) (memory (export "memory") 2 7)', index="1"),
}
OPERANDS = (0, 1, 2, 3, -1, 1 << 16, -(1 << 31))


@pytest.mark.parametrize("kind", KINDS)
def test_size_and_grow_return_the_same(kind: str) -> None:
    data = assemble(KINDS[kind])
    copy = checked(data, Mode.RESERVE, PAGES).data
    page = 1 if kind == "small pages" else 65536
    for seed in range(20):
        chosen = random.Random(seed)
        before, after = Guest(data, limit=PAGES * page), Guest(copy)
        for _ in range(12):
            call = ("size",) if chosen.random() < 0.3 else ("grow", chosen.choice(OPERANDS))
            assert before.call(*call) == after.call(*call), (seed, call)


def test_size_of_the_copy_never_changes() -> None:
    guest = Guest(checked(assemble(KINDS["32 bit"]), Mode.RESERVE, PAGES).data)
    assert guest.memory().size(guest.store) == PAGES
    assert guest.call("grow", 3) == 2
    assert guest.call("size") == 5
    assert guest.memory().size(guest.store) == PAGES
    with pytest.raises(wasmtime.WasmtimeError):
        guest.memory().grow(guest.store, 1)


def test_imported_memory_has_a_note_with_the_expression() -> None:
    data = assemble(functions('(import "env" "mem" (memory 2)) (export "memory" (memory 0))'))
    result = checked(data, Mode.RESERVE, PAGES)
    assert "new WebAssembly.Memory({ initial: 8, maximum: 8 })" in result.notes[0]
    before = Guest(data, wasmtime.MemoryType(wasmtime.Limits(2, 8)))
    after = Guest(result.data, wasmtime.MemoryType(wasmtime.Limits(8, 8)))
    for call in (("grow", 3), ("size",), ("grow", 4), ("grow", 3), ("size",)):
        assert before.call(*call) == after.call(*call)


def test_memory_that_only_the_host_grows_has_its_real_size() -> None:
    data = assemble(
        '(module (import "env" "emscripten_resize_heap" (func (param i32) (result i32)))'
        '(memory (export "memory") 2) (func (export "size") (result i32) (memory.size)))'
    )
    result = checked(data, Mode.RESERVE, PAGES)
    assert "nogrow" not in wasm_tools("print", "-", stdin=result.data).decode()
    assert "(memory (;0;) 8 8)" in wasm_tools("print", "-", stdin=result.data).decode()


def test_several_memories_have_pages_of_their_own() -> None:
    data = assemble(functions('(memory (export "a") 1) (memory (export "memory") 2)', index="1"))
    printed = wasm_tools("print", "-", stdin=checked(data, Mode.RESERVE, {0: 3, 1: 5}).data).decode()
    assert "(memory (;0;) 3 3)" in printed
    assert "(memory (;1;) 5 5)" in printed
    assert "$nogrow.memory.grow.1" in printed


@pytest.mark.parametrize(
    ("memory", "pages", "message"),
    [
        ("(memory 1)", None, "memory 0 declares no maximum"),
        ("(memory 1 2000)", None, "declares a maximum of 2000 pages"),
        ("(memory 1)", {0: 2, 3: 4}, "--pages 3=4: the module has no memory 3"),
        ("(memory 1)", 65537, "cannot have 65537"),
    ],
)
def test_unusable_pages_are_rejected(memory: str, pages: Pages, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sealed(assemble(functions(memory)), Mode.RESERVE, pages, KERNELS)


def test_declared_maximum_is_the_default() -> None:
    copy = checked_default(functions('(memory (export "memory") 1 1024)'))
    assert "(memory (;0;) 1024 1024)" in wasm_tools("print", "-", stdin=copy).decode()


def checked_default(wat: str) -> bytes:
    copy = sealed(assemble(wat), Mode.RESERVE, None, KERNELS).data
    assert is_valid(copy)
    return copy


@pytest.mark.parametrize(
    ("wat", "message"),
    [
        (functions("(memory 1 2 shared)"), "shared by threads"),
        (
            functions('(import "env" "emscripten_resize_heap" (func (param i32) (result i32))) (memory 1)'),
            "grows memory 0 itself and through env.emscripten_resize_heap",
        ),
        (
            '(component (core module (import "a" "m" (memory 1)) (func (drop (memory.size)))))',
            "belongs to another core module",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(wat: str, message: str) -> None:
    with pytest.raises(ModuleError, match=message):
        sealed(assemble(wat), Mode.RESERVE, PAGES, KERNELS)


LONG = "(func (result i32) (i32.const 7) (drop (i32.const 8)) (drop (i64.const 9)))"


@pytest.mark.parametrize(
    ("name", "memory", "message"),
    [
        ("linking", "(memory 1)", "object file"),
        ("reloc.CODE", "(memory 1)", "object file"),
        ("dylink.0", '(import "env" "memory" (memory 1))', "belongs to the main module"),
    ],
)
def test_file_that_is_linked_later_is_refused(name: str, memory: str, message: str) -> None:
    data = assemble(functions(memory)) + section(0, leb(len(name)) + name.encode())
    with pytest.raises(ModuleError, match=message):
        sealed(data, Mode.RESERVE, PAGES, KERNELS)


def many_functions(count: int, first: str, rest: str = LONG) -> bytes:
    return assemble(f'(module (memory (export "memory") 1) {first} {" ".join([rest] * count)})')


GROWERS = {
    "short": '(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))',
    "long": '(func (export "grow") (param i32) (result i32) (nop) (nop) (nop) (memory.grow (local.get 0)))',
    "with locals": """(func (export "grow") (param i32) (result i32)
      (local i64 f64) (memory.grow (local.get 0)))""",
    "in a tail call": """(func $g (export "grow") (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0))
        (then (memory.size))
        (else (drop (memory.grow (i32.const 0))) (return_call $g (i32.sub (local.get 0) (i32.const 1))))))""",
}


@pytest.mark.parametrize("grower", GROWERS)
@pytest.mark.parametrize("count", [2, 125, 126, 127, 128, 129, 300, 16382, 16383, 16384])
def test_other_functions_keep_their_offsets(grower: str, count: int) -> None:
    data = many_functions(count, GROWERS[grower])
    copy = checked(data, Mode.RESERVE, PAGES).data
    assert moved(data, copy) >= 1
    before, after = Guest(data, limit=PAGES * 65536), Guest(copy)
    for operand in (0, 3, 100, 2):
        assert before.call("grow", operand) == after.call("grow", operand)


def test_short_functions_shift_instead_of_all_moving() -> None:
    data = many_functions(300, GROWERS["short"], "(func (result i32) (i32.const 7))")
    result = checked(data + section(0, b"\x0b.debug_line"), Mode.RESERVE, PAGES)
    assert "dropped because functions moved: .debug_line" in result.notes
    assert len(list(bodies(decode(result.data)))) == 302
    assert Guest(result.data).call("grow", 3) == 1


def test_tail_calls_through_a_moved_function_need_no_stack() -> None:
    copy = checked(many_functions(300, GROWERS["in a tail call"]), Mode.RESERVE, PAGES).data
    assert Guest(copy).call("grow", 1_000_000) == 1


def test_new_functions_have_names() -> None:
    data = many_functions(
        300, '(func $alloc (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))'
    )
    module = decode(checked(data, Mode.RESERVE, PAGES).data)
    names = [FunctionNames.of(module).get(index) for index in range(len(module.functions))]
    assert names[301] == "nogrow.memory.grow"
    assert names.count("alloc") == 2


def name_sections() -> Iterator[tuple[str, bytes]]:
    title = b"\x04name"
    for label, content in {
        "none": b"",
        "only the module's name": b"\0\2\1m",
        "only local names": b"\2\1\0",
        "empty": b"\1\1\0",
        "malformed": b"\1\xff",
    }.items():
        body = title + content
        yield label, b"" if label == "none" else bytes((0, len(body))) + body


@pytest.mark.parametrize(("label", "names"), list(name_sections()))
def test_name_sections_of_all_shapes_are_extended(label: str, names: bytes) -> None:
    stripped = wasm_tools("strip", "--all", "-", stdin=assemble(KINDS["32 bit"]))
    copy = checked(stripped + names, Mode.RESERVE, PAGES).data
    assert FunctionNames.of(decode(copy)).get(2) == (None if label == "malformed" else "nogrow.memory.grow")


def offsets_with_sizes() -> Sequence[str]:
    """Return modules in which the byte of `memory.size` is also part of other instructions."""
    return (
        "(drop (i32.const 63)) (drop (i64.const 8063)) (drop (memory.size 1))",
        "(drop (memory.size)) (drop (memory.size 1)) (drop (f32.const 1.5))",
        "(block (br_table 0 0 0 (i32.const 63)))",
    )


@pytest.mark.parametrize("wat", offsets_with_sizes())
def test_every_size_is_found(wat: str) -> None:
    grow = "(drop (memory.grow 0 (i32.const 1))) (drop (memory.grow 1 (i32.const 1)))"
    data = assemble(f"(module (memory 1) (memory 2) (func {wat}) (func {grow}))")
    printed = wasm_tools("print", "-", stdin=checked(data, Mode.RESERVE, PAGES).data).decode()
    assert "memory.size" not in printed
    assert "memory.grow 0" not in printed
