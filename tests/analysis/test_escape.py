"""Test which functions escape, and where constant indices into unchanging tables lead."""

from itertools import pairwise

import pytest

from nogrow.analysis.judgement import Verdict
from nogrow.analysis.proof import judge
from nogrow.errors import ModuleError
from nogrow.wasm import code_section as bodies
from nogrow.wasm.code_section import Nodes
from nogrow.wasm.runtime import Engine, Workspace
from tests.analysis.cases import CASES
from tests.reference.prover import verdicts
from tests.support.modules import assemble

ENGINE = Engine()
FUNCTIONS = """(module (import "m" "g" (global $g i32)) (memory 1) (type $f (func))
  (func $grow (drop (memory.grow (i32.const 1)))) (func $still) (func $odd (param i32))"""


def verdict(rest: str) -> Verdict:
    """Return the verdict of the export `e`, on which the reference prover has to agree."""
    data = assemble(f"{FUNCTIONS} {rest})")
    judgement = judge(data, lambda label: False, ENGINE)
    by_name = {(entry.kind.value, entry.name): entry.verdict for entry in judgement.entries}
    assert by_name == verdicts(data)
    return by_name["export", "e"]


def call(index: str) -> str:
    return f'(func (export "e") (call_indirect $t (type $f) {index}))'


TABLE = "(table $t 4 funcref)"
STILL = "(elem (table $t) (i32.const 0) func $still)"
BOTH = "(elem (table $t) (i32.const 0) func $still $grow)"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        pytest.param(f"{TABLE} {BOTH} {call('(i32.const 0)')}", Verdict.UNREACHABLE, id="the still one"),
        pytest.param(f"{TABLE} {BOTH} {call('(i32.const 1)')}", Verdict.REACHABLE, id="the growing one"),
        pytest.param(
            f"{TABLE} {BOTH} {call('(i32.add (i32.const 0) (i32.const 0))')}",
            Verdict.REACHABLE,
            id="computed",
        ),
        pytest.param(
            f'(table $t (export "t") 4 funcref) {BOTH} {call("(i32.const 0)")}',
            Verdict.REACHABLE,
            id="exported table",
        ),
        pytest.param(
            f"{TABLE} {BOTH} {call('(i32.const 0)')} (func (table.set $t (i32.const 0) (ref.func $grow)))",
            Verdict.REACHABLE,
            id="written table",
        ),
        pytest.param(
            f"{TABLE} {BOTH} {call('(i32.const 0)')} (func (table.copy $t $t (i32.const 0) (i32.const 1)"
            " (i32.const 1)))",
            Verdict.REACHABLE,
            id="table copied within",
        ),
        pytest.param(
            f"{TABLE} (elem $p func $grow) {STILL} {call('(i32.const 0)')}"
            " (func (table.init $t $p (i32.const 0) (i32.const 0) (i32.const 1)))",
            Verdict.REACHABLE,
            id="initialised at run time",
        ),
        pytest.param(
            f"{TABLE} (global $r funcref (ref.func $grow)) (elem $p funcref (global.get $r)) {STILL}"
            f" {call('(i32.add (i32.const 0) (i32.const 0))')}"
            " (func (table.init $t $p (i32.const 0) (i32.const 0) (i32.const 1)))",
            Verdict.REACHABLE,
            id="initialised at run time with what is not followed",
        ),
        pytest.param(
            f"(table $t 4 funcref (ref.func $grow)) (elem (table $t) (i32.const 1) func $still)"
            f" {call('(i32.const 1)')}",
            Verdict.REACHABLE,
            id="table with an initialiser",
        ),
        pytest.param(
            f"{TABLE} {BOTH} (elem (table $t) (i32.const 0) func $grow) {call('(i32.const 0)')}",
            Verdict.REACHABLE,
            id="the last segment wins",
        ),
        pytest.param(
            f"{TABLE} {STILL} (elem (table $t) (global.get $g) func $grow) {call('(i32.const 0)')}",
            Verdict.REACHABLE,
            id="a segment at an unknown place",
        ),
        pytest.param(
            f"{TABLE} (elem (table $t) (i32.const 2) func $still $grow) {call('(i32.const 3)')}",
            Verdict.REACHABLE,
            id="offset counts",
        ),
        pytest.param(
            f"{TABLE} (elem (table $t) (i32.const 1) func $grow $still) {call('(i32.const 1)')}",
            Verdict.REACHABLE,
            id="offset counts, and its place is another one's without it",
        ),
        pytest.param(
            "(table $t i64 0x1_0000_0001 funcref) (elem (table $t) (i64.const 0) func $grow)"
            f" (elem (table $t) (i64.const 0x1_0000_0000) func $still) {call('(i64.const 0)')}",
            Verdict.REACHABLE,
            id="beyond 32 bits",
        ),
        pytest.param(
            f"{TABLE} (elem (table $t) (i32.const 0) func $odd $grow) {call('(i32.const 0)')}",
            Verdict.REACHABLE,
            id="another type traps, and is left to the dispatch",
        ),
    ],
)
def test_constant_index(rest: str, expected: Verdict) -> None:
    assert verdict(rest) == expected


