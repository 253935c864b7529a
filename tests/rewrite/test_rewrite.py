import itertools
from collections.abc import Iterator

import pytest
from tools.bench.encode import leb, section

from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.wasm.component import core_modules
from nogrow.wasm.decode import decode
from nogrow.wasm.sections import SectionId, read_sections
from tests.rewrite.checked import KERNELS, checked, is_valid
from tests.support.modules import assemble, wasm_tools

OPERAND = "(i32.load (i32.const 8))"


def code(wat: str, memories: str = "(memory 1)") -> bytes:
    """Return a module with a function from i32 to i32 that has an i64 and an f64 local."""
    return assemble(
        f"(module {memories} (tag $t) (global $g (mut i32) (i32.const 1))"
        f"(func (param i32) (result i32) (local i64 f64) {wat}))"
    )


def listing(data: bytes, number: int = 0) -> list[str]:
    """Return the instructions of a function of the module, without indentation."""
    lines = [line.strip() for line in wasm_tools("print", "-", stdin=data).decode().split("\n")]
    start = [number for number, line in enumerate(lines) if line.startswith("(func")][number]
    code = itertools.takewhile(lambda line: line != ")", lines[start + 1 :])
    return [line for line in code if line and not line.startswith("(")]


def moved(before: bytes, after: bytes) -> int:
    """Return how many functions the copy has more; check that the code of the others keeps its offsets."""
    old, new = (dict(code_of(data)) for data in (before, after))
    changed = [start for start, body in old.items() if new.get(start) != body]
    assert len(changed) <= len(new) - len(old)
    return len(new) - len(old)


