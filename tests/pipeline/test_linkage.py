"""Growth that crosses from core module to core module of a component, and growth that does not."""

from pathlib import Path

import pytest

from nogrow.analysis.judgement import Entry, Judgement
from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract, Imports
from nogrow.contract.select import Target
from nogrow.pipeline.all_files import check
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport
from tests.support.modules import assemble, write_module

GROW = "(drop (memory.grow (i32.const 1)))"
LIBRARY = """(core module $b (memory (export "mem") 1)
  (func (export "grow") (drop (memory.grow (i32.const 1)))) (func (export "still")))
(core instance $b (instantiate $b))"""
# Imports the memory of $b, and two of its functions.
USER = """(core module $a (import "b" "mem" (memory 1)) (import "b" "grow" (func $grow))
  (import "b" "still" (func $still))
  (func (export "bad") call $grow) (func (export "good") call $still))
(core instance (instantiate $a (with "b" (instance $b))))"""


def reports(tmp_path: Path, wat: str, imports: Imports = Imports()) -> tuple[ArtifactReport, ...]:  # noqa: B008
    path = write_module(tmp_path / "c.wasm", f"(component {wat})")
    target = Target(str(path), ArtifactContract(str(path), imports=imports))
    return check(None, [target], judge=judge).artifacts


def judgements(tmp_path: Path, wat: str) -> list[Judgement]:
    judged = [report.judgement for report in reports(tmp_path, wat)]
    return [judgement for judgement in judged if judgement is not None]


def verdicts(tmp_path: Path, wat: str) -> list[dict[str, str]]:
    return [
        {entry.name: entry.verdict.label for entry in judgement.entries}
        for judgement in judgements(tmp_path, wat)
    ]


def entry(judgement: Judgement, name: str) -> Entry:
    return next(entry_point for entry_point in judgement.entries if entry_point.name == name)


def test_growth_in_a_serving_module_is_reachable(tmp_path: Path) -> None:
    assert verdicts(tmp_path, LIBRARY + USER) == [
        {"grow": "reachable", "still": "unreachable"},
        {"bad": "reachable", "good": "unreachable"},
    ]


def test_serving_core_module_is_named_instead_of_the_host(tmp_path: Path) -> None:
    _, user = reports(tmp_path, LIBRARY + USER)
    assert user.outcome is Outcome.BROKEN
    (violation,) = user.violations
    assert (
        "`bad` reaches the import `b.grow`, behind which `grow` of core module 0 grows memory 0"
        in violation.message
    )
    assert "served by core module 0 of the component: `b.grow`, `b.still`" in user.notes
    assert user.judgement is not None
    assert not any("the host does not grow" in text for text in user.judgement.assumptions)


def test_growing_import_is_trusted_by_its_exact_name(tmp_path: Path) -> None:
    _, user = reports(tmp_path, LIBRARY + USER, imports=Imports(trusted=("b.grow",)))
    assert user.outcome is Outcome.KEPT
    _, user = reports(tmp_path, LIBRARY + USER, imports=Imports(trusted=("b.*",)))
    assert user.outcome is Outcome.BROKEN


def test_memories_that_are_not_shared_do_not_count(tmp_path: Path) -> None:
    own = USER.replace('(import "b" "mem" (memory 1))', "")
    own = own.replace('(func (export "bad")', '(memory (export "own") 1) (func (export "bad")')
    assert verdicts(tmp_path, LIBRARY + own)[1] == {"bad": "absent", "good": "absent"}


def test_growth_is_followed_through_several_modules(tmp_path: Path) -> None:
    between = """(core module $m (import "b" "grow" (func $grow)) (func (export "grow") call $grow)
      (func (export "still")))
    (core instance $m (instantiate $m (with "b" (instance $b))))
    (alias core export $b "mem" (core memory $mem))
    (core instance $both (export "mem" (memory $mem)) (export "grow" (func $m "grow"))
      (export "still" (func $m "still")))"""
    user = USER.replace("(instance $b)", "(instance $both)")
    assert verdicts(tmp_path, LIBRARY + between + user)[2] == {"bad": "reachable", "good": "unreachable"}
    witness = entry(judgements(tmp_path, LIBRARY + between + user)[2], "bad").witness
    assert [(step.module, step.function.index, step.instruction) for step in witness] == [
        (None, 2, "call"),
        (1, 1, "calls another core module"),
        (0, 0, "memory.grow"),
    ]