@pytest.mark.parametrize(("index", "expected"), [(0, Verdict.UNREACHABLE), (2, Verdict.REACHABLE)])
def test_constant_index_of_a_null_goes_to_the_dispatch(index: int, expected: Verdict) -> None:
    items = "funcref (ref.func $still) (ref.func $grow) (ref.null func)"
    start = f"(module (memory 1) (type $f (func)) (func $still) {GROW} {TABLE}"
    by_name = entries(f"{start} (elem (table $t) (i32.const 0) {items}) {call(f'(i32.const {index})')})")
    assert by_name["export", "e"] == expected


@pytest.mark.parametrize(
    "tables", [("$a", "$b", "$c", "$t"), ("$c", "$a", "$b", "$t"), ("$b", "$c", "$a", "$t")]
)
@pytest.mark.parametrize("backwards", [False, True])
def test_copies_are_followed_from_table_to_table(tables: tuple[str, ...], backwards: bool) -> None:
    """The order of the copies in the code does not matter: a table passes on what it gets later, too."""
    zeros = "(i32.const 0) (i32.const 0) (i32.const 1)"
    copies = [f"(table.copy {target} {source} {zeros})" for source, target in pairwise(tables)]
    declared = " ".join(f"(table {name} 1 funcref)" for name in ("$a", "$b", "$c", "$t"))
    first = f"(elem (table {tables[0]}) (i32.const 0) func $grow)"
    body = " ".join(reversed(copies) if backwards else copies)
    assert verdict(f"{declared} {first} (func {body}) {call('(i32.const 0)')}") == Verdict.REACHABLE


CONTAINER = (
    "(module (memory 1) (type $f (func)) (type $s (struct (field (mut funcref)))) (elem declare func $grow)"
)
GROW = "(func $grow (drop (memory.grow (i32.const 1))))"


def entries(text: str) -> dict[tuple[str, str], Verdict]:
    """Return all verdicts, on which the reference prover has to agree."""
    data = assemble(text)
    judgement = judge(data, lambda label: False, ENGINE)
    by_name = {(entry.kind.value, entry.name): entry.verdict for entry in judgement.entries}
    assert by_name == verdicts(data)
    return by_name


def test_structure_handed_in_lets_functions_out() -> None:
    """The module may write a reference into it, which the host can call then."""
    write = "(struct.set $s 0 (local.get 0) (ref.func $grow))"
    by_name = entries(f'{CONTAINER} {GROW} (func (export "e") (param (ref null $s)) {write}))')
    assert by_name["escaped", "func[0]"] == Verdict.REACHABLE


def test_structure_handed_out_lets_functions_in() -> None:
    """The host may write a reference into it, and what is called then may throw."""
    holder = '(global $g (export "g") (ref $s) (struct.new $s (ref.null func)))'
    called = "(call_ref $f (ref.cast (ref $f) (struct.get $s 0 (global.get $g))))"
    body = f"(drop (memory.grow (i32.const 1))) {called} unreachable"
    by_name = entries(
        f'{CONTAINER.replace("$grow)", "$still)")} (func $still) {holder} (func (export "e") {body}))'
    )
    assert by_name["export", "e"] == Verdict.THROW_ONLY


def test_small_module_with_many_table_copies_is_judged() -> None:
    """Every table may hold what one segment puts into the first: more calls than the module has bytes."""
    functions, tables = 300, 12
    zeros = "(i32.const 0) (i32.const 0)"
    copies = "".join(
        f"(table.copy $t{k} $t0 {zeros} (i32.const 1)) (call_indirect $t{k} (i32.const 0))"
        for k in range(tables)
    )
    wat = f"""(module (memory 1) {"".join(f"(func $g{i})" for i in range(functions))}
      (func (export "e") {copies} (drop (memory.grow (i32.const 1))))
      {"".join(f"(table $t{k} {functions} funcref)" for k in range(tables))}
      (elem (table $t0) (i32.const 0) func {" ".join(f"$g{i}" for i in range(functions))}))"""
    assert judge(assemble(wat), lambda label: True).verdict is Verdict.REACHABLE


