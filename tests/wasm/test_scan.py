"""Compares the scan kernel with the reference decoder, instruction by instruction and edge by edge.

`kernel_view` reads the kernel's nodes (`scan.wat` describes them). `reference_view` derives the same facts
from the reference's instructions: calls, growths, references and table writes, and where control can go from
each call and growth.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from nogrow.wasm.decode import decode
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import Dispatch, Scan, TableMove, scan
from tests.analysis.cases import CASES, Case
from tests.reference import decoder, listing
from tests.reference.equivalence import TypeRelation
from tests.reference.flow import Flow
from tests.reference.model import Function, Instruction, Module
from tests.support.generate import random_module
from tests.support.modules import assemble
from tests.support.sample import sampled
from tests.support.smith import smith

ENGINE = Engine()
BR, BR_IF, CALL, GROW, TRAP, INDEX = 0, 1, 2, 3, 4, 8
NORMAL_EXIT, EXCEPTIONAL_EXIT = 0xFFFFFFFF, 0xFFFFFFFE
RESUMING = ("resume", "resume_throw", "resume_throw_ref", "switch")
SWITCHING = (*RESUMING, "cont.new", "cont.bind", "suspend")
CONVERTING = ("any.convert_extern", "extern.convert_any")
CALLING = ("call", "return_call", "call_indirect", "return_call_indirect", "call_ref", "return_call_ref")
THROWING = ("throw", "throw_ref", "rethrow")

# Where control can go: the offsets of calls and growths, and the two exits.
Goals = frozenset[int | str]


@dataclass(frozen=True, slots=True)
class View:
    """All facts about the code that the proof uses, by offsets in the file.

    `entries` is by function, `normal` and `throwing` by the offset of a call or growth.
    """

    direct: list[tuple[int, int, int]]
    indirect: list[tuple[int, int, int | None, object]]
    grows: list[tuple[int, int, int, int | None]]
    constant_indices: list[tuple[int, int, int]]
    taken: frozenset[int]
    written: frozenset[int]
    read: frozenset[int]
    moves: frozenset[TableMove]
    counts: tuple[int, int]
    converts_extern: bool
    switches_stacks: bool
    entries: dict[int, Goals]
    normal: dict[int, Goals]
    throwing: dict[int, Goals]


# The kernel's side.


class Nodes:
    """The kernel's nodes, and a walk to the next calls and growths."""

    def __init__(self, result: Scan) -> None:
        self.all = [result.nodes.node(index) for index in range(result.node_count)]

    def offset(self, node: int) -> int:
        return self.all[node][3]

    def goals(self, first: int) -> Goals:
        """Return the first calls, growths and exits that control can reach from node `first`."""
        goals: set[int | str] = set()
        seen: set[int] = set()
        waiting = [first]
        while waiting:
            node = waiting.pop()
            if node in (NORMAL_EXIT, EXCEPTIONAL_EXIT):
                goals.add("exit" if node == NORMAL_EXIT else "thrown")
            elif node not in seen:
                seen.add(node)
                kind, target = self.all[node][:2]
                if kind in (CALL, GROW):
                    goals.add(self.offset(node))
                else:
                    waiting += [target] * (kind in (BR, BR_IF)) + [node + 1] * (kind not in (BR, TRAP))
        return frozenset(goals)


def kernel_view(data: bytes) -> View:
    module = decode(data)
    result = scan(module, ENGINE)
    nodes = Nodes(result)
    relation = TypeRelation.of(decoder.decode(data))
    starts = result.workspace.read_u32s(result.ranges, len(module.functions) + 1)
    view = View(
        direct=[],
        indirect=[],
        grows=[(grow.function, grow.offset, grow.memory, grow.operand) for grow in result.grows],
        constant_indices=[
            (nodes.offset(item.node), item.table, item.index) for item in result.constant_indices
        ],
        taken=result.taken,
        written=result.tables_written,
        read=result.tables_read,
        moves=frozenset(result.moves),
        counts=(result.direct_calls, result.indirect_calls),
        converts_extern=result.converts_extern,
        switches_stacks=result.switches_stacks,
        entries={},
        normal={},
        throwing={},
    )
    for function, (first, end) in enumerate(itertools.pairwise(starts)):
        if first == end:
            continue
        view.entries[function] = nodes.goals(first)
        for node in range(first, end):
            kind, target, extra, _ = nodes.all[node]
            offset = nodes.offset(node)
            if kind in (CALL, GROW):
                view.normal[offset] = nodes.goals(node + 1)
            if kind == CALL:
                view.throwing[offset] = nodes.goals(extra)
                if target < len(module.functions):
                    view.direct.append((function, offset, target))
                else:
                    dispatch = result.dispatches[target - result.first_dispatch]
                    view.indirect.append((function, offset, *described(dispatch, relation)))
    return view


