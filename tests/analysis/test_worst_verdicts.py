"""Test what an entry point has beside its verdict: airtight caps, excuses, witnesses, imports."""

import pytest

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Conditions, Entry, Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.wasm.runtime import Engine
from tests.support.modules import assemble

ENGINE = Engine()
PRIVATE = Conditions(private_memories=True)
GROW = "(drop (memory.grow {} (i32.const {})))"


def entries(text: str) -> dict[str, Entry]:
    judgement = judge(
        assemble(f"(module {text})"),
        lambda label: False,
        ENGINE,
        surroundings=Surroundings(conditions=PRIVATE),
    )
    return {entry.name: entry for entry in judgement.entries}


def test_capped_is_airtight_if_all_operands_are_above_0() -> None:
    """The other memory has a site without one; and what is not capped is never airtight."""
    by_name = entries(
        f"""(memory $tight 1 1) (memory $loose 2 2) (memory $open 1)
        (func (export "tight") {GROW.format("$tight", 1)}) (func (export "loose") {GROW.format("$loose", 0)})
        (func (export "open") {GROW.format("$open", 1)})
        (func (export "trap") {GROW.format("$tight", 1)} unreachable) (func (export "none"))"""
    )
    assert {name: (entry.verdict.label, entry.airtight) for name, entry in by_name.items()} == {
        "tight": ("capped", True),
        "loose": ("capped", False),
        "open": ("reachable", False),
        "trap": ("trap-only", False),
        "none": ("unreachable", False),
    }


@pytest.mark.parametrize("first", [0, 1])
def test_growth_by_0_of_another_memory_is_not_airtight(first: int) -> None:
    both = f"{GROW.format(0, 1 - first)} {GROW.format(1, first)}"
    by_name = entries(
        f"""(memory 1 1) (memory 1 1) (func (export "both") {both})
        (func (export "tight") {GROW.format(first, 1)})
        (func (export "traps") {GROW.format(first, 1)} (if (i32.const 0) (then {both} unreachable)))"""
    )
    assert {name: (entry.memory, entry.airtight) for name, entry in by_name.items()} == {
        "both": (1 - first, False),
        "tight": (first, True),
        "traps": (first, True),
    }


def test_growth_of_another_memory_is_named_with_capped() -> None:
    """Neither is worse than the other; the witness is about the memory that really grows."""
    grow = [GROW.format(number, 1) for number in range(3)]
    by_name = entries(
        f"""(memory 1 1) (memory 1) (memory 1) (tag $x)
        (func (export "both") (param i32) {grow[0]} (if (local.get 0) (then {grow[1]} (throw $x))))
        (func (export "all") (param i32) {grow[0]} (if (local.get 0) (then {grow[1]} (throw $x)))
          (if (local.get 0) (then {grow[2]} unreachable)))
        (func (export "trap") (param i32) {grow[0]} (if (local.get 0) (then {grow[1]} unreachable)))
        (func (export "throw") {grow[1]} (throw $x)) (func (export "open") {grow[0]} {grow[1]})
        (func (export "alone") {grow[0]})"""
    )
    assert {name: (entry.verdict.label, entry.memory) for name, entry in by_name.items()} == {
        "both": ("capped+throw-only", 1),
        "all": ("capped+throw-only", 1),
        "trap": ("capped", 0),
        "alone": ("capped", 0),
        "open": ("reachable", 1),
        "throw": ("throw-only", 1),
    }


@pytest.mark.parametrize("capped", [0, 1])
def test_capped_memory_hides_no_exception_in_any_order(capped: int) -> None:
    """The one that throws may have no room either: then it grows by 0 before the exception."""
    limits = ["1", "1 1"] if capped else ["1 1", "1"]
    for memories in (limits, ["1 1", "1 1"]):
        by_name = entries(
            f"""(memory {memories[0]}) (memory {memories[1]}) (tag $x)
            (func (export "f") (param i32) {GROW.format(capped, 0)}
              (if (local.get 0) (then {GROW.format(1 - capped, 0)} (throw $x))))"""
        )
        assert (by_name["f"].verdict, by_name["f"].memory) == (Verdict.CAPPED_AND_THROW_ONLY, 1 - capped)
        assert by_name["f"].witness[-1].instruction == "memory.grow"


def test_start_is_excused_if_others_grow_an_imported_memory() -> None:
    by_name = entries(
        f"""(import "e" "m" (memory $theirs 1)) (memory $own 1) (start $s) (func $s {GROW.format("$own", 1)})
        (func (export "e") {GROW.format("$theirs", 1)})"""
    )
    assert (by_name["(start)"].verdict, by_name["(start)"].excused) == (Verdict.REACHABLE, True)
    assert (by_name["e"].verdict, by_name["e"].excused) == (Verdict.REACHABLE, False)


def test_start_without_growth_is_not_excused() -> None:
    by_name = entries(f'(memory $m 1) (start $s) (func $s) (func (export "e") {GROW.format("$m", 1)})')
    assert (by_name["(start)"].verdict, by_name["(start)"].excused) == (Verdict.UNREACHABLE, False)


def test_results_of_memories_are_not_mixed_up() -> None:
    """The entry points grow only the capped memory; other functions grow the other one."""
    others = " ".join(f"(func {GROW.format('$open', 1)})" for _ in range(6))
    capped = " ".join(f'(func (export "{name}") {GROW.format("$capped", 1)})' for name in "abcdef")
    for functions in (others + capped, capped + others):
        by_name = entries(f"(memory $capped 1 1) (memory $open 1) {functions}")
        assert {entry.verdict for entry in by_name.values()} == {Verdict.CAPPED}


