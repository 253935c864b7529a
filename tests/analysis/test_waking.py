"""Test rare paths of the reachability kernel: waiting calls, several memories, what follows a growth.

Each module was made so that a mutant of the kernel gets it wrong; see docs/guarantees.md.
"""

import pytest

from nogrow.analysis.judgement import Conditions, Entry, Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.wasm.runtime import Engine
from tests.reference.prover import verdicts
from tests.support.modules import assemble

ENGINE = Engine()
GROW = "(drop (memory.grow (i32.const 1)))"


def entries(text: str) -> dict[str, Entry]:
    """Return the entry points by name; the reference prover has to agree on their verdicts."""
    data = assemble(f"(module {text})")
    judgement = judge(
        data,
        lambda label: False,
        ENGINE,
        surroundings=Surroundings(conditions=Conditions(private_memories=True)),
    )
    by_name = {(entry.kind.value, entry.name): entry.verdict for entry in judgement.entries}
    assert by_name == verdicts(data)
    return {entry.name: entry for entry in judgement.entries}


def test_code_behind_calls_is_found_when_the_first_returns() -> None:
    """`$g` is followed before it is known that `$f`, which it calls, returns."""
    by_name = entries(
        f"""(memory 1)
        (func $f (param i32) (if (local.get 0) (then (call $g)) (else (call $h))))
        (func $g (export "e") (call $f (i32.const 0)) (call $h) {GROW})
        (func $h)"""
    )
    assert by_name["e"].verdict is Verdict.REACHABLE


def test_call_met_by_a_woken_run_waits_in_turn() -> None:
    """`$k` is met by `$g` only after `$f` has woken it, and returns only after that."""
    by_name = entries(
        f"""(memory 1)
        (func $f (param i32)
          (if (local.get 0)
            (then (call $g))
            (else (if (local.get 0) (then (call $later)) (else (call $h))))))
        (func $g (export "e") (call $f (i32.const 0)) (call $k) {GROW})
        (func $later (call $f (i32.const 0)))
        (func $k (export "k") (call $later))
        (func $h)"""
    )
    assert by_name["e"].verdict is Verdict.REACHABLE


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (f"{GROW} (call $f (i32.const 0)) (call $a) unreachable", Verdict.THROW_ONLY),
        (f"(call $f (i32.const 0)) (call $stops) {GROW}", Verdict.TRAP_ONLY),
    ],
    ids=["throws", "does not return"],
)
def test_woken_run_follows_its_calls(body: str, verdict: Verdict) -> None:
    by_name = entries(
        f"""(import "h" "a" (func $a)) (memory 1)
        (func $f (param i32) (if (local.get 0) (then (call $g)) (else (call $h))))
        (func $g (export "e") {body})
        (func $h) (func $stops unreachable)"""
    )
    assert by_name["e"].verdict is verdict


def test_function_that_returns_can_still_come_to_throw() -> None:
    """Without any handler in the module; `$f` throws only after `$g`, which it calls, was followed."""
    by_name = entries(
        f"""(import "h" "a" (func $a)) (memory 1)
        (func $f (param i32)
          (if (local.get 0) (then (call $g (i32.const 0))) (else (call $a))) unreachable)
        (func $g (param i32) (if (local.get 0) (then return)) (call $f (local.get 0)) unreachable)
        (func (export "e") {GROW} (call $g (i32.const 0)) unreachable)"""
    )
    assert by_name["e"].verdict is Verdict.THROW_ONLY


def test_only_calls_of_the_changed_function_go_on() -> None:
    """`$stops` is called after `$f`, which comes to return while calls of it wait."""
    by_name = entries(
        f"""(memory 1)
        (func $f (param i32) (if (local.get 0) (then (call $g)) (else (call $h))))
        (func $stops unreachable) (func $g (call $f (i32.const 0))) (func $h)
        (func (export "e") (call $stops) {GROW})"""
    )
    assert by_name["e"].verdict is Verdict.TRAP_ONLY