def described(dispatch: Dispatch, relation: TypeRelation) -> tuple[int | None, object]:
    """Return the table and the reference's name of the type."""
    return dispatch.table, None if dispatch.type is None else relation.canonical[dispatch.type]


# The reference's side.


def flow_goals(function: Function, flow: Flow, first: Iterable[int]) -> Goals:
    """Return the first calls, growths and exits that control can reach from the instructions `first`."""
    goals: set[int | str] = set()
    seen: set[int] = set()
    waiting = list(first)
    while waiting:
        node = waiting.pop()
        if node >= flow.exit:
            goals.add("exit" if node == flow.exit else "thrown")
        elif node not in seen:
            seen.add(node)
            instruction = function.instructions[node]
            if instruction.name in (*CALLING, *RESUMING, "memory.grow"):
                goals.add(instruction.offset)
            else:
                waiting += flow.throwing[node] if instruction.name in THROWING else flow.normal[node]
    return frozenset(goals)


def reference_view(data: bytes) -> View:
    module = decoder.decode(data)
    relation = TypeRelation.of(module)
    everything = [item for function in module.functions for item in function.instructions]
    names = {item.name for item in everything}
    indirect = listing.indirect_calls(module)
    direct = listing.direct_calls(module)
    view = View(
        direct=direct,
        indirect=sorted(
            [
                *((where, at, table, relation.canonical[kind]) for where, at, _, kind, table in indirect),
                *resumptions(module),
            ],
            key=lambda item: item[1],
        ),
        grows=[
            (where, at, memory, unsigned(operand, module.memories[memory].limits.index_type))
            for where, at, memory, operand in listing.grow_sites(module)
        ],
        constant_indices=constant_indices(module),
        taken=frozenset(item.index(0) for item in everything if item.name == "ref.func"),
        written=tables(everything, "table.set", "table.fill", "table.grow"),
        read=tables(everything, "table.get"),
        moves=moves(everything),
        counts=(len(direct), sum(table is not None for *_, table in indirect)),
        converts_extern=bool(names.intersection(CONVERTING)),
        switches_stacks=bool(names.intersection(SWITCHING)),
        entries={},
        normal={},
        throwing={},
    )
    for function in module.functions:
        flow = Flow.of(function)
        view.entries[function.index] = flow_goals(function, flow, (0,))
        for position, item in enumerate(function.instructions):
            if item.name in (*CALLING, *RESUMING, "memory.grow"):
                view.normal[item.offset] = flow_goals(function, flow, flow.normal[position])
            if item.name in (*CALLING, *RESUMING):
                tail = item.name.startswith("return_call")
                thrown = (flow.thrown,) if tail else flow.throwing[position]
                view.throwing[item.offset] = flow_goals(function, flow, thrown)
    return view


def resumptions(module: Module) -> list[tuple[int, int, int | None, object]]:
    return [
        (function.index, item.offset, None, None)
        for function in module.functions
        for item in function.instructions
        if item.name in RESUMING
    ]


def unsigned(number: int | None, index_type: str) -> int | None:
    return None if number is None else number & (2**64 - 1 if index_type == "i64" else 2**32 - 1)


def tables(instructions: list[Instruction], *names: str) -> frozenset[int]:
    return frozenset(item.index(0) for item in instructions if item.name in names)


def moves(instructions: list[Instruction]) -> frozenset[TableMove]:
    inits = (item for item in instructions if item.name == "table.init")
    copies = (item for item in instructions if item.name == "table.copy")
    return frozenset(
        (
            *(TableMove(True, item.index(0), item.index(1)) for item in inits),
            *(TableMove(False, item.index(1), item.index(0)) for item in copies),
        )
    )


