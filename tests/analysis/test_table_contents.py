"""Test what tables can hold after copies in any order and number, and the limits of a proof."""

import pytest
from tools.bench.encode import module

from nogrow.analysis import table_contents as tables
from nogrow.analysis.judgement import Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.reachable_imports import Hosts
from nogrow.analysis.table_contents import contents_of, reached_by_copies
from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from nogrow.wasm.scan import TableMove
from tests.support.modules import assemble

TAKEN = frozenset(range(4))


def with_tables(count: int) -> Module:
    """Functions 0 to 3; the last table has function 0, and a passive segment has 1 and 2."""
    segments = [bytes((2, count - 1)) + b"\x41\0\x0b\0\1\0", b"\1\0\2\1\2"]
    return decode(module([b""] * 4, tables=[b"\x70\0\1"] * count, elements=segments))


@pytest.mark.parametrize("step", [1, -1])
def test_copies_are_followed_to_the_end_in_any_order(step: int) -> None:
    moves = [TableMove(False, index + 1, index) for index in range(9)][::step]
    contents = contents_of(with_tables(10), moves, (), TAKEN)
    assert contents == (frozenset({0}),) * 10
    assert reached_by_copies(moves, {5}) == set(range(6))


def test_segment_is_copied_on_from_where_it_is_put() -> None:
    moves = [TableMove(False, 0, 1), TableMove(True, 1, 0)]
    contents = contents_of(with_tables(4), moves, {2}, TAKEN)
    assert contents == (frozenset({1, 2}), frozenset({1, 2}), TAKEN, frozenset({0}))


def test_contents_beyond_the_work_limit_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_WORK", 1)
    copies = [TableMove(False, 3, 0), TableMove(False, 0, 1)]
    assert contents_of(with_tables(4), copies, (), TAKEN)[:2] == (TAKEN, TAKEN)
    assert contents_of(with_tables(4), [TableMove(True, 1, 0)], (), TAKEN)[0] == TAKEN


def test_copies_keep_the_contents_of_a_table() -> None:
    moves = [TableMove(True, 1, 0), TableMove(False, 0, 2)]
    assert contents_of(with_tables(3), moves, (), TAKEN)[2] == {0, 1, 2}


@pytest.mark.parametrize(
    ("moves", "work"),
    [
        pytest.param([TableMove(True, 1, 0)], 3, id="a segment of two functions"),
        pytest.param([TableMove(True, 1, 2), TableMove(True, 1, 0)], 3, id="nothing new, and a segment"),
        pytest.param([TableMove(False, 3, 0)], 1, id="a copy"),
        pytest.param([TableMove(False, 3, 2), TableMove(False, 3, 0)], 2, id="nothing new, and a copy"),
        pytest.param([TableMove(True, 1, 0), TableMove(False, 3, 0)], 6, id="a new set of three functions"),
    ],
)
def test_work_counts_copies_and_functions_of_new_sets(
    monkeypatch: pytest.MonkeyPatch, moves: list[TableMove], work: int
) -> None:
    exact = contents_of(with_tables(4), moves, {2}, TAKEN)
    monkeypatch.setattr(tables, "_WORK", work)
    assert contents_of(with_tables(4), moves, {2}, TAKEN) == exact
    monkeypatch.setattr(tables, "_WORK", work - 1)
    assert contents_of(with_tables(4), moves, {2}, TAKEN) != exact


def test_hosts_that_share_a_bit_are_reached_together() -> None:
    hosts = Hosts({index: f"m.i{index}" for index in range(10)}, lambda vertex: vertex != 4, most=3)
    assert (hosts.vertices, hosts.together) == ([0, 1, 2, 3, 5, 6, 7, 8, 9], 3)
    bits = 0b10
    assert hosts.listed(bits) == ("m.i3", "m.i5", "m.i6")
    assert hosts.listed(bits, lambda vertex: vertex != 6) == ("m.i3", "m.i5")
    assert hosts.count(bits) == 3


@pytest.mark.parametrize("count", [0, 1, 3])
def test_hosts_have_own_bits_while_there_are_enough(count: int) -> None:
    hosts = Hosts({index: f"m.i{index}" for index in range(count)}, lambda _: True, most=3)
    assert hosts.together == 1
    assert [hosts.listed(1 << bit) for bit in range(count)] == [(f"m.i{bit}",) for bit in range(count)]


def test_segment_can_be_put_into_several_tables() -> None:
    moves = [TableMove(True, 1, 0), TableMove(True, 1, 1)]
    assert contents_of(with_tables(3), moves, (), TAKEN)[:2] == (frozenset({1, 2}),) * 2
    assert reached_by_copies([TableMove(False, 0, 1), TableMove(False, 1, 0)], {0, 1}) == {0, 1}


TWO_GROW = """(module (import "env" "f" (func $f)) (memory 1) (memory 1)
  (func (export "e") (drop (memory.grow 0 (i32.const 1))) (drop (memory.grow 1 (i32.const 1))) (call $f)))"""


@pytest.mark.parametrize(
    ("bound", "message"),
    [
        ("nogrow.analysis.worst_verdicts.MOST_STEPS", "2 memories that grow and .* too many together"),
        ("nogrow.analysis.reachable_imports.MOST_REACHED", "entry points reach so many of 1 imports"),
    ],
)
def test_module_beyond_a_limit_is_not_judged(
    monkeypatch: pytest.MonkeyPatch, bound: str, message: str
) -> None:
    data = assemble(TWO_GROW)
    assert judge(data, lambda label: False).entries[0].verdict is Verdict.REACHABLE
    monkeypatch.setattr(bound, 0)
    with pytest.raises(ModuleError, match=message):
        judge(data, lambda label: False)


def test_steps_are_limited_for_several_memories(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There are 2 functions, stand-ins for the host behind the table and references, and a dispatch."""
    call = "(table 1 funcref) (func (call_indirect (i32.const 0)))"
    grow = "(func (drop (memory.grow 0 (i32.const 1))) (drop (memory.grow 1 (i32.const 1))))"
    two = assemble(f"(module (memory 1) (memory 1) {call} {grow})")
    still = assemble(f"(module (memory 1) {call} {grow.replace('grow 1', 'grow 0')})")
    monkeypatch.setattr("nogrow.analysis.worst_verdicts.MOST_STEPS", 10)
    judge(two, lambda label: False)
    monkeypatch.setattr("nogrow.analysis.worst_verdicts.MOST_STEPS", 9)
    with pytest.raises(ModuleError, match="2 memories that grow and 5 functions"):
        judge(two, lambda label: False)
    monkeypatch.setattr("nogrow.analysis.worst_verdicts.MOST_STEPS", 0)
    judge(still, lambda label: False)


def test_reached_imports_are_counted_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    imports = " ".join(f'(import "h" "{name}" (func ${name}))' for name in "abc")
    calls = "(call $a) (call $b) (call $c)"
    data = assemble(f'(module {imports} (func (export "d") {calls}) (func (export "e") {calls}))')
    monkeypatch.setattr("nogrow.analysis.reachable_imports.MOST_REACHED", 6)
    judge(data, lambda label: False)
    monkeypatch.setattr("nogrow.analysis.reachable_imports.MOST_REACHED", 5)
    with pytest.raises(ModuleError, match="2 entry points reach so many of 3 imports"):
        judge(data, lambda label: False)