def test_witness_has_offsets_of_other_core_modules_in_the_file(tmp_path: Path) -> None:
    library, user = judgements(tmp_path, LIBRARY + USER)
    *_, last = entry(user, "bad").witness
    assert last == entry(library, "grow").witness[0]._replace(module=0)
    data = (tmp_path / "c.wasm").read_bytes()
    assert data[last.offset] == 0x40


def test_callback_from_another_module_is_followed(tmp_path: Path) -> None:
    wat = f"""(core module $shim (type $t (func)) (table (export "t") 2 2 funcref)
      (func (export "0") (call_indirect (type $t) (i32.const 0)))
      (func (export "1") (call_indirect (type $t) (i32.const 1))))
    (core instance $shim (instantiate $shim))
    (core module $a (import "s" "0" (func $back)) (import "s" "1" (func $other))
      (memory (export "mem") 1) (func (export "realloc") {GROW}) (func (export "still"))
      (func (export "bad") call $back) (func (export "good") call $other))
    (core instance $a (instantiate $a (with "s" (instance $shim))))
    (core module $b (import "a" "realloc" (func $r)) (import "a" "still" (func $s))
      (func (export "up") call $r) (func (export "flat") call $s))
    (core instance $b (instantiate $b (with "a" (instance $a))))
    (core module $fill (import "s" "t" (table 2 funcref)) (import "b" "up" (func $up))
      (import "b" "flat" (func $flat)) (elem (i32.const 0) func $up $flat))
    (core instance (instantiate $fill (with "s" (instance $shim)) (with "b" (instance $b))))"""
    assert verdicts(tmp_path, wat)[1] == {
        "bad": "reachable",
        "good": "unreachable",
        "realloc": "reachable",
        "still": "unreachable",
    }


@pytest.mark.parametrize(
    "code", ["(drop (i32.const 0))", "(call $x)"], ids=["more than a call", "code of its own"]
)
def test_unfollowed_table_may_hold_any_stored_function(tmp_path: Path, code: str) -> None:
    wat = f"""(core module $shim (type $t (func)) (table (export "t") 2 2 funcref) (func $x)
      (func (export "0") {code} (call_indirect (type $t) (i32.const 0))))
    (core instance $shim (instantiate $shim))
    (core module $a (import "s" "0" (func $f)) (memory (export "mem") 1) (func (export "run") call $f))
    (core instance $a (instantiate $a (with "s" (instance $shim))))
    (core module $fill (import "s" "t" (table 2 funcref)) (import "a" "mem" (memory 1))
      (func $g {GROW}) (elem (i32.const 1) func $g))
    (core instance (instantiate $fill (with "s" (instance $shim)) (with "a" (instance $a))))"""
    assert verdicts(tmp_path, wat)[1] == {"run": "reachable"}


REALLOC = """(import "f" (func $f (result string)))
(core module $lib (memory (export "mem") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (drop (memory.grow (i32.const 1))) i32.const 0)
  (func (export "still") (param i32 i32 i32 i32) (result i32) i32.const 0))
(core instance $lib (instantiate $lib))
(core func $low (canon lower (func $f) (memory (core memory $lib "mem")) (realloc (core func $lib "{}"))))
(core instance $host (export "f" (func $low)))
(core module $a (import "lib" "mem" (memory 1)) (import "h" "f" (func $f (param i32)))
  (func (export "run") (call $f (i32.const 0))))
(core instance (instantiate $a (with "lib" (instance $lib)) (with "h" (instance $host))))"""


def test_lowered_function_calls_its_realloc(tmp_path: Path) -> None:
    _, user = reports(tmp_path, REALLOC.format("realloc"))
    assert user.judgement is not None
    assert entry(user.judgement, "run").verdict.label == "reachable"
    assert entry(user.judgement, "run").grower == "`realloc` of core module 0"
    assert verdicts(tmp_path, REALLOC.format("still"))[1] == {"run": "absent"}


