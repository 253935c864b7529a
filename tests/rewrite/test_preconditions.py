"""Tests of modules that are not sealed, because the copy would be wrong."""

import pytest

from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite import preconditions
from nogrow.rewrite.comparison import compare
from nogrow.rewrite.preconditions import TRIED, require_known_links
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.wasm.linking import read_linking
from tests.rewrite.checked import KERNELS, RESERVED
from tests.support.modules import assemble

# In the mode reserve, a memory is not counted in several core modules.
UNCOUNTED = (Mode.CAP, Mode.DENY, Mode.TRAP)
GROW = "(memory.grow (i32.const 1))"
OR_TRAP = f"(if (i32.eq {GROW} (i32.const -1)) (then unreachable))"
MAIN = '(core module $main (memory (export "mem") {})) (core instance $main (instantiate $main))'
ADAPTER = """(core module $a (import "m" "mem" (memory {})) (func $f (export "f") {}) {})
(core instance (instantiate $a (with "m" (instance $main))))"""
IMPORTED = """(import "m" (core module $M (export "mem" (memory 1))))
(core instance $i (instantiate $M))
(core module $A (import "m" "mem" (memory 1)) (func (export "g") (drop (memory.grow (i32.const 1)))))
(core instance (instantiate $A (with "m" (instance $i))))"""


def copied(wat: str, mode: Mode, pages: int | None = None) -> tuple[str, ...]:
    """Seal the module or component and return the notes; raises `ModuleError` if it is not sealed."""
    data = assemble(wat)
    if mode is Mode.RESERVE and pages is None:
        pages = RESERVED
    after = sealed(data, mode, pages, KERNELS).data
    return tuple(note for comparison in compare(data, after, mode, KERNELS) for note in comparison.notes)


def rejected(wat: str, mode: Mode, pages: int | None = None) -> str:
    with pytest.raises(ModuleError) as caught:
        copied(wat, mode, pages)
    return str(caught.value)


def component(start: str, code: str, limits: str = "1") -> str:
    return f"(component {MAIN.format(limits)} {ADAPTER.format(limits, code, start)})"


@pytest.mark.parametrize("mode", UNCOUNTED)
def test_component_that_imports_a_core_module_is_rejected(mode: Mode) -> None:
    assert "unknown code may grow a memory" in rejected(f"(component {IMPORTED})", mode)


@pytest.mark.parametrize("mode", Mode)
def test_component_with_unread_definitions_is_rejected(mode: Mode) -> None:
    data = assemble(component("", GROW + "drop")) + b"\x08\x02\x01\x7e"
    linking = read_linking(data)
    with pytest.raises(ModuleError, match="definitions of the component were not read"):
        require_known_links(linking, linking, mode)


@pytest.mark.parametrize("mode", UNCOUNTED)
def test_copy_that_traps_at_start_is_rejected(mode: Mode) -> None:
    reason = rejected(component("(start $f)", OR_TRAP), mode)
    assert reason.endswith("fails in the copy: wasm `unreachable` instruction executed")
    assert "fails in the copy" in rejected(f"(module (memory 1) (func $f {OR_TRAP}) (start $f))", mode)


def test_reserved_pages_must_suffice_for_the_start_function() -> None:
    wat = f"(module (memory 1) (func $f {OR_TRAP}) (start $f))"
    assert "fails in the copy" in rejected(wat, Mode.RESERVE, 1)
    assert TRIED in copied(wat, Mode.RESERVE, 2)


def test_memory_of_another_core_module_is_not_reserved() -> None:
    assert "share one count of its pages" in rejected(component("", OR_TRAP), Mode.RESERVE)


def test_component_that_cannot_be_reserved_asks_for_no_pages() -> None:
    data = assemble(component("", OR_TRAP))
    with pytest.raises(ModuleError, match="share one count of its pages"):
        sealed(data, Mode.RESERVE, None, KERNELS)
    with pytest.raises(UsageError, match="memory 0 declares no maximum"):
        sealed(
            assemble(f"(component (core module (memory 1) (func {OR_TRAP})))"), Mode.RESERVE, None, KERNELS
        )


