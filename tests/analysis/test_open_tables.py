"""Test tables and references into which the host can put the module's own functions: assumed away, or opened.

Each module also runs in Node, with a host that does what the assumption excludes.
"""

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from tools.browser.demo import find_node

from nogrow.analysis.assumptions import AssumptionKind
from nogrow.analysis.judgement import NO_CONDITIONS, Conditions, Judgement, Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.contract.phrases import headline, of_entry
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.wasm.runtime import Engine
from tests.support.modules import assemble, write_module

ENGINE = Engine()
OPEN = Conditions(open_tables=True)
GROW = '(memory (export "memory") 1) (func (export "other") (drop (memory.grow (i32.const 1))))'
OWN = "the host puts none of the module's own functions into "
HANDED = "the host hands in no reference to a function of the module"


class Exit(NamedTuple):
    """A way for the host to get `main` to call `other`: the module, the host's code, and the assumption."""

    text: str
    host: str
    assumed: str


WAYS = {
    "exported table": Exit(
        '(table (export "t") 1 funcref) (func (export "main") (call_indirect (i32.const 0)))',
        "e.t.set(0, e.other); e.main()",
        f"{OWN}table 0, exported as 't'",
    ),
    "imported table": Exit(
        '(import "env" "t" (table 1 funcref)) (func (export "main") (call_indirect (i32.const 0)))',
        "t.set(0, e.other); e.main()",
        f"{OWN}table 0, imported as 'env.t'",
    ),
    "argument that is stored": Exit(
        """(table 1 funcref) (func (export "main") (param funcref)
          (table.set (i32.const 0) (local.get 0)) (call_indirect (i32.const 0)))""",
        "e.main(e.other)",
        f"{OWN}table 0",
    ),
    "copy of an exported table": Exit(
        """(table $a (export "t") 1 funcref) (table $b 1 funcref) (func (export "main")
          (table.copy $b $a (i32.const 0) (i32.const 0) (i32.const 1)) (call_indirect $b (i32.const 0)))""",
        "e.t.set(0, e.other); e.main()",
        f"{OWN}table 1",
    ),
    "mutable global": Exit(
        """(global $g (export "g") (mut funcref) (ref.null func)) (table 1 funcref) (func (export "main")
          (table.set (i32.const 0) (global.get $g)) (call_indirect (i32.const 0)))""",
        "e.g.value = e.other; e.main()",
        f"{OWN}table 0",
    ),
    "result of an import": Exit(
        """(import "env" "get" (func $get (result funcref))) (table 1 funcref) (func (export "main")
          (table.set (i32.const 0) (call $get)) (call_indirect (i32.const 0)))""",
        "e.main()",
        f"{OWN}table 0",
    ),
    "reference that is called": Exit(
        """(type $f (func)) (func (export "main") (param (ref $f)) (call_ref $f (local.get 0)))""",
        "e.main(e.other)",
        HANDED,
    ),
}


def judged(text: str, conditions: Conditions = NO_CONDITIONS, *trusted: str) -> Judgement:
    data = assemble(f"(module {text} {GROW})")
    return judge(
        data, lambda label: label in trusted, ENGINE, surroundings=Surroundings(conditions=conditions)
    )


def verdicts(judgement: Judgement) -> dict[str, Verdict]:
    return {entry.name: entry.verdict for entry in judgement.entries}


@pytest.mark.parametrize("way", WAYS)
def test_own_functions_at_the_host_are_assumed_away_by_name(way: str) -> None:
    judgement = judged(WAYS[way].text)
    (main,) = (entry for entry in judgement.entries if entry.name == "main")
    assert main.verdict is Verdict.UNREACHABLE
    assert WAYS[way].assumed in of_entry(main)
    assert WAYS[way].assumed in headline(judgement)


@pytest.mark.parametrize("way", WAYS)
def test_open_tables_hold_every_function_of_the_host(way: str) -> None:
    judgement = judged(WAYS[way].text, OPEN)
    (main,) = (entry for entry in judgement.entries if entry.name == "main")
    assert main.verdict is Verdict.REACHABLE
    assert main.witness[-1].instruction == "memory.grow"
    assert not any(assumption.own for assumption in judgement.assumptions)


@pytest.mark.parametrize("way", WAYS)
def test_host_in_node_detaches_its_view_this_way(way: str, tmp_path: Path) -> None:
    """With open tables, the verdict covers what `main` does once the host passes `other` to it."""
    try:
        node = find_node(Machine.current())
    except ToolError as error:
        pytest.skip(str(error))
    write_module(tmp_path / "m.wasm", f"(module {WAYS[way].text} {GROW})")
    script = tmp_path / "host.mjs"
    script.write_text(
        f"""import fs from 'fs';
        const t = new WebAssembly.Table({{ element: 'anyfunc', initial: 1 }});
        const bytes = fs.readFileSync('m.wasm');
        if (!WebAssembly.validate(bytes)) {{ console.log('"unsupported"'); process.exit(0); }}
        let e;
        const env = {{ t, get: () => e.other }};
        e = new WebAssembly.Instance(new WebAssembly.Module(bytes), {{ env }}).exports;
        const view = new Uint8Array(e.memory.buffer);
        {WAYS[way].host};
        console.log(JSON.stringify(view.length));"""
    )
    done = subprocess.run((node, script), cwd=tmp_path, capture_output=True, timeout=60, check=True)
    length = json.loads(done.stdout)
    if length == "unsupported":
        pytest.skip("this Node does not have typed function references")
    assert length == 0


def test_trusted_table_still_assumes_no_own_functions() -> None:
    """Trust in `env.t` covers the host's functions in it, not the module's own."""
    judgement = judged(WAYS["imported table"].text, NO_CONDITIONS, "env.t")
    (assumption,) = judgement.resting.assumptions
    assert (assumption.kind, assumption.own, assumption.foreign) == (AssumptionKind.TABLE, True, False)


def test_table_that_no_own_function_fits_needs_no_assumption() -> None:
    text = """(table (export "t") 1 funcref) (type $f (func (param i64)))
      (func (export "main") (call_indirect (type $f) (i64.const 1) (i32.const 0)))"""
    judgement = judged(text)
    assert not any(assumption.own for assumption in judgement.assumptions)
    assert verdicts(judgement) == verdicts(judged(text, OPEN))


def test_private_table_stays_closed() -> None:
    text = '(table 1 funcref) (func (export "main") (call_indirect (i32.const 0)))'
    judgement = judged(text, OPEN)
    assert verdicts(judgement)["main"] is Verdict.UNREACHABLE
    assert not judgement.resting.assumptions


def test_only_callers_through_the_table_depend_on_it() -> None:
    text = WAYS["exported table"].text + '(func (export "still"))'
    judgement = judged(text)
    assert list(judgement.resting.entries) == ["main"]
    assert {entry.name for entry in judgement.entries if entry.assumptions} == {"main"}


def test_escaped_function_can_come_back() -> None:
    """Function `hidden` is in no table through which `main` calls; the host gets it from another one."""
    text = """(table $t (export "t") 1 funcref) (elem (table $t) (i32.const 0) func $hidden)
      (table $u (export "u") 1 funcref) (func $hidden (param i64) (drop (memory.grow (i32.const 1))))
      (type $f (func (param i64)))
      (func (export "main") (call_indirect $u (type $f) (i64.const 1) (i32.const 0)))"""
    assert verdicts(judged(text))["main"] is Verdict.UNREACHABLE
    assert verdicts(judged(text, OPEN))["main"] is Verdict.REACHABLE