def test_function_can_both_return_and_throw_after_growth() -> None:
    """It is found to return first, and so is the function behind it."""
    by_name = entries(
        f"""(memory 1) (tag $x) (func $throws {GROW} (throw $x)) (func $grows {GROW})
        (func $both (param i32) (if (local.get 0) (then (call $grows)) (else (call $throws))))
        (func $next {GROW})
        (func (export "e") (param i32)
          (block $caught (try_table (catch_all $caught) (call $both (local.get 0)) unreachable)))"""
    )
    assert by_name["e"].verdict is Verdict.REACHABLE


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_path_to_one_memory_hides_no_path_to_another(first: bool) -> None:
    """The same function grows both; the capped memory is searched first."""
    entry = '(func (export "e") (call $both))'
    others = " ".join("(func)" for _ in range(9))
    both = "(func $both (drop (memory.grow $a (i32.const 1))) (drop (memory.grow $b (i32.const 1))))"
    functions = (entry, others, both) if first else (both, others, entry)
    by_name = entries(f"(memory $a 1 1) (memory $b 1) {' '.join(functions)}")
    assert (by_name["e"].verdict, by_name["e"].memory) == (Verdict.REACHABLE, 1)


@pytest.mark.parametrize("place", [0, 1, 39, 79])
def test_growth_is_found_at_any_function_index(place: int) -> None:
    functions = [f'(func (export "e{number}"))' for number in range(80)]
    functions[place] = f'(func (export "e{place}") {GROW})'
    by_name = entries(f"(memory 1) {' '.join(functions)}")
    assert [name for name, entry in by_name.items() if entry.verdict.grows] == [f"e{place}"]


HOST = '(import "h" "a" (func $a)) (import "h" "b" (func $b)) (import "h" "c" (func $c)) (memory 1)'


@pytest.mark.parametrize(
    ("functions", "after"),
    [
        pytest.param(
            f"""(func (export "e") (param i32)
              (loop $l (call $a) (call $b) {GROW} (br_if $l (local.get 0))) (call $c) unreachable)""",
            ("h.a", "h.b", "h.c"),
            id="back to the start of a loop",
        ),
        pytest.param(
            f"""(func $stops unreachable) (func (export "e") (param i32)
              (loop $l (call $a) (if (local.get 0) (then (call $stops) (call $b)))
                {GROW} (br_if $l (local.get 0))) unreachable)""",
            ("h.a",),
            id="back to a call that does not return",
        ),
        pytest.param(
            f"""(func (export "e") (param i32)
              (loop $l (if (local.get 0) (then (call $a))) {GROW} (br_if $l (local.get 0))) unreachable)""",
            ("h.a",),
            id="back to a branch of a loop",
        ),
        pytest.param(
            f'(func (export "e") {GROW} (call $a) (call $b) unreachable)',
            ("h.a", "h.b"),
            id="one behind the other",
        ),
        pytest.param(
            f'(func $g {GROW} (call $a)) (func $f (call $g)) (func (export "e") (call $f) unreachable)',
            ("h.a",),
            id="deep in what the last function calls",
        ),
        pytest.param(
            f'(func (export "e") (call $f)) (func $f {GROW} (call $a) unreachable)',
            ("h.a",),
            id="in a function that is called",
        ),
        pytest.param(
            f"""(func (export "e") (call $f) (call $b) unreachable)
            (func $f (call $a) (call $g)) (func $g {GROW})""",
            ("h.b",),
            id="in the caller of a function that is called",
        ),
        pytest.param(
            f"""(func (export "e")
              (block $caught (try_table (catch_all $caught) {GROW} (call $a) unreachable) unreachable)
              (call $b) unreachable)""",
            ("h.a", "h.b"),
            id="in the handler of what is called",
        ),
        pytest.param(
            f"""(func $stops unreachable)
            (func (export "e") {GROW} (call $a) (call $stops) (call $b) unreachable)""",
            ("h.a",),
            id="not behind what never returns",
        ),
    ],
)
def test_imports_after_a_growth_are_named(functions: str, after: tuple[str, ...]) -> None:
    entry = entries(f"{HOST} {functions}")["e"]
    assert entry.verdict in (Verdict.TRAP_ONLY, Verdict.THROW_ONLY)
    assert entry.imports_after_growth == after