def test_start_function_that_tolerates_no_growth_is_sealed() -> None:
    for wat in (
        component("(start $f)", f"(drop {GROW})"),
        f"(module (memory 1) (func $f (drop {GROW})) (start $f))",
    ):
        assert TRIED in copied(wat, Mode.CAP)
        assert TRIED in copied(wat, Mode.DENY)
        assert "fails in the copy" in rejected(wat, Mode.TRAP)


def test_start_function_that_does_not_grow_is_sealed() -> None:
    wat = f"(module (memory 1) (func $f (if (i32.const 0) (then {OR_TRAP}))) (start $f))"
    for mode in Mode:
        assert TRIED in copied(wat, mode)


@pytest.mark.parametrize("mode", Mode)
def test_growth_outside_of_start_needs_no_trial(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preconditions, "failure", lambda *_, **__: pytest.fail("it was tried"))
    assert TRIED not in copied(f"(component (core module (memory 1) (func {OR_TRAP})))", mode)
    if mode in UNCOUNTED:
        assert TRIED not in copied(component("", OR_TRAP), mode)


@pytest.mark.parametrize("mode", UNCOUNTED)
def test_start_function_in_another_module_is_followed(mode: Mode) -> None:
    start = """(core module $s (import "a" "f" (func $f)) (start $f))
    (core instance (instantiate $s (with "a" (instance $a))))"""
    wat = component("", OR_TRAP).replace("(core instance (inst", "(core instance $a (inst")
    assert "fails in the copy" in rejected(f"{wat.removesuffix(')')} {start})", mode)


@pytest.mark.parametrize("mode", Mode)
def test_start_function_that_cannot_be_tested_is_rejected(mode: Mode) -> None:
    wat = f'(module (import "a" "b" (func $b)) (memory 1) (func $f call $b (drop {GROW})) (start $f))'
    assert "cannot test whether the copy traps" in rejected(wat, mode)


def test_endless_start_function_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preconditions, "_FUEL", 1000)
    wat = f"(module (memory 1) (func $f (drop {GROW}) (loop br 0)) (start $f))"
    assert "all fuel consumed" in rejected(wat, Mode.DENY)


def test_memory_from_outside_of_a_component_is_not_capped() -> None:
    wat = f"""(component (core module $a (import "m" "mem" (memory 1)) (func (export "f") (drop {GROW})))
      (export "a" (core module $a)))"""
    assert "cap cannot set its limits" in rejected(wat, Mode.CAP)
    copied(wat, Mode.DENY)
    copied(wat, Mode.TRAP)


def test_more_pages_than_an_import_allows_are_rejected() -> None:
    wat = component("", f"(drop {GROW})", "1 2")
    assert "core module 1 could no longer import memory 0" in rejected(wat, Mode.CAP, 3)
    for pages in (None, 1, 2):
        copied(wat, Mode.CAP, pages)
    copied(component("", f"(drop {GROW})"), Mode.CAP, 3)


def test_core_module_without_instance_links_nothing() -> None:
    linking = read_linking(assemble('(component (core module (import "a" "m" (memory 1))))'))
    assert not linking.is_instantiated(0)


def test_data_beyond_a_capped_import_is_rejected() -> None:
    wat = """(module (import "a" "m" (memory 1)) (func (export "f") (drop (memory.grow (i32.const 1))))
      (data "passive") (data (i32.const 65535) "x") (data (i32.const 131071) "xy"))"""
    assert "data does not fit into the 1 pages of the imported memory 0; use --pages 3" in rejected(
        wat, Mode.CAP
    )
    assert "use --pages 3" in rejected(wat, Mode.CAP, 2)
    copied(wat, Mode.CAP, 3)
    copied(wat, Mode.DENY)