def code_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the offset of each function body in the code section, and its bytes."""
    start = next(section.start for section in read_sections(data) if section.id is SectionId.CODE)
    for frame in bodies(decode(data)):
        yield frame.start - start, data[frame.start : frame.end]


# The code with the growth, and the instructions after deny.
IN_PLACE = {
    "a constant": ("(memory.grow (i32.const 3))", "i32.const -1|nop|nop"),
    "a long constant": ("(memory.grow (i32.const 70000))", "i32.const -1|nop|nop|nop|nop"),
    "a local": ("(memory.grow (local.get 0))", "i32.const -1|nop|nop"),
    "a global": ("(memory.grow (global.get $g))", "i32.const -1|nop|nop"),
    "the size": ("(memory.grow (memory.size))", "i32.const -1|nop|nop"),
    "a tee": ("(memory.grow (local.tee 0 (i32.const 9)))", "i32.const 9|local.set 0|i32.const -1"),
    "rounding as dlmalloc does": (
        f"(memory.grow (i32.shr_u {OPERAND} (i32.const 16)))",
        "i32.const 8|i32.load|drop|i32.const -1|nop|nop",
    ),
    "a sum of what may not be left out": (
        f"(memory.grow (i32.add {OPERAND} (i32.eqz (i32.wrap_i64 (i64.load (i32.const 0))))))",
        "i32.const 8|i32.load|i32.const 0|i64.load|i32.wrap_i64|drop|drop|i32.const -1",
    ),
    "select": (
        f"(memory.grow (select {OPERAND} (local.get 0) (i32.const 2)))",
        "i32.const 8|i32.load|local.get 0|drop|drop|i32.const -1|nop",
    ),
    "dropped": (
        f"(drop (memory.grow {OPERAND})) (local.get 0)",
        "i32.const 8|i32.load|drop|nop|nop|local.get 0",
    ),
    "dead code": ("unreachable memory.grow drop unreachable", "unreachable|drop|nop|nop|unreachable"),
    "dead sums": (
        "unreachable i32.add i32.const 1 i32.add memory.grow",
        "unreachable|i32.add|drop|i32.const -1|nop|nop",
    ),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_deny_keeps_the_length_where_possible(name: str) -> None:
    before, after = IN_PLACE[name]
    data = code(before)
    result = checked(data, Mode.DENY)
    assert listing(result.data) == after.split("|")
    assert len(result.data) == len(data)
    assert result.notes == ()


# The operand of each of these has an instruction with a side effect before the growth.
MOVING = {
    "a load": f"(memory.grow {OPERAND})",
    "a division": "(memory.grow (i32.div_u (local.get 0) (i32.const 7)))",
    "a conversion that traps": "(memory.grow (i32.trunc_f64_s (local.get 2)))",
    "a block": "(memory.grow (block (result i32) (i32.const 3)))",
    "a call": "(memory.grow (call 0 (i32.const 1)))",
    "a sum of two loads": f"(memory.grow (i32.add {OPERAND} {OPERAND}))",
    "growth of growth": "(memory.grow (memory.grow (i32.const 1)))",
    "a comparison in dead code": "unreachable i32.add memory.grow",
}


@pytest.mark.parametrize("name", MOVING)
def test_deny_keeps_side_effects(name: str) -> None:
    data = code(MOVING[name])
    result = checked(data, Mode.DENY)
    assert moved(data, result.data) == 1
    kept = [line for line in listing(data) if line != "memory.grow"]
    remaining = [line for line in listing(result.data, -1) if line not in ("drop", "nop", "i32.const -1")]
    assert [line for line in remaining if line in kept] == remaining


@pytest.mark.parametrize("mode", [Mode.CAP, Mode.TRAP])
@pytest.mark.parametrize("name", [*IN_PLACE, *MOVING])
def test_cap_and_trap_seal_the_same_code(name: str, mode: Mode) -> None:
    data = code(IN_PLACE[name][0] if name in IN_PLACE else MOVING[name])
    result = checked(data, mode)
    assert len(result.data) - len(data) == (1 if mode is Mode.CAP else 0)


@pytest.mark.parametrize(
    "wat",
    [
        "(if (result i32) (local.get 0) (then (memory.grow (i32.const 1))) (else (i32.const 2)))",
        "(block (result i32) (br 0 (memory.grow (local.get 0))))",
        "(block (result i32 i32) (memory.grow (local.get 0)) (memory.grow (local.get 0))) i32.add",
        "(loop (result i32) (br_if 0 (memory.grow (local.get 0))) (memory.size))",
        "(block $b (try_table (catch_all $b) (drop (memory.grow (local.get 0))) (throw $t))) (i32.const 0)",
        "(return (memory.grow (local.get 0)))",
        "(i32.const 5) (memory.grow (local.get 0)) (memory.grow (local.get 0)) (select)",
        "(block (br_table 0 0 (memory.grow (local.get 0)))) (i32.const 1)",
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_sealed_control_flow_is_valid(wat: str, mode: Mode) -> None:
    checked(code(wat), mode)


def test_legacy_exceptions_are_read() -> None:
    data = assemble(
        "(module (memory 1) (tag $t) (func try i32.const 1 memory.grow drop throw $t "
        "catch $t i32.const 1 memory.grow memory.grow drop catch_all rethrow 0 end))"
    )
    for mode in Mode:
        checked(data, mode)


def test_instructions_with_all_immediates_are_read() -> None:
    data = assemble(
        "(module (memory 1) (memory $b 1) (table 1 funcref) (type $s (struct (field i32))) (tag $t) "
        "(func $f (param $v v128) (local $r (ref null $s)) (local f32 f64)"
        "(drop (v128.const i64x2 64 64)) "
        "(drop (v128.load8_lane $b offset=64 3 (i32.const 64) (local.get $v)))"
        "(drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v)))"
        "(drop (f64.const 64)) (drop (f32.const 64)) (drop (i64.const -64)) (drop (i32.const 0x40404040))"
        "(drop (block (result (ref null $s)) (br_on_cast 0 (ref null $s) (ref $s) (local.get $r))))"
        "(block $b (block $c (try_table (catch $t $b) (catch_all $c) (br_table $b $c 0 (i32.const 64)))))"
        "(drop (select (result (ref null $s)) (local.get $r) (local.get $r) (i32.const 64)))"
        "(call_indirect (param i32) (i32.const 1) (i32.const 64))"
        "(memory.copy $b 0 (i32.const 64) (i32.const 0) (i32.const 0))"
        "(atomic.fence) (drop (ref.null $s)) (drop (ref.null func)) (drop (struct.new $s (i32.const 64)))"
        "(drop (memory.grow $b (i32.const 64)))))"
    )
    for mode in Mode:
        checked(data, mode)


def padded(index: bytes) -> bytes:
    body = b"\0\x41\x01\x40" + index + b"\x1a\x0b"
    header = b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\0") + section(3, b"\1\0") + section(5, b"\1\0\1")
    # Linkers leave sizes in more bytes than they need.
    sized = bytes((len(body) | 0x80, 0x80, 0)) + body
    contents = b"\1" + sized
    return header + b"\x0a" + bytes((len(contents) | 0x80, 0x80, 0x80, 0x80, 0)) + contents


@pytest.mark.parametrize("index", [b"\0", b"\x80\0", b"\x80\x80\x80\x80\0"])
@pytest.mark.parametrize("mode", [Mode.DENY, Mode.TRAP])
def test_padded_integers_keep_their_width(index: bytes, mode: Mode) -> None:
    data = padded(index)
    assert is_valid(data)
    assert len(checked(data, mode).data) == len(data)


def test_padded_sizes_keep_their_width_when_code_moves() -> None:
    # call 0, memory.grow 0, local.tee 0: no instruction can be replaced.
    body = b"\1\1\x7f\x10\0\x40\0\x22\0\x0b"
    contents = b"\1" + bytes((len(body) | 0x80, 0)) + body
    data = (
        b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\1\x7f") + section(3, b"\1\0") + section(5, b"\1\0\1")
        + b"\x0a" + bytes((len(contents) | 0x80, 0)) + contents
    )  # fmt: skip
    assert is_valid(data)
    result = checked(data, Mode.DENY).data
    assert moved(data, result) == 1
    # The function section has another entry.
    assert read_sections(result)[-1].start == read_sections(data)[-1].start + 1


CAPPED = {
    "without maximum": ("(memory 3)", None, "(memory (;0;) 3 3)"),
    "with one": ("(memory 3 9)", None, "(memory (;0;) 3 3)"),
    "fixed already": ("(memory 3 3)", None, "(memory (;0;) 3 3)"),
    "raised": ("(memory 3 9)", 5, "(memory (;0;) 5 5)"),
    "raised above the maximum": ("(memory 3 9)", 300, "(memory (;0;) 300 300)"),
    "large enough already": ("(memory 3 9)", 2, "(memory (;0;) 3 3)"),
    "none at all": ("(memory 0)", None, "(memory (;0;) 0 0)"),
    "shared": ("(memory 1 4 shared)", None, "(memory (;0;) 1 1 shared)"),
    "64 bits": ("(memory i64 1)", None, "(memory (;0;) i64 1 1)"),
    "small pages": ("(memory 100 (pagesize 1))", 200, "(memory (;0;) 200 200 (pagesize 0x1))"),
}


@pytest.mark.parametrize("name", CAPPED)
def test_cap_sets_the_maximum_to_the_minimum(name: str) -> None:
    memory, pages, expected = CAPPED[name]
    result = checked(assemble(f"(module {memory} (memory 7 8))"), Mode.CAP, pages)
    printed = wasm_tools("print", "-", stdin=result.data).decode()
    assert expected in printed
    assert f"(memory (;1;) {max(7, pages or 0)} {max(7, pages or 0)})" in printed


def test_padded_maximum_keeps_its_width() -> None:
    data = b"\0asm\1\0\0\0" + section(5, b"\1\1\x81\0\x84\x80\0")
    assert checked(data, Mode.CAP).data == b"\0asm\1\0\0\0" + section(5, b"\1\1\x81\0\x81\x80\0")


def test_capped_import_has_a_note_for_the_host() -> None:
    data = assemble('(module (import "env" "f" (func)) (import "env" "mem" (memory 2)) (memory 1 5))')
    result = checked(data, Mode.CAP)
    assert result.notes == (
        "memory 0 is imported (env.mem): the host must provide a memory with exactly 2 pages,"
        " as minimum and as maximum: new WebAssembly.Memory({ initial: 2, maximum: 2 })",
    )


def test_note_on_an_emscripten_memory_says_where_to_supply_it() -> None:
    data = assemble('(module (import "env" "memory" (memory 2)))')
    assert "Emscripten's glue takes it as Module.wasmMemory" in checked(data, Mode.RESERVE).notes[0]


def test_compact_imports_of_one_type_are_capped_once() -> None:
    group = b"\1\1m\0\x7e\2\0\2" + b"\2\1a\1b"
    data = b"\0asm\1\0\0\0" + section(2, group)
    result = checked(data, Mode.CAP)
    assert result.data == b"\0asm\1\0\0\0" + section(2, b"\1\1m\0\x7e\2\1\2\2" + b"\2\1a\1b")
    assert len(result.notes) == 2


@pytest.mark.parametrize(("memory", "pages"), [("(memory 1)", 65537), ("(memory i64 1)", 1 << 49)])
def test_more_pages_than_a_memory_can_have_are_rejected(memory: str, pages: int) -> None:
    with pytest.raises(UsageError, match="cannot have"):
        sealed(assemble(f"(module {memory})"), Mode.CAP, pages, KERNELS)


@pytest.mark.parametrize("mode", [Mode.DENY, Mode.TRAP])
def test_pages_need_the_mode_cap_or_reserve(mode: Mode) -> None:
    with pytest.raises(UsageError, match="only be set with cap and reserve"):
        sealed(assemble("(module)"), mode, 3, KERNELS)


def with_sections(data: bytes, *names: str) -> bytes:
    return data + b"".join(section(0, leb(len(name)) + name.encode() + b"\1\2") for name in names)


CODE_OFFSET_SECTIONS = (
    ".debug_info",
    "sourceMappingURL",
    "external_debug_info",
    "build_id",
    "metadata.code.branch_hint",
    "linking",
)
DROPPED = ("sourceMappingURL", "metadata.code.branch_hint", "linking")
KEPT = ("name", "producers", "target_features", "dylink.0", "whatever")


def names(data: bytes) -> list[str]:
    return [section.name for section in read_sections(data) if section.name]


@pytest.mark.parametrize(
    ("mode", "wat", "dropped"),
    [
        (Mode.DENY, MOVING["a load"], DROPPED),
        (Mode.DENY, IN_PLACE["a local"][0], ()),
        (Mode.TRAP, MOVING["a load"], ()),
        (Mode.CAP, MOVING["a load"], ("sourceMappingURL",)),
    ],
)
def test_sections_with_wrong_code_offsets_are_dropped(mode: Mode, wat: str, dropped: tuple[str, ...]) -> None:
    plain = assemble(
        f"(module (memory 1) (func (param i32) (result i32) (local f64) {wat}))".replace(
            "(local.get 2)", "(f64.const 0)"
        )
    )
    everything = [name for pair in zip(CODE_OFFSET_SECTIONS, (*KEPT, "last"), strict=True) for name in pair]
    result = sealed(with_sections(plain, *everything), mode, engine=KERNELS)
    assert names(result.data) == [name for name in everything if name not in dropped]
    assert all(any(name in note for note in result.notes) for name in dropped)
    # The rest is the same as without these sections.
    kept = [name for name in everything if name not in dropped]
    assert result.data == with_sections(sealed(plain, mode, engine=KERNELS).data, *kept)


def test_linking_sections_are_dropped_from_relocatable_code() -> None:
    plain = code(IN_PLACE["a local"][0])
    result = sealed(with_sections(plain, "linking", "reloc.CODE"), Mode.DENY, engine=KERNELS)
    assert names(result.data) == ["name"]
    assert result.notes == ("dropped because functions moved: linking, reloc.CODE",)


@pytest.mark.parametrize("mode", Mode)
def test_each_core_module_of_a_component_is_sealed(mode: Mode) -> None:
    growing = f"(memory 1) (func (result i32) (memory.grow {OPERAND}))"
    data = assemble(
        f"(component (core module {growing}) (component (core module {growing}) (core module "
        f'(import "a" "m" (memory 1)) (func))) (core module (memory 2)))'
    )
    pages = 3 if mode is Mode.RESERVE else None
    result = sealed(data, mode, pages, KERNELS)
    assert is_valid(result.data)
    assert sealed(result.data, mode, pages, KERNELS).data == result.data
    for before, after in zip(core_modules(data), core_modules(result.data), strict=True):
        old, new = data[before.start : before.end], result.data[after.start : after.end]
        if b"\1a\1m" in old:
            # Its limits must match the module that defines the memory.
            assert new == old
        else:
            assert new == checked(old, mode, pages).data
    assert bool(result.notes) is mode.sets_limits


@pytest.mark.parametrize("mode", Mode)
def test_module_without_growth_or_memory_is_unchanged(mode: Mode) -> None:
    data = assemble("(module (func (result i32) (i32.const 0x40)))")
    assert sealed(data, mode, engine=KERNELS).data == data


@pytest.mark.parametrize("cut", [3, 9, 30])
@pytest.mark.parametrize("mode", Mode)
def test_truncated_module_is_rejected(cut: int, mode: Mode) -> None:
    data = code(MOVING["a load"])
    with pytest.raises(ModuleError):
        sealed(data[:-cut], mode, engine=KERNELS)