def test_dropping_a_resource_calls_its_destructor(tmp_path: Path) -> None:
    wat = f"""(core module $lib (memory (export "mem") 1) (func (export "dtor") (param i32) {GROW}))
    (core instance $lib (instantiate $lib))
    (type $r (resource (rep i32) (dtor (core func $lib "dtor"))))
    (core func $drop (canon resource.drop $r))
    (core instance $i (export "drop" (func $drop)))
    (core module $a (import "lib" "mem" (memory 1)) (import "i" "drop" (func $d (param i32)))
      (func (export "run") (call $d (i32.const 0))))
    (core instance (instantiate $a (with "lib" (instance $lib)) (with "i" (instance $i))))"""
    assert verdicts(tmp_path, wat)[1] == {"run": "reachable"}


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ("unreachable", "trap-only"),
        ("(loop br 0)", "trap-only"),
        ("throw $e", "reachable"),
        ("", "reachable"),
    ],
)
def test_code_after_the_growth_decides_the_verdict(tmp_path: Path, after: str, verdict: str) -> None:
    library = LIBRARY.replace("(i32.const 1)))) (func", f"(i32.const 1))) {after}) (tag $e) (func")
    assert verdicts(tmp_path, library + USER)[1] == {"bad": verdict, "good": "unreachable"}


def test_fixed_memory_can_grow_by_0_pages(tmp_path: Path) -> None:
    library = LIBRARY.replace('(export "mem") 1)', '(export "mem") 1 1)').replace(
        "i32.const 1", "i32.const 0"
    )
    user = USER.replace("(memory 1)", "(memory 1 1)")
    (_, judged) = judgements(tmp_path, library + user)
    assert (entry(judged, "bad").verdict.label, entry(judged, "bad").airtight) == ("capped", False)


@pytest.mark.parametrize(
    "unclear",
    [
        '(import "m" (core module $m)) (core instance (instantiate $m))',
        '(component (import "m" (core module $m)) (core instance (instantiate $m)))',
    ],
    ids=["imported", "imported within"],
)
def test_unknown_links_may_lead_to_any_module(tmp_path: Path, unclear: str) -> None:
    labels = verdicts(tmp_path, unclear + LIBRARY + USER)
    assert labels[1] == {"bad": "reachable", "good": "reachable"}


def test_unknown_definition_leaves_every_link_open(tmp_path: Path) -> None:
    path = tmp_path / "c.wasm"
    data = assemble(f"(component {LIBRARY}{USER})")
    path.write_bytes(data + b"\x08\x02\x01\x7e")
    targets = [Target(str(path), ArtifactContract(str(path)))]
    _, user = check(None, targets, judge=judge, validate=False).artifacts
    assert user.judgement is not None
    assert {entry_point.verdict.label for entry_point in user.judgement.entries} == {"reachable"}


def test_unjudged_module_may_grow_anything(tmp_path: Path) -> None:
    path = tmp_path / "c.wasm"
    data = assemble(f"(component {LIBRARY}{USER})")
    path.write_bytes(data.replace(b"\x41\x01\x40\x00", b"\x41\x01\xff\x00"))
    _, user = check(None, [Target(str(path), ArtifactContract(str(path)))], judge=judge).artifacts
    assert user.judgement is not None
    assert {entry_point.verdict.label for entry_point in user.judgement.entries} == {"reachable"}


def test_passed_references_may_lead_anywhere(tmp_path: Path) -> None:
    wat = f"""(core module $b (memory (export "mem") 1) (global (export "g") (mut funcref) (ref.func $x))
      (func $x {GROW}))
    (core instance $b (instantiate $b))
    (core module $a (import "b" "mem" (memory 1)) (import "b" "g" (global $g (mut funcref)))
      (table $t 1 funcref) (type $f (func))
      (func (export "run") (table.set $t (i32.const 0) (global.get $g))
        (call_indirect $t (type $f) (i32.const 0))))
    (core instance (instantiate $a (with "b" (instance $b))))"""
    assert verdicts(tmp_path, wat)[1] == {"run": "reachable"}


def test_destructor_that_drops_resources_terminates(tmp_path: Path) -> None:
    wat = """(type $q (resource (rep i32))) (core func $drop (canon resource.drop $q))
    (type $r (resource (rep i32) (dtor (core func $drop)))) (core func $again (canon resource.drop $r))
    (core instance $i (export "drop" (func $again)))
    (core module $a (import "i" "drop" (func $d (param i32))) (memory (export "mem") 1)
      (func (export "run") (call $d (i32.const 0))))
    (core instance (instantiate $a (with "i" (instance $i))))"""
    assert verdicts(tmp_path, wat) == [{"run": "absent"}]


def test_explain_names_the_other_core_module(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from nogrow.cli.explain import explain

    reports(tmp_path, LIBRARY + USER)
    done = CliRunner().invoke(explain, [str(tmp_path / "c.wasm"), "bad"])
    assert "can make `grow` of core module 0 grow the memory through" in done.output
    assert "func[0] in core module 0" in done.output
