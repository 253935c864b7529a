"""Test imports that call back, known by the names of Emscripten's ABI or from host code."""

import pytest

from nogrow.analysis.emscripten_abi import Effect, effect_of, signature_of
from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.contract.model import Imports
from nogrow.jshost.model import HostCall, Position
from tests.support.modules import assemble

# Function 1 grows and is an entry of the table, function 2 is there as well; `e` calls the import.
INVOKING = """(module
  (type $vi (func (param i32))) (type $vj (func (param i64))) (type $v (func))
  (import "{module}" "{field}" (func $import (param i32 {more})))
  (table {table} 2 funcref) (elem (i32.const 0) $grow $still)
  (memory (export "memory") 1)
  (func $grow (type ${type}) (drop (memory.grow (i32.const 1))))
  (func $still (type $v))
  (func (export "e") (call $import (i32.const 0) {arguments}))
  (func (export "quiet")))"""
SEEN = '(export "t")'


def judged(
    field: str,
    *,
    kind: str = "vi",
    more: str = "i32",
    arguments: str = "(i32.const 0)",
    table: str = SEEN,
    module: str = "env",
    trusted: bool = False,
    effects: dict[str, tuple[Effect, ...]] | None = None,
) -> Judgement:
    text = INVOKING.format(module=module, field=field, type=kind, more=more, arguments=arguments, table=table)
    return judge(assemble(text), lambda _: trusted, surroundings=Surroundings(effects=effects or {}))


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {entry.name: entry.verdict.label for entry in judgement.entries}


@pytest.mark.parametrize("table", [SEEN, ""])
def test_invoke_calls_entries_of_the_table_by_its_signature(table: str) -> None:
    labels = verdicts(judged("invoke_vi", table=table))
    assert (labels["e"], labels["quiet"]) == ("reachable", "unreachable")


def test_invoke_calls_only_entries_of_its_type() -> None:
    assert verdicts(judged("invoke_v", more="", arguments=""))["e"] == "unreachable"


@pytest.mark.parametrize(
    ("more", "arguments"), [("i64", "(i64.const 0)"), ("i32 i32", "(i32.const 0) (i32.const 0)")]
)
def test_i64_of_invoke_may_be_two_i32(more: str, arguments: str) -> None:
    assert verdicts(judged("invoke_vj", kind="vj", more=more, arguments=arguments))["e"] == "reachable"


def test_signature_with_unknown_letters_calls_any_entry() -> None:
    assert verdicts(judged("invoke_vX"))["e"] == "reachable"


def test_witness_leads_through_the_import() -> None:
    (entry,) = (entry for entry in judged("invoke_vi").entries if entry.name == "e")
    first, through, last = entry.witness
    assert [step.function.index for step in (first, last)] == [3, 1]
    assert through.host is not None
    assert (through.function.name, through.offsets) == ("env.invoke_vi", ())
    assert (through.host.place, through.host.text) == (
        "",
        "an entry of the table of the type vi, as its name says",
    )
    assert entry.imports[-1] == "env.invoke_vi"


def test_effects_of_invoke_are_no_assumption() -> None:
    judgement = judged("invoke_vi")
    assert not any("env.invoke_vi" in item.imports for item in judgement.assumptions)


def test_name_that_only_resembles_invoke_is_an_assumption() -> None:
    judgement = judged("invoke_handler")
    assert any("env.invoke_handler" in item.imports for item in judgement.assumptions)
    assert verdicts(judgement)["e"] == "reachable"


def test_trusted_import_does_not_call_back() -> None:
    assert verdicts(judged("invoke_vi", trusted=True))["e"] == "unreachable"


def test_import_that_calls_back_is_trusted_by_exact_name_only() -> None:
    assert not Imports(trusted=("env.*",)).trusts("env.invoke_vi")
    assert Imports(trusted=("env.invoke_vi",)).trusts("env.invoke_vi")


def test_route_through_host_code_is_preferred_to_a_name() -> None:
    route = (HostCall("invoke", "entry(i)", "g.js", Position(4, 2)),)
    effects: dict[str, tuple[Effect, ...]] = {"env.invoke_vi": (Effect(signature="vi", route=route),)}
    (entry,) = (entry for entry in judged("invoke_vi", effects=effects).entries if entry.name == "e")
    assert [step.host for step in entry.witness] == [None, *route, None]


def test_host_code_tells_which_exports_an_import_calls() -> None:
    text = """(module (import "env" "name" (func $name)) (memory (export "memory") 1)
      (func (export "malloc") (drop (memory.grow (i32.const 1))))
      (func (export "e") (call $name)) (func (export "quiet")))"""
    effects = {"env.name": (Effect(exports=frozenset(("malloc", "gone"))),)}
    labels = verdicts(judge(assemble(text), lambda _: False, surroundings=Surroundings(effects=effects)))
    assert (labels["e"], labels["quiet"]) == ("reachable", "unreachable")
    assert verdicts(judge(assemble(text), lambda _: False))["e"] == "unreachable"


@pytest.mark.parametrize(
    ("field", "export", "verdict"),
    [
        ("__cxa_allocate_exception", "malloc", "reachable"),
        ("__cxa_find_matching_catch_3", "malloc", "reachable"),
        ("__cxa_allocate_exception", "other", "unreachable"),
        ("a", "x", "reachable"),
    ],
)
def test_exceptions_are_allocated_by_the_module(field: str, export: str, verdict: str) -> None:
    """Any export may be `malloc` if the names are minified."""
    text = f"""(module (import "env" "{field}" (func $make)) (memory (export "memory") 1)
      (func (export "{export}") (drop (memory.grow (i32.const 1))))
      (func (export "e") (call $make)))"""
    effects = {"env.a": (Effect(allocates=True),)}
    assert (
        verdicts(judge(assemble(text), lambda _: False, surroundings=Surroundings(effects=effects)))["e"]
        == verdict
    )


def test_end_of_a_catch_calls_destructors() -> None:
    labels = verdicts(judged("__cxa_end_catch", more="", arguments=""))
    assert labels["e"] == "reachable"


def test_import_in_a_table_calls_back() -> None:
    text = """(module (type $t (func (param i32))) (import "env" "invoke_v" (func $invoke (type $t)))
      (table (export "t") 2 funcref) (elem (i32.const 0) $invoke $grow) (memory (export "memory") 1)
      (func $grow (drop (memory.grow (i32.const 1))))
      (func (export "e") (call_indirect (type $t) (i32.const 1) (i32.const 0))))"""
    assert verdicts(judge(assemble(text), lambda _: False))["e"] == "reachable"


def test_effects_are_known_by_name() -> None:
    assert effect_of("_emscripten_resize_heap") == Effect(grows=True, whole=True)
    assert effect_of("invoke_viii") == Effect(signature="viii", whole=True)
    assert effect_of("fd_write") is None
    assert signature_of("invoke_vi") == "vpi"
    assert signature_of("invoke_vj") is None
    assert signature_of("___cxa_throw") == "vppp"


def test_host_code_may_catch_exceptions_after_a_growth() -> None:
    text = """(module (import "env" "host" (func $host)) (tag $t) (memory (export "memory") 1)
      (func (export "fail") (drop (memory.grow (i32.const 1))) (throw $t))
      (func (export "e") (call $host)))"""
    effects = {"env.host": (Effect(exports=frozenset({"fail"})),)}
    judgement = judge(assemble(text), lambda _: False, surroundings=Surroundings(effects=effects))
    assert verdicts(judgement) == {"fail": "throw-only", "e": "reachable"}
