"""Test the causes: each entry point that grows has one, and could not grow without its function."""

from collections.abc import Iterator, Sequence

import pytest

from nogrow.analysis.causes import GrowthCause
from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.wasm.runtime import Engine
from tests.analysis.case import Case
from tests.analysis.cases import CASES
from tests.reference.prover import verdicts_without
from tests.support.generate import random_module
from tests.support.modules import assemble
from tests.support.sample import sampled
from tests.support.smith import smith

ENGINE = Engine()
GROW = "(drop (memory.grow (i32.const 1)))"


def growing(judgement: Judgement) -> list[int]:
    return [number for number, verdict in enumerate(judgement.verdict_table.verdicts) if verdict.grows]


def causes_of(data: bytes) -> tuple[Judgement, tuple[GrowthCause, ...]]:
    judgement = judge(data, lambda label: False, ENGINE)
    finder = judgement.cause_finder
    assert finder is not None
    return judgement, finder.among(growing(judgement))


def with_narrower(causes: Sequence[GrowthCause]) -> Iterator[GrowthCause]:
    for cause in causes:
        yield cause
        yield from with_narrower(cause.narrower)


def check(data: bytes) -> int:
    """Check the causes of a module against the reference prover; return how many there are."""
    judgement, causes = causes_of(data)
    assert sorted(number for cause in causes for number in cause.entries) == growing(judgement)
    for cause in with_narrower(causes):
        after = verdicts_without(data, cause.function.index, cause.memory)
        for number in cause.entries:
            entry = judgement.entries[number]
            assert entry.verdict is cause.verdict
            left = after[entry.kind.value, entry.name]
            assert not cause.verdict.at_most(left), (entry.name, cause.function, left)
    return len(causes)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases_are_harmless_without_their_causes(case: Case) -> None:
    if not case.trusted:
        check(assemble(case.wat))


@pytest.mark.parametrize("first", sampled(range(0, 400, 50)))
def test_random_modules_are_harmless_without_their_causes(first: int) -> None:
    found = sum(
        check(assemble(random_module(seed))) + check(smith(seed)) for seed in range(first, first + 50)
    )
    assert found > 50


def described(wat: str) -> list[tuple[str | None, list[str]]]:
    judgement, causes = causes_of(assemble(wat))
    return [
        (cause.function.name, [judgement.entries[number].name for number in cause.entries])
        for cause in causes
    ]


def module(*functions: str, rest: str = "") -> str:
    return f'(module {rest} (memory (export "m") 1) {" ".join(functions)})'


def callers(callee: str, *names: str) -> list[str]:
    return [f'(func ${name} (export "{name}") (call ${callee}))' for name in names]


def test_cause_is_nearest_to_the_entry_points() -> None:
    wat = module(f"(func $grow {GROW})", "(func $alloc (call $grow))", *callers("alloc", "a", "b"))
    assert described(wat) == [("alloc", ["a", "b"])]


def test_two_grow_sites_have_a_cause_each() -> None:
    wat = module(
        f"(func $one {GROW})",
        f"(func $two {GROW})",
        *callers("one", "a", "b"),
        *callers("two", "c", "d", "e"),
    )
    assert described(wat) == [("two", ["c", "d", "e"]), ("one", ["a", "b"])]


def test_entry_point_with_two_ways_is_its_own_cause() -> None:
    wat = module(
        f"(func $one {GROW})",
        f"(func $two {GROW})",
        '(func $a (export "a") (call $one) (call $two))',
        *callers("one", "b", "c"),
    )
    assert described(wat) == [("one", ["b", "c"]), ("a", ["a"])]


def test_few_entry_points_past_the_cause_have_their_own() -> None:
    names = [f"a{number:02}" for number in range(20)]
    wat = module(
        f"(func $grow {GROW})", "(func $alloc (call $grow))", *callers("alloc", *names), *callers("grow", "z")
    )
    assert described(wat) == [("alloc", names), ("grow", ["z"])]


def test_indirect_call_is_no_cause() -> None:
    wat = module(
        f"(func $one {GROW})",
        f"(func $two {GROW})",
        "(func $pick (call_indirect (i32.const 0)))",
        *callers("pick", "a", "b"),
        rest="(table 2 funcref) (elem (i32.const 0) $one $two)",
    )
    assert described(wat) == [("pick", ["a", "b"])]


def test_import_that_grows_is_a_cause() -> None:
    bodies = " ".join(f'(func (export "{name}") (drop (call $r (i32.const 0))))' for name in "ab")
    imported = '(import "env" "emscripten_resize_heap" (func $r (param i32) (result i32)))'
    (cause,) = causes_of(assemble(f'(module {imported} (memory (export "m") 1) {bodies})'))[1]
    assert (cause.function.name, cause.imported, len(cause.entries)) == (
        "env.emscripten_resize_heap",
        True,
        2,
    )


def test_exceptions_and_returns_count_as_one_function() -> None:
    """Growth in `alloc` is followed by a return or an exception, and `a` survives both."""
    wat = module(
        f"(func $alloc (param i32) {GROW} (if (local.get 0) (then (throw $e))))",
        '(func $a (export "a") (block $h (try_table (catch_all $h) (call $alloc (i32.const 1)))))',
        '(func $b (export "b") (block $h (try_table (catch_all $h) (call $alloc (i32.const 1)))))',
        rest="(tag $e)",
    )
    assert described(wat) == [("alloc", ["a", "b"])]


def test_paths_by_exceptions_count() -> None:
    """`a` and `b` return after what one function does, and also after an exception out of the other."""
    body = "(call $one) (block $h (try_table (catch_all $h) (call $two)))"
    wat = module(
        f"(func $one {GROW})",
        f"(func $two {GROW} (throw $e))",
        f'(func $a (export "a") {body})',
        f'(func $b (export "b") {body})',
        rest="(tag $e)",
    )
    assert described(wat) == [("a", ["a"]), ("b", ["b"])]


def test_narrower_causes_have_a_part_of_the_entry_points() -> None:
    wat = module(
        f"(func $alloc {GROW})",
        "(func $push (call $alloc))",
        *callers("push", "a", "b"),
        *callers("alloc", "c", "d"),
    )
    (cause,) = causes_of(assemble(wat))[1]
    assert [(part.function.name, len(part.entries)) for part in cause.narrower] == [("push", 2)]


def test_settled_judgement_keeps_no_finder() -> None:
    judgement = judge(assemble(module(f'(func (export "a") {GROW})')), lambda label: False, ENGINE)
    assert judgement.settled().cause_finder is None
    assert judgement.compact().cause_finder is None
    assert judgement.settled() == judgement
