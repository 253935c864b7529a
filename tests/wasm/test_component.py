"""Tests how components are read: their core modules, and which functions the host calls."""

import pytest
from tools.bench.encode import section

from nogrow.errors import ModuleError
from nogrow.wasm.component import core_modules
from nogrow.wasm.sections import is_component
from tests.support.modules import assemble

HEADER = b"\0asm\x0d\0\x01\0"
CORE = b"\0asm\x01\0\0\0"
LIBRARY = """(core module $m (memory (export "mem") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
  (func (export "free") (param i32))
  (func (export "run") (param i32 i32) (result i32) i32.const 0))
  (core instance $i (instantiate $m))"""
LIFT = """(func (export "run") (param "x" string) (result string)
  (canon lift (core func $i "run") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))
    (post-return (core func $i "free"))))"""
CALLERS = (
    "canonical memory: the host reads and writes the memory exported as `mem`",
    "canonical post-return: host-side caller of `free`",
    "canonical realloc: host-side caller of `realloc`",
)


def callers(wat: str) -> list[tuple[str, ...]]:
    return [module.callers for module in core_modules(assemble(wat))]


def test_core_modules_have_file_order_and_spans() -> None:
    data = assemble(
        "(component (core module (memory 1)) (component (core module (memory 2)) "
        "(component (core module (memory 3)))) (core module (memory 4)))"
    )
    modules = [data[module.start : module.end] for module in core_modules(data)]
    assert modules == [assemble(f"(module (memory {pages}))") for pages in (1, 2, 3, 4)]


def test_component_is_distinguished_from_core_module() -> None:
    assert is_component(assemble("(component)"))
    assert is_component(assemble("(component (core module))"))
    assert not is_component(assemble("(module)"))
    assert core_modules(assemble("(component)")) == ()


def test_canonical_options_name_the_host_s_callees() -> None:
    assert callers(f"(component {LIBRARY} {LIFT})") == [CALLERS]


def test_nested_component_has_its_own_index_spaces() -> None:
    wat = f"(component (core module (memory 1)) (component {LIBRARY} {LIFT}))"
    assert callers(wat) == [(), CALLERS]


def test_nested_component_can_instantiate_an_outer_module() -> None:
    module, instance = LIBRARY.rsplit("\n", 1)
    assert callers(f"(component {module} (component {instance} {LIFT}))") == [CALLERS]


def test_options_are_resolved_through_bundles_of_exports() -> None:
    bundle = '(core instance $b (export "r" (func $i "realloc")) (export "m" (memory $i "mem")))'
    lower = """(import "f" (func $f (param "x" string) (result string)))
      (core func (canon lower (func $f) (memory (core memory $b "m")) (realloc (core func $b "r"))))"""
    assert callers(f"(component {LIBRARY} {bundle} {lower})") == [(CALLERS[0], CALLERS[2])]


def test_built_ins_are_counted_in_the_index_space() -> None:
    built_ins = """(type $r (resource (rep i32)))
      (core func (canon resource.new $r)) (core func (canon resource.drop $r))
      (core func (canon resource.rep $r)) (core func (canon task.return (result u32)))
      (core func (canon context.get i32 0)) (core func (canon backpressure.inc))
      (type $s (stream u8)) (core func (canon stream.new $s)) (core func (canon stream.cancel-read $s))
      (core func (canon waitable-set.new)) (core func (canon subtask.drop))"""
    assert callers(f"(component {LIBRARY} {built_ins} {LIFT})") == [CALLERS]


def test_function_without_export_is_named_by_index() -> None:
    instance = section(2, b"\x01\x00\x00\x00")
    canonical = section(8, b"\x02\x1f\x00\x00\x00\x01\x04\x00\x00")
    (module,) = core_modules(HEADER + section(1, CORE) + instance + canonical)
    assert module.callers == ("canonical realloc: host-side caller of core function 0 of the component",)


def test_unknown_definition_is_reported() -> None:
    at = len(HEADER + section(1, CORE)) + 3
    (module,) = core_modules(HEADER + section(1, CORE) + section(8, b"\x01\x7e"))
    (sentence,) = module.callers
    assert f"were not read (offset 0x{at:x}: unknown canonical definition 0x7e)" in sentence


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"\0asm\x0a\0\x01\0", "offset 0x4: unknown component version 10", id="version"),
        pytest.param(HEADER[:6], "offset 0x6: 2 bytes announced, 0 left", id="header"),
        pytest.param(HEADER + b"\x0d\0", "offset 0x8: unknown component section id 13", id="section"),
        pytest.param(HEADER + b"\x01\x09\0", "offset 0x8: component section 1 announces 9 bytes", id="size"),
        pytest.param(HEADER + b"\x01", "offset 0x9: unexpected end", id="cut"),
        pytest.param(HEADER + section(4, CORE), "offset 0xe: unknown component version 1", id="nested"),
        pytest.param(HEADER + section(4, b""), "offset 0xa: not a component", id="nested-empty"),
        pytest.param(HEADER + section(0, b"\x05a"), "offset 0xb: 5 bytes announced", id="custom"),
    ],
)
def test_badly_framed_component_is_refused_at_its_offset(data: bytes, message: str) -> None:
    with pytest.raises(ModuleError) as caught:
        core_modules(data)
    assert str(caught.value).startswith(message)


def test_nesting_of_components_is_limited() -> None:
    data = HEADER
    for _ in range(2000):
        data = HEADER + section(4, data)
    with pytest.raises(ModuleError, match="nested more than 1000 deep"):
        core_modules(data)


def test_cut_component_is_refused_or_has_fewer_modules() -> None:
    data = assemble(f"(component {LIBRARY} {LIFT} (component (core module)))")
    whole = len(core_modules(data))
    counts = [_counted(data[:length]) for length in range(8, len(data))]
    assert None in counts
    assert max(count for count in counts if count is not None) <= whole


def _counted(data: bytes) -> int | None:
    try:
        return len(core_modules(data))
    except ModuleError:
        return None


def test_value_section_is_skipped() -> None:
    assert core_modules(HEADER + section(12, b"anything")) == ()


def test_callers_without_own_modules_apply_to_every_module() -> None:
    inner = HEADER + section(8, b"\x01\x7e")
    first, second = core_modules(HEADER + section(1, CORE) + section(1, CORE) + section(4, inner))
    assert first.callers == second.callers
    assert len(first.callers) == 1
