"""Test growth of a memory that is neither imported nor exported: it is shown beside what a host sees."""

import pytest

from nogrow.analysis.judgement import NO_CONDITIONS, Conditions, Judgement, Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.wasm.runtime import Engine
from tests.support.modules import assemble

ENGINE = Engine()
PRIVATE = Conditions(private_memories=True)
GROW = "(drop (memory.grow {} (i32.const 1)))"
HIDDEN, SHOWN = GROW.format("$hidden"), GROW.format("$shown")


def judged(text: str, conditions: Conditions = NO_CONDITIONS) -> Judgement:
    return judge(
        assemble(f"(module {text})"),
        lambda label: False,
        ENGINE,
        surroundings=Surroundings(conditions=conditions),
    )


def entries_of(judgement: Judgement) -> dict[str, tuple[Verdict, int | None, Verdict | None]]:
    return {entry.name: (entry.verdict, entry.memory, entry.seen) for entry in judgement.entries}


def test_growth_of_a_private_memory_is_shown_and_marked() -> None:
    judgement = judged(f'(memory $hidden 1) (func (export "e") {HIDDEN}) (func (export "f"))')
    assert entries_of(judgement) == {
        "e": (Verdict.REACHABLE, 0, Verdict.ABSENT),
        "f": (Verdict.UNREACHABLE, None, Verdict.ABSENT),
    }
    assert judgement.verdict_table.harmful is Verdict.ABSENT
    assert [step.instruction for step in judgement.entries[0].witness] == ["memory.grow"]


@pytest.mark.parametrize(
    "memory", ['(memory $hidden (export "m") 1)', '(memory $hidden (import "env" "m") 1)']
)
def test_imported_and_exported_memories_are_seen(memory: str) -> None:
    judgement = judged(f'{memory} (func (export "e") {HIDDEN})')
    assert entries_of(judgement) == {"e": (Verdict.REACHABLE, 0, None)}


def test_visible_growth_is_not_hidden_by_worse_private_growth() -> None:
    """Export `e` grows the visible memory only before a trap, and the private one whenever it returns."""
    text = f"""(memory $hidden 1) (memory $shown (export "m") 1)
      (func (export "e") (param i32) {HIDDEN} (if (local.get 0) (then {SHOWN} unreachable)))
      (func (export "f") {HIDDEN}) (func (export "g") {SHOWN})"""
    assert entries_of(judged(text)) == {
        "e": (Verdict.TRAP_ONLY, 1, None),
        "f": (Verdict.REACHABLE, 0, Verdict.UNREACHABLE),
        "g": (Verdict.REACHABLE, 1, None),
    }
    assert entries_of(judged(text, PRIVATE))["e"] == (Verdict.REACHABLE, 0, None)
    assert entries_of(judged(text, PRIVATE))["f"] == (Verdict.REACHABLE, 0, None)


def test_worst_of_several_private_memories_is_shown() -> None:
    text = f"""(memory $hidden 1) (memory $other 1 1) (func (export "e")
      {GROW.format("$other")} {HIDDEN}) (func (export "f") {GROW.format("$other")} {HIDDEN} unreachable)"""
    assert entries_of(judged(text)) == {
        "e": (Verdict.REACHABLE, 0, Verdict.ABSENT),
        "f": (Verdict.TRAP_ONLY, 0, Verdict.ABSENT),
    }


def test_no_views_are_detached_after_private_growth() -> None:
    text = f"""(import "env" "log" (func $log)) (memory $hidden 1)
      (func (export "e") {HIDDEN} (call $log) unreachable)"""
    (entry,) = judged(text).entries
    assert (entry.verdict, entry.imports_after_growth) == (Verdict.THROW_ONLY, ())
    (entry,) = judged(text, PRIVATE).entries
    assert entry.imports_after_growth == ("env.log",)


def test_known_grower_of_a_fixed_memory_is_assumed_to_do_no_harm() -> None:
    """It can grow by 0 pages only, so it is not followed: the assumption is all that mentions it."""
    text = """(import "env" "emscripten_resize_heap" (func $g)) (memory (export "m") 1 1)
      (func (export "e") (call $g))"""
    judgement = judged(text)
    assert entries_of(judgement) == {"e": (Verdict.ABSENT, None, None)}
    assert [item.imports for item in judgement.resting.assumptions] == [("env.emscripten_resize_heap",)]


def test_private_memory_alone_needs_no_assumption() -> None:
    """No import can detach a view; where growth of private memories counts, it may call back in."""
    text = f"""(import "env" "log" (func $log)) (memory $hidden 1)
      (func (export "e") {HIDDEN}) (func (export "f") (call $log))"""
    assert judged(text).assumptions == ()
    (assumption,) = judged(text, PRIVATE).resting.assumptions
    assert assumption.sentence == "env.log does not call back in"
