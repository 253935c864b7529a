"""Test imports behind which the host grows the memory, and which of them ends each witness."""

import pytest

from nogrow.analysis.judgement import Entry, Verdict
from nogrow.analysis.proof import judge
from nogrow.wasm.runtime import Engine
from tests.reference.prover import verdicts
from tests.support.modules import assemble

ENGINE = Engine()
RESIZE, ENLARGE = "env.emscripten_resize_heap", "env.enlargeMemory"
GROWERS = """(import "h" "a" (func $a)) (import "env" "emscripten_resize_heap" (func $resize))
  (import "h" "b" (func $b)) (import "h" "c" (func $c)) (import "env" "enlargeMemory" (func $enlarge))
  (memory (export "memory") 1) (tag $x) (type $f (func)) (table $t 2 funcref) (elem (i32.const 0) $a $enlarge)
  (func $own (drop (memory.grow (i32.const 1)))) (func $resizes (call $resize)) (func $far (call $resizes))"""
QUIET = "(block $caught (try_table (catch_all $caught) {}))"


def entry(body: str) -> Entry:
    data = assemble(f'(module {GROWERS} (func (export "e") (param i32) {body}))')
    (entries,) = judge(data, lambda label: False, ENGINE).entries
    assert verdicts(data) == {("export", "e"): entries.verdict}
    return entries


@pytest.mark.parametrize(
    ("body", "verdict", "grower"),
    [
        pytest.param("(call $resize)", Verdict.REACHABLE, RESIZE, id="called"),
        pytest.param("(call $far)", Verdict.REACHABLE, RESIZE, id="called from far"),
        pytest.param("(call $enlarge)", Verdict.REACHABLE, ENLARGE, id="another one"),
        pytest.param("(call $own)", Verdict.REACHABLE, None, id="the module's own"),
        pytest.param("(call $far) unreachable", Verdict.THROW_ONLY, RESIZE, id="throws"),
        pytest.param("(call $far) (throw $x)", Verdict.THROW_ONLY, RESIZE, id="throws after it has returned"),
        pytest.param("(call $own) (throw $x)", Verdict.THROW_ONLY, None, id="the module's own, then throws"),
        pytest.param(f"{QUIET.format('(call $far)')} unreachable", Verdict.TRAP_ONLY, RESIZE, id="traps"),
        pytest.param("(call $own) unreachable", Verdict.TRAP_ONLY, None, id="the module's own, then traps"),
        pytest.param(
            "(call_indirect (type $f) (local.get 0)) (call $far)", Verdict.REACHABLE, ENLARGE, id="in a table"
        ),
        pytest.param(
            "(if (local.get 0) (then (call $resize) unreachable)) (call $own)",
            Verdict.REACHABLE,
            None,
            id="a shorter way does not return",
        ),
        pytest.param(
            "(if (local.get 0) (then (call $own) unreachable)) (call $far)",
            Verdict.REACHABLE,
            RESIZE,
            id="a shorter way that is the module's own does not return",
        ),
    ],
)
def test_grower_at_the_end_of_the_path_is_named(body: str, verdict: Verdict, grower: str | None) -> None:
    entries = entry(body)
    assert (entries.verdict, entries.host_grows) == (verdict, grower)
    assert (entries.witness[-1].instruction == "memory.grow") == (grower is None)


def test_each_path_has_its_own_grower() -> None:
    """Paths with a common end are followed once."""
    data = assemble(
        f"""(module {GROWERS} (func (export "a") (call $far)) (func (export "b") (call $resizes))
        (func (export "c") (call $own)) (func (export "d") (call $enlarge))
        (func (export "e") (call $far) (throw $x)) (func (export "f") (call $own) (throw $x)))"""
    )
    entries = judge(data, lambda label: False, ENGINE).entries
    assert [entry.host_grows for entry in entries] == [RESIZE, RESIZE, None, ENLARGE, RESIZE, None]


@pytest.mark.parametrize("most", [63, 64, 65, 130, 200])
def test_any_number_of_imports_is_told_apart(most: int) -> None:
    """The search follows 64 at a time."""
    imports = " ".join(f'(import "h" "{number:03}" (func $h{number}))' for number in range(most))
    functions = " ".join(f'(func (export "{number:03}") (call $h{number}))' for number in range(most))
    entries = judge(assemble(f"(module {imports} {functions})"), lambda label: False, ENGINE).entries
    assert [entry.imports for entry in entries] == [(f"h.{entry.name}",) for entry in entries]


def test_reached_imports_are_entries_in_any_visiting_order() -> None:
    """In a chain whose links call each other in both directions, imports propagate link by link."""
    count = 200
    imports = " ".join(f'(import "h" "{number}" (func $h{number}))' for number in range(count))
    calls = [
        " ".join(f"(call $f{other})" for other in (number - 1, number + 1) if other in range(count))
        for number in range(count)
    ]
    functions = " ".join(
        f'(func $f{number} (export "{number}") (call $h{number}) {calls[number]})' for number in range(count)
    )
    data = assemble(f'(module {imports} (func (export "none")) {functions})')
    entries = {entry.name: len(entry.imports) for entry in judge(data, lambda label: False, ENGINE).entries}
    assert entries.pop("none") == 0
    assert set(entries.values()) == {count}


def test_growing_import_differs_from_own_growth() -> None:
    """The paths meet, so the result for one entry point is used for the next."""
    own = "(drop (memory.grow (i32.const 1)))"
    data = assemble(
        f"""(module (import "env" "emscripten_resize_heap" (func $host)) (memory (export "memory") 1)
        (func $own {own}) (func $by_host (call $host)) (func $by_own (call $own))
        (func (export "a") (call $by_own)) (func (export "b") (call $by_host))
        (func (export "c") (call $by_own)) (func (export "d") (call $host))
        (func (export "e") (call $by_host)) (func (export "f") (call $own))
        (func (export "t") (call $by_host) unreachable) (func (export "u") (call $own) unreachable))"""
    )
    entries = {entry.name: entry for entry in judge(data, lambda label: False, ENGINE).entries}
    assert {name: entry.host_grows for name, entry in entries.items()} == {
        **dict.fromkeys("acfu"),
        **dict.fromkeys("bdet", "env.emscripten_resize_heap"),
    }
    assert [len(entries[name].witness) for name in "abcdef"] == [3, 2, 3, 1, 2, 2]
