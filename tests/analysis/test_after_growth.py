"""Test what can follow a growth: short loops, and imports that run before the entry point is left."""

import pytest

from nogrow.analysis.judgement import Conditions, Entry, Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Linked, Surroundings
from nogrow.wasm.runtime import Engine
from tests.reference.prover import verdicts
from tests.support.modules import assemble

ENGINE = Engine()
GROW = "(drop (memory.grow (i32.const 1)))"


def entry(body: str, rest: str = "") -> Entry:
    """Return the only entry of a module, with the reference prover's verdict."""
    data = assemble(
        f"""(module (import "env" "f" (func $f)) (import "env" "g" (func $g)) (memory 1) (tag $x) {rest}
        (func (export "e") (param i32) {body}))"""
    )
    judgement = judge(
        data,
        lambda label: False,
        ENGINE,
        surroundings=Surroundings(conditions=Conditions(private_memories=True)),
    )
    assert {(entry.kind.value, entry.name): entry.verdict for entry in judgement.entries} == verdicts(data)
    (only_entry,) = judgement.entries
    return only_entry


@pytest.mark.parametrize("between", range(6))
@pytest.mark.parametrize("before", range(4))
def test_loop_of_any_size_leads_back_to_the_exit(before: int, between: int) -> None:
    """The exit is before the growth, so only the loop's back edge leads to it."""
    step, more = "(br_if $again (local.get 0))" * before, "(br_if $again (local.get 0))" * between
    loop = f"(loop $again {step} (br_if $out (local.get 0)) {GROW} {more} (br $again))"
    assert entry(f"(block $out {loop} unreachable)").verdict is Verdict.REACHABLE


@pytest.mark.parametrize("depth", range(1, 40, 3))
def test_nested_loops_of_any_depth_lead_back(depth: int) -> None:
    """Each loop is left through the head of the enclosing loop, which is before it."""
    body = f"{GROW} (br $l0)"
    for level in range(depth):
        out = f"$l{level + 1}" if level + 1 < depth else "$out"
        body = f"(loop $l{level} (br_if {out} (local.get 0)) {body})"
    assert entry(f"(block $out {body} unreachable)").verdict is Verdict.REACHABLE


TRY = "(block $h (try_table (catch_all $h) {}))"


@pytest.mark.parametrize(
    ("body", "rest", "verdict", "after"),
    [
        pytest.param(f"{GROW} (call $f) unreachable", "", Verdict.THROW_ONLY, ("env.f",), id="behind it"),
        pytest.param(
            f"(call $g) {GROW} (call $f) unreachable", "", Verdict.THROW_ONLY, ("env.f",), id="before"
        ),
        pytest.param(
            f"{TRY.format('(call $h0) (unreachable)')} (call $f) unreachable",
            f"(func $h0 {GROW} (throw $x))",
            Verdict.THROW_ONLY,
            ("env.f",),
            id="behind the handler of a callee's exception",
        ),
        pytest.param(
            "(call $h0) (call $f) unreachable",
            f"(func $h0 {GROW})",
            Verdict.THROW_ONLY,
            ("env.f",),
            id="behind a callee that grows",
        ),
        pytest.param(
            f"{GROW} (call $h0) unreachable",
            "(func $h0 (call $h1)) (func $h1 (call $f))",
            Verdict.THROW_ONLY,
            ("env.f",),
            id="deep in a callee",
        ),
        pytest.param(
            f"(if (local.get 0) (then {GROW} unreachable) (else (call $f)))",
            "",
            Verdict.TRAP_ONLY,
            (),
            id="on the other branch",
        ),
        pytest.param(
            f"(loop $again (call $f) {GROW} (br_if $again (local.get 0)) unreachable)",
            "",
            Verdict.THROW_ONLY,
            ("env.f",),
            id="in the next round",
        ),
        pytest.param(
            f"(call $h0) (call $g) {GROW} unreachable",
            "(func $h0 (call $f))",
            Verdict.TRAP_ONLY,
            (),
            id="only before",
        ),
        pytest.param(
            f"{TRY.format('(call $f)')} {GROW} {TRY.format('(call $g)')} unreachable",
            "",
            Verdict.TRAP_ONLY,
            ("env.g",),
            id="its exception caught",
        ),
    ],
)
def test_imports_that_may_run_after_the_growth_are_named(
    body: str, rest: str, verdict: Verdict, after: tuple[str, ...]
) -> None:
    entry_point = entry(body, rest)
    assert (entry_point.verdict, entry_point.imports_after_growth) == (verdict, after)


def test_every_import_on_a_path_is_named() -> None:
    entry_point = entry(
        f"(call $h0) {GROW} unreachable", "(func $h0 (call $h1)) (func $h1 (call $f) (call $g))"
    )
    assert entry_point.imports == ("env.f", "env.g")


def test_verdict_is_about_the_memory_that_grows() -> None:
    data = assemble("""(module (memory 1) (memory 1)
        (func (export "e") (drop (memory.grow 1 (i32.const 1))) unreachable)
        (func (export "f") (drop (memory.grow 0 (i32.const 1)))))""")
    first, second = judge(
        data,
        lambda label: False,
        ENGINE,
        surroundings=Surroundings(conditions=Conditions(private_memories=True)),
    ).entries
    assert (first.verdict, first.memory) == (Verdict.TRAP_ONLY, 1)
    assert (second.verdict, second.memory) == (Verdict.REACHABLE, 0)


def test_import_that_grows_is_an_entry_where_it_is_exported() -> None:
    data = assemble("""(module (import "env" "emscripten_resize_heap" (func $f (param i32) (result i32)))
        (memory (export "memory") 1) (export "e" (func $f)))""")
    (entry_point,) = judge(
        data,
        lambda label: False,
        ENGINE,
        surroundings=Surroundings(conditions=Conditions(private_memories=True)),
    ).entries
    assert (entry_point.verdict, entry_point.host_grows) == (Verdict.REACHABLE, "env.emscripten_resize_heap")
    assert verdicts(data) == {("export", "e"): Verdict.REACHABLE}


def test_imports_that_both_grow_and_trap_leave_the_others_alone() -> None:
    """Other core modules may grow a memory behind an import, and another one in front of a trap."""
    names = [f"f{number}" for number in range(7)]
    imports = " ".join(f'(import "env" "{name}" (func ${name}))' for name in names)
    data = assemble(
        f"""(module {imports} (memory (export "m") 1)
        (func (export "all") {" ".join(f"(call ${name})" for name in names)})
        (func (export "e") (call $f0) {GROW} (call $f1) unreachable))"""
    )
    growers = {f"env.{name}": "`g` of core module 1" for name in names}
    surroundings = Surroundings(linked=Linked({}, growers, growers))
    entry_point = judge(data, lambda label: False, ENGINE, surroundings).entries[1]
    assert entry_point.imports_after_growth == ("env.f1",)