LONG_AND_SHORT = f"""(memory $m 1)
  (func $traps {GROW.format("$m", 1)} unreachable) (func $grows {GROW.format("$m", 2)})
  (func $far (call $grows))
  (func (export "e") (param i32) (if (local.get 0) (then (call $traps)) (else (call $far))))"""


def path(entry: Entry) -> list[int]:
    return [step.function.index for step in entry.witness]


def test_witness_is_a_path_on_which_the_entry_can_return() -> None:
    """A shorter path leads to a growth from which control does not come back."""
    assert path(entries(LONG_AND_SHORT)["e"]) == [3, 2, 1]


def test_witness_with_stack_switching_is_any_shortest_path() -> None:
    switch = """(type $f (func)) (type $c (cont $f)) (elem declare func $task) (func $task)
      (func (export "s") (resume $c (cont.new $c (ref.func $task))))"""
    assert path(entries(LONG_AND_SHORT + switch)["e"]) == [3, 0]


@pytest.mark.parametrize("last", ["unreachable", "(throw $x)"], ids=["trap-only", "throw-only"])
def test_imports_after_growth_are_only_named_before_exits(last: str) -> None:
    judgement = judge(
        assemble(
            f"""(module (import "h" "before" (func $before)) (import "h" "after" (func $after))
            (import "h" "other" (func $other)) (memory $m 1) (tag $x)
            (func (export "e") (call $before) {GROW.format("$m", 1)} (call $after) {last})
            (func (export "r") {GROW.format("$m", 1)} (call $other)))"""
        ),
        lambda label: True,
        ENGINE,
        surroundings=Surroundings(conditions=PRIVATE),
    )
    assert sentences(judgement.assumptions) == [
        "after a growth and before the trap or exception, the host may run with detached views in: h.after"
    ]


def test_witness_steps_have_offsets_in_the_file() -> None:
    data = assemble(f'(module (memory $m 1) (func $g {GROW.format("$m", 1)}) (func (export "e") (call $g)))')
    (entry,) = judge(data, lambda label: False, ENGINE).entries
    steps = [(step.function.index, step.instruction, data[step.offset]) for step in entry.witness]
    assert steps == [(1, "call", 0x10), (0, "memory.grow", 0x40)]


def test_entry_point_lists_only_the_imports_it_reaches() -> None:
    by_name = entries(
        """(import "h" "a" (func $a)) (import "h" "b" (func $b)) (func $both (call $b) (call $a))
        (func (export "none")) (func (export "one") (call $b)) (func (export "two") (call $both))"""
    )
    assert {name: entry.imports for name, entry in by_name.items()} == {
        "none": (),
        "one": ("h.b",),
        "two": ("h.a", "h.b"),
    }


def test_imports_after_growth_are_listed_by_entry_point() -> None:
    grow = GROW.format("$m", 1)
    by_name = entries(
        f"""(import "h" "a" (func $a)) (import "h" "b" (func $b)) (memory $m 1)
        (func (export "one") {grow} (call $a) unreachable)
        (func (export "two") {grow} (call $b) unreachable)"""
    )
    assert [by_name[name].imports_after_growth for name in ("one", "two")] == [("h.a",), ("h.b",)]


def test_reachable_entry_has_no_imports_after_growth() -> None:
    first, second = GROW.format(0, 1), GROW.format(1, 1)
    data = assemble(
        f"""(module (import "h" "after" (func $after)) (import "h" "other" (func $other))
        (memory 1) (memory 1)
        (func (export "e") {first} (call $after) unreachable)
        (func (export "r") (param i32)
          (if (local.get 0) (then {first} (call $other) unreachable)) {second}))"""
    )
    assumptions = judge(
        data, lambda label: True, ENGINE, surroundings=Surroundings(conditions=PRIVATE)
    ).assumptions
    assert [item.imports for item in assumptions] == [("h.after",)]


def test_unreached_imports_are_not_listed() -> None:
    imports = '(import "h" "a" (func $a)) (import "h" "b" (func $b)) (import "h" "c" (func $c))'
    functions = '(func (call $a)) (func (call $c)) (func (export "e") (call $b))'
    judgement = judge(assemble(f"(module {imports} {functions})"), lambda label: False, ENGINE)
    assert judgement.imports == {"h.b"}


def test_private_memory_without_growth_needs_no_assumptions() -> None:
    data = assemble('(module (import "h" "a" (func $a)) (memory 1) (func (export "e") (call $a)))')
    assert judge(data, lambda label: False, ENGINE).assumptions == ()


def test_steps_of_all_witnesses_are_counted_without_making_them() -> None:
    text = f"""(module (memory $a 1) (memory $b 1 1)
        (func $deep (call $deeper)) (func $deeper {GROW.format("$a", 1)})
        (func (export "far") (call $deep)) (func (export "near") (call $deeper))
        (func (export "traps") (call $deep) unreachable) (func (export "capped") {GROW.format("$b", 1)})
        (func (export "none")))"""
    judgement = judge(assemble(text), lambda label: False, ENGINE, Surroundings(conditions=PRIVATE))
    steps = [len(entry.witness) for entry in judgement.entries]
    assert steps == [1, 3, 2, 0, 3]
    assert judgement.most_steps() == sum(steps) == judgement.compact().most_steps()
    assert judgement._replace(entries=tuple(judgement.entries)).most_steps() is None