def constant_indices(module: Module) -> list[tuple[int, int, int]]:
    """Return the calls through tables with a constant index of 32 bits in the instruction before."""
    calls = []
    for function in module.functions:
        for before, item in itertools.pairwise(function.instructions):
            if item.name not in ("call_indirect", "return_call_indirect"):
                continue
            if before.name in ("i32.const", "i64.const"):
                index = before.index(0) & (2**32 - 1 if before.name == "i32.const" else 2**64 - 1)
                if index < 2**32:
                    calls.append((item.offset, item.index(1), index))
    return calls


# The comparison.


def assert_scan_is_the_references(data: bytes, name: object) -> None:
    kernel, reference = kernel_view(data), reference_view(data)
    for field in View.__dataclass_fields__:
        assert getattr(kernel, field) == getattr(reference, field), f"{name}: {field}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_scanned_as_the_reference_reads_it(case: Case) -> None:
    assert_scan_is_the_references(assemble(case.wat), case.name)


@pytest.mark.parametrize("legacy", [False, True], ids=["current", "legacy"])
@pytest.mark.parametrize("first", sampled(range(0, 400, 100)))
def test_generated_module_is_scanned_as_the_reference_reads_it(first: int, legacy: bool) -> None:
    for seed in range(first, first + 100):
        data = assemble(random_module(seed, legacy=legacy))
        assert_scan_is_the_references(data, f"seed {seed}")


@pytest.mark.parametrize("first", sampled(range(0, 300, 50)))
def test_smith_module_is_scanned_as_the_reference_reads_it(first: int) -> None:
    for seed in range(first, first + 50):
        assert_scan_is_the_references(smith(seed), f"seed {seed}")


@pytest.mark.parametrize("seed", sampled(range(40), 10))
def test_padded_numbers_change_nothing(seed: int) -> None:
    """`wasm-ld` pads the numbers that it relocates to five bytes."""
    assert_scan_is_the_references(smith(seed, min_uleb_size=5), f"seed {seed}")


def test_built_artifact_is_scanned_as_the_reference_reads_it(built_root: Path) -> None:
    folders = ("debug", "release", "kernel")
    paths = sorted(path for name in folders for path in (built_root / "build" / name).glob("*.wasm"))
    assert paths
    for path in paths:
        assert_scan_is_the_references(path.read_bytes(), path.name)


SWITCHES = """(module (type $f (func)) (type $c (cont $f)) (tag $t) (memory 1)
  (func $task (drop (memory.grow (i32.const 1))) (suspend $t))
  (func (export "e") (local $k (ref null $c))
    (local.set $k (cont.new $c (ref.func $task)))
    (block $on (result (ref $c)) (resume $c (on $t $on) (local.get $k)) (call $task) (return))
    (drop) (drop (memory.grow (i32.const 2))))
  (elem declare func $task))"""

EVERY_WAY = """(module (type $f (func)) (memory i64 1) (memory 1) (table $t i64 8 funcref)
  (table $u 4 funcref) (tag $x) (elem $e func $g)
  (func $g
    (drop (memory.grow 0 (i64.const -1))) (drop (memory.grow 1 (i32.const -1)))
    (call_indirect $t (type $f) (i64.const 7)) (call_indirect $t (type $f) (i64.const 0x1_0000_0000))
    (call_indirect $u (type $f) (i32.const -1)) (call_indirect $u (type $f) (i32.wrap_i64 (i64.const 1)))
    (return_call_indirect $u (type $f) (i32.const 2)))
  (func (param i32)
    (table.copy $u $u (i32.const 0) (i32.const 1) (i32.const 1))
    (table.init $u $e (i32.const 0) (i32.const 0) (i32.const 1))
    (table.fill $t (i64.const 0) (table.get $u (i32.const 0)) (i64.const 1))
    (block $out (loop $in (block $mid (br_table $mid $mid $out $in $mid (local.get 0))) (call $g)
      (br_if $in (local.get 0))))
    (if (local.get 0) (then (call $g) (return)) (else (call $g) (unreachable)))
    (drop (memory.grow 1 (i32.const 300)))))"""


@pytest.mark.parametrize("wat", [SWITCHES, EVERY_WAY], ids=["stack switching", "every way"])
def test_written_module_is_scanned_as_the_reference_reads_it(wat: str) -> None:
    assert_scan_is_the_references(assemble(wat), "written")
