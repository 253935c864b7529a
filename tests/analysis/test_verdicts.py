"""Test the verdicts: against written-out cases, and against the naive reference prover on random modules."""

import pytest

from nogrow.analysis.judgement import Entry, EntryKind, Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.wasm.runtime import Engine
from tests.analysis.case import Case
from tests.analysis.cases import CASES
from tests.reference.prover import verdicts
from tests.support.generate import random_module
from tests.support.modules import assemble
from tests.support.sample import sampled
from tests.support.smith import smith

ENGINE = Engine()


def judged(data: bytes, trusted: tuple[str, ...] = ()) -> dict[tuple[str, str], Entry]:
    """Return the entries of a module by kind and name."""
    judgement = judge(data, lambda label: label in trusted, ENGINE)
    return {(entry.kind.value, entry.name): entry for entry in judgement.entries}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    entries = judged(assemble(case.wat), case.trusted)
    actual = {name: entry.verdict.label for (_, name), entry in entries.items()}
    assert {name: actual.get(name) for name in case.verdicts} == case.verdicts, case.rule


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_has_the_verdicts_of_the_reference_prover(case: Case) -> None:
    data = assemble(case.wat)
    entries = judged(data, case.trusted)
    reference = verdicts(data, lambda label: label in case.trusted)
    assert {key: entry.verdict for key, entry in entries.items()} == reference


@pytest.mark.parametrize("first", sampled(range(0, 600, 50), 4))
def test_generated_module_has_the_reference_verdicts(first: int) -> None:
    for seed in range(first, first + 50):
        data = assemble(random_module(seed))
        actual = {key: entry.verdict for key, entry in judged(data).items()}
        assert actual == verdicts(data), f"seed {seed}"


@pytest.mark.parametrize("first", sampled(range(0, 300, 50), 2))
def test_smith_module_has_the_reference_verdicts(first: int) -> None:
    for seed in range(first, first + 50):
        data = smith(seed)
        actual = {key: entry.verdict for key, entry in judged(data).items()}
        assert actual == verdicts(data), f"seed {seed}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_growing_entry_points_have_a_witness(case: Case) -> None:
    for entry in judged(assemble(case.wat), case.trusted).values():
        if not entry.verdict.grows:
            assert entry.witness == ()
            continue
        assert entry.witness or entry.host_grows
        if entry.witness:
            assert entry.witness[0].function.index == entry.function.index
            last = entry.witness[-1].instruction
            assert (last == "memory.grow") == (entry.host_grows is None)


def test_start_growth_is_excused_on_own_memory_only() -> None:
    grow = "(func $s (drop (memory.grow (i32.const 1)))) (start $s)"
    own = judged(assemble(f"(module (memory 1) {grow})"))["start", "(start)"]
    imported = judged(assemble(f'(module (import "e" "m" (memory 1)) {grow})'))["start", "(start)"]
    assert (own.kind, own.verdict, own.excused) == (EntryKind.START, Verdict.REACHABLE, True)
    assert (imported.verdict, imported.excused) == (Verdict.REACHABLE, False)


def test_indirect_calls_are_counted_with_the_exact_ones() -> None:
    data = assemble(
        """(module (type $t (func)) (table 2 funcref) (elem (i32.const 0) $f $f) (func $f)
        (func (export "e") (param i32)
          (call_indirect (type $t) (i32.const 1))
          (call_indirect (type $t) (local.get 0))))"""
    )
    judgement = judge(data, lambda label: False, ENGINE)
    assert (judgement.indirect_calls, judgement.indirect_exact) == (2, 1)


def test_known_grower_is_no_assumption() -> None:
    """It is known by name or from glue, also where control does not come back from the growth."""
    data = assemble(
        """(module (import "a" "b" (func $grower)) (import "a" "c" (func $other))
        (memory (export "memory") 1) (func (export "e") (call $other) (call $grower) unreachable))"""
    )
    judgement = judge(
        data, lambda label: False, ENGINE, surroundings=Surroundings(growers=frozenset(("a.b",)))
    )
    assert judgement.entries[0].imports == ("a.b", "a.c")
    assert judgement.imports == {"a.b", "a.c"}
    assert judgement.assumptions[0].imports == ("a.c",)