def test_too_many_tables_are_judged_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Additional edges are allowed, missing ones are not: no verdict becomes better."""
    worse = 0
    for case in CASES:
        data = assemble(case.wat)
        exact = verdicts(data, lambda label, case=case: label in case.trusted)  # type: ignore[misc]
        with monkeypatch.context() as patch:
            patch.setattr(bodies, "_MOST_PAIRS", 0)
            judgement = judge(data, lambda label, case=case: label in case.trusted, ENGINE)  # type: ignore[misc]
        by_name = {(entry.kind.value, entry.name): entry.verdict for entry in judgement.entries}
        assert by_name.keys() >= exact.keys(), case.name
        assert all(exact[key].at_most(by_name[key]) for key in exact), case.name
        worse += by_name != exact
    assert worse


@pytest.mark.parametrize(
    ("nodes", "calls", "scratch"),
    [(40, 40, 400), (400, 20, 400), (400, 40, 100)],
    ids=["nodes", "calls", "targets"],
)
def test_module_with_too_many_dispatches_is_rejected(
    nodes: int, calls: int, scratch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search reserves enough room for any module; here the scan reserves less."""
    reserve, rest = Nodes.reserve, Workspace.rest
    monkeypatch.setattr(Nodes, "reserve", lambda workspace, *_: reserve(workspace, nodes, calls))
    monkeypatch.setattr(Workspace, "rest", lambda self: (rest(self)[0], rest(self)[0] + scratch))
    text = f"{FUNCTIONS} (table $t 200 funcref) (elem (table $t) (i32.const 0) func {'$still ' * 3})"
    many = " ".join(f"(func $f{number})" for number in range(30))
    listed = " ".join(f"$f{number}" for number in range(30))
    called = call("(i32.add (i32.const 0) (i32.const 0))")
    data = assemble(f"{text} {many} (elem (table $t) (i32.const 9) func {listed}) {called})")
    with pytest.raises(ModuleError, match="too large to be judged"):
        judge(data, lambda label: False, ENGINE)


PASSED = """(module (type $h (func (param funcref))) (import "e" "t" (table $t 1 funcref))
  (import "e" "g" (global $g (ref null $h))) (memory 1) (elem declare func $grow)
  (func $grow (drop (memory.grow (i32.const 1))))"""
RESUMES = """(type $f (func)) (type $c (cont $f)) (func $task) (elem declare func $task)
  (func (export "r") (resume $c (cont.new $c (ref.func $task))))"""


@pytest.mark.parametrize("before", ["", RESUMES], ids=["", "after a resume"])
@pytest.mark.parametrize(
    "called",
    [
        "(call_indirect $t (type $h) (ref.func $grow) (i32.const 0))",
        "(call_ref $h (ref.func $grow) (global.get $g))",
    ],
    ids=["table", "reference"],
)
def test_arguments_of_host_functions_escape(called: str, before: str) -> None:
    by_name = entries(f'{PASSED} {before} (func (export "e") {called}))')
    assert by_name["escaped", "func[0]"] == Verdict.REACHABLE


def test_reading_a_private_table_lets_no_functions_in() -> None:
    """The call after the growth goes to a function of the module, which does not throw."""
    called = "(call_ref $f (ref.cast (ref $f) (table.get $t (i32.const 0))))"
    body = f"(drop (memory.grow (i32.const 1))) {called} unreachable"
    by_name = entries(f'{FUNCTIONS} {TABLE} {STILL} (func (export "e") {body}))')
    assert by_name["export", "e"] == Verdict.TRAP_ONLY


@pytest.mark.parametrize("apart", [True, False])
def test_host_functions_are_behind_the_table_of_the_host(
    monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    """The call through the table after the growth may throw."""
    if not apart:
        monkeypatch.setattr(bodies, "_MOST_PAIRS", 0)
    tables = '(table $a 1 funcref) (table $b 1 funcref) (table $t (export "t") 1 funcref)'
    body = "(drop (memory.grow (i32.const 1))) (call_indirect $t (type $f) (local.get 0)) unreachable"
    by_name = entries(f'{FUNCTIONS} {tables} (func (export "e") (param i32) {body}))')
    assert by_name["export", "e"] == Verdict.THROW_ONLY
