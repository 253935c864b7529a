"""Test where memory may have grown since the host last had control, in functions of a few instructions."""

from typing import NamedTuple

import pytest

from nogrow.analysis.growth_points import GrowthPoints, every_point
from nogrow.analysis.proof import PointsToGrowth, prove_with_points
from nogrow.errors import ModuleError
from nogrow.wasm.model import Kind
from nogrow.wasm.opcodes import INSTRUCTIONS
from nogrow.wasm.scan import begin
from tests.rewrite.checked import KERNELS
from tests.support.modules import assemble

GROW, READ, RARE = "(call $grow)", "(call $read)", "(local.get 0)"
MODULE = """(module (import "host" "read" (func $read)) (memory (export "memory") 1)
  (table (export "table") 2 funcref) {extra}
  (func $grow (drop (memory.grow (i32.const 1)))) (func $log (call $read))
  (func (export "f") (param i32) {body}))"""


class Exits(NamedTuple):
    """Whether the function is left after a growth, and whether it has then always grown."""

    returns: bool = False
    returns_grown: bool = False
    throws: bool = False
    throws_grown: bool = False


class Case(NamedTuple):
    """The body of a function, its exits, and its marks as an instruction and a note."""

    rule: str
    body: str
    exits: Exits
    marks: tuple[str, ...] = ()
    extra: str = ""


GROWN = Exits(returns=True, returns_grown=True)
MARKED = Exits(returns=True)
# An import may throw.
MARKED_OR_THROWS = Exits(returns=True, throws=True)
CASES = (
    Case("a growth is there at the exit", GROW, GROWN),
    Case("an import after a growth gets control after it", GROW + READ, MARKED_OR_THROWS, ("call before",)),
    Case("a growth before an import is forgotten", READ + GROW, GROWN),
    Case(
        "a second growth counts at the exit",
        GROW + READ + GROW,
        Exits(returns=True, returns_grown=True, throws=True),
        ("call before",),
    ),
    Case(
        "a failed growth is noted where paths of imports join",
        f"(if (local.get 0) (then {READ}) (else (drop (memory.grow (i32.const 1)))))",
        MARKED,
        ("memory.grow after",),
    ),
    Case(
        "both paths from the entry note a rare growth",
        f"(if (local.get 0) (then {READ}) (else (if {RARE} (then {GROW}))))",
        MARKED,
        ("call after", "if if_false"),
    ),
    Case(
        "a growth in the first arm is noted before the else",
        f"(if (local.get 0) (then {GROW}) (else {READ}))",
        MARKED,
        ("else before",),
    ),
    Case(
        "a growth behind a br_if is noted before it",
        f"(block {GROW} (br_if 0 (local.get 0)) {READ})",
        MARKED_OR_THROWS,
        ("br_if before", "call before"),
    ),
    Case(
        "a rare growth on one of two paths from the entry counts on both",
        f"(block (br_if 0 {RARE}) {GROW}) {READ}",
        MARKED_OR_THROWS,
        ("call before",),
    ),
    Case(
        "a growth at the end of a loop is noted for the import at its beginning",
        f"(loop {READ} {GROW} (br_if 0 (local.get 0)))",
        Exits(returns=True, returns_grown=True, throws=True),
        ("br_if before",),
    ),
    Case(
        "an import at the end of a loop forgets the growth before it",
        f"(loop {GROW} {READ} (br_if 0 (local.get 0)))",
        MARKED_OR_THROWS,
        ("call before",),
    ),
    Case(
        "a callee that calls an import forgets a growth",
        f"{GROW} (call $log)",
        MARKED_OR_THROWS,
        ("call before",),
    ),
    Case("a growth after such a callee counts", f"(call $log) {GROW}", GROWN),
    Case("a trap gives the host no control", f"{GROW} (unreachable)", Exits()),
    Case(
        "an import before a trap gets control",
        f"{GROW} {READ} (unreachable)",
        Exits(throws=True),
        ("call before",),
    ),
    Case(
        "an early return behind an import is not noted",
        f"(if (local.get 0) (then {READ} (return))) {GROW}",
        MARKED,
        ("end before",),
    ),
    Case(
        "a tail call of an import is marked",
        f"{GROW} (return_call $read)",
        MARKED_OR_THROWS,
        ("return_call before",),
    ),
    Case(
        "a call that may lead to the host is marked, and keeps the growth",
        f"{GROW} (call_indirect (i32.const 0))",
        Exits(returns=True, returns_grown=True, throws=True, throws_grown=True),
        ("call_indirect before",),
    ),
    Case("a throw after a growth", f"{GROW} (throw 0)", Exits(throws=True, throws_grown=True), extra="(tag)"),
    Case(
        "a throw after a growth on one arm is marked",
        f"(if (local.get 0) (then {READ}) (else {GROW} (throw 0)))",
        Exits(throws=True),
        ("throw before",),
        extra="(tag)",
    ),
)


def proof(body: str, extra: str = "", *, every: bool = False) -> PointsToGrowth:
    return prove_with_points(begin(assemble(MODULE.format(body=body, extra=extra)), KERNELS), every=every)


def function(result: PointsToGrowth) -> int:
    return next(export.index for export in result.module.exported(Kind.FUNCTION))


def marks(result: PointsToGrowth, points: GrowthPoints) -> tuple[str, ...]:
    data = result.module.data
    return tuple(
        sorted(
            f"{INSTRUCTIONS[data[offset], None].name} {note.name.lower()}" for offset, note in points.marks
        )
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_exits_and_marks(case: Case) -> None:
    result = proof(case.body, case.extra)
    (points,) = result.points
    index = function(result)
    fields = ("returns", "returns_grown", "throws", "throws_grown")
    assert Exits(*(index in getattr(points, field) for field in fields)) == case.exits
    assert marks(result, points) == case.marks
    assert points.reach == {index}


@pytest.mark.parametrize("body", [READ, "", "(call $log)", "(unreachable)"])
def test_function_without_growth_reaches_none(body: str) -> None:
    result = proof(body)
    assert not any(points.reach or points.leaves or points.marks for points in result.points)


def test_each_memory_has_points_of_its_own() -> None:
    result = proof("(drop (memory.grow 1 (i32.const 1))) (call $read)", '(memory (export "second") 1)')
    # The first memory is grown by a function that nobody calls.
    reached = {points.memory: points.reach for points in result.points}
    assert {memory for memory, functions in reached.items() if functions} == {1}


def test_every_point_counts_as_grown() -> None:
    points = every_point(2, [5, 7], 9)
    assert points.memory == 2
    assert points.leaves == points.returns_grown == points.throws_grown == {5, 7}
    assert points.run_after == set(range(9))
    assert points.marks == frozenset()
    assert [item.memory for item in proof(READ, every=True).points] == [0]


def test_module_that_switches_stacks_is_rejected() -> None:
    with pytest.raises(ModuleError, match="switches stacks"):
        proof(
            "(drop (cont.new $c (ref.func $grow)))",
            "(type $t (func)) (type $c (cont $t)) (elem declare func $grow) (tag $e)"
            " (func (result (ref null $c)) (suspend $e) (ref.null $c))",
        )
