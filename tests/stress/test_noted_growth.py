"""Tests at which passes of control to the host small copies detach, with the paths that their calls take."""

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from nogrow.rewrite.stress import stressed
from tests.rewrite.checked import KERNELS
from tests.support.modules import assemble
from tests.support.npm import new_node

# The import `read` calls the export `back` if there is one, and ignores whether that traps. With the argument
# 1 it throws, and with 2 it does not call back.
SCRIPT = """
import { readFileSync } from "node:fs";
const results = JSON.parse(readFileSync(process.argv[2], "utf8")).map(({ path, calls }) => {
  const passes = [];
  let seen = [];
  let exports;
  const memories = () => Object.entries(exports).filter(([, item]) => item instanceof WebAssembly.Memory);
  const look = (name) => {
    const now = memories().map(([, memory]) => memory.buffer);
    const detached = memories().filter((_, index) => seen.length && seen[index] !== now[index]);
    passes.push([name, ...detached.map(([memory]) => memory)].join(" "));
  };
  const leave = () => { seen = memories().map(([, memory]) => memory.buffer); };
  const read = (value) => {
    look("read");
    if (exports.back && value !== 2) { try { exports.back(); } catch { } }
    leave();
    if (value === 1) throw new Error("thrown by the host");
  };
  exports = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), { host: { read } }).exports;
  for (const [name, ...values] of calls) {
    leave();
    try { exports[name](...values); look(name); } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) look(`${name} threw`);
    }
  }
  return passes;
});
process.stdout.write(JSON.stringify(results));
"""
START = """(module (import "host" "read" (func $read (param i32))) (memory (export "memory") 1 2)
  (func $rare (result i32) (i32.load8_u (i32.const 0)))
  (func $grow (if (call $rare) (then (drop (memory.grow (i32.const 1))))))"""


class Case(NamedTuple):
    """A guest, the calls of its exports with their arguments, and what its host sees at each pass.

    A pass is the name of what gave the host control, and the memories that were detached.
    """

    rule: str
    guest: str
    calls: list[list[str | int]]
    passes: list[str]
    new: bool = False


CASES = (
    Case(
        "a rare growth is noted on an arm that ends where another calls an import",
        f"""{START} (func (export "f") (param i32)
          (if (local.get 0) (then (call $read (i32.const 0)))
            (else (if (call $rare) (then (drop (memory.grow (i32.const 1)))))))))""",
        [["f", 0], ["f", 1]],
        ["f memory", "read", "f"],
    ),
    Case(
        "a growth that fails is noted at the end of an arm",
        f"""{START} (func (export "f") (param i32)
          (if (local.get 0) (then (call $read (i32.const 0)))
            (else (drop (memory.grow (i32.const 9)))))))""",
        [["f", 0], ["f", 1]],
        ["f memory", "read", "f"],
    ),
    Case(
        "a branch over a growth is noted only if it is taken",
        f"""{START} (func (export "f") (param i32 i32)
          (if (local.get 0) (then (call $read (i32.const 0)))
            (else (block $over (br_if $over (local.get 1)) (call $read (i32.const 0)) (return))
              (call $grow)))))""",
        [["f", 0, 0], ["f", 0, 1], ["f", 1, 1]],
        ["read", "f", "f memory", "read", "f"],
    ),
    Case(
        "a growth before an import is forgotten when it returns",
        f"""{START} (func (export "f")
          (call $grow) (call $read (i32.const 0)) (call $read (i32.const 0))))""",
        [["f"], ["f"]],
        ["read memory", "read", "f", "read memory", "read", "f"],
    ),
    Case(
        "a growth of a trapped call from an import is forgotten",
        f"""{START} (func (export "back")
            (if (call $rare) (then (call $read (i32.const 2))) (else (drop (memory.grow (i32.const 9)))))
            (if (i32.eqz (call $rare)) (then (unreachable))))
          (func (export "f") (call $grow) (call $read (i32.const 0)) (call $read (i32.const 0))))""",
        [["f"]],
        ["read memory", "read", "f"],
    ),
    Case(
        "only the memory that may have grown is detached",
        f"""{START} (memory (export "other") 1)
          (func (export "f") (drop (memory.grow 1 (i32.const 0))) (call $read (i32.const 0)))
          (func (export "g") (call $read (i32.const 0)) (call $grow))
          (func (export "h") (param i32) (if (local.get 0) (then (call $read (i32.const 0)))
            (else (drop (memory.grow 1 (i32.const 70000)))))))""",
        [["f"], ["g"], ["h", 0], ["h", 1]],
        ["read other", "f", "read", "g memory", "h other", "read", "h"],
        new=True,
    ),
    Case(
        "an entry point that the module calls itself keeps the growth before it",
        f"""{START} (table funcref (elem $g))
          (func $g (export "g") (call $read (i32.const 0)) (call $grow))
          (func (export "f") (call $grow) (call_indirect (i32.const 0))))""",
        [["f"], ["g"]],
        ["read memory", "f memory", "read", "g memory"],
    ),
    Case(
        "an entry forgets what was noted before it",
        f"""{START} (func (export "f") (param i32)
            (if (local.get 0) (then (call $read (i32.const 0))) (else (drop (memory.grow (i32.const 9)))))
            (if (i32.eqz (local.get 0)) (then (unreachable)))))""",
        [["f", 0], ["f", 1]],
        ["read", "f"],
    ),
    Case(
        "a table may have indices of 64 bits",
        f"""{START} (table (export "table") i64 1 1 funcref) (elem (i64.const 0) func $g) (func $g)
          (func (export "f") (call $grow) (call_indirect (i64.const 0))))""",
        [["f"]],
        ["f memory"],
        new=True,
    ),
    Case(
        "a call of an import that throws is another pass than one that returns",
        f"""{START} (tag) (func (export "f") (param i32)
          try (call $read (local.get 0)) catch_all (call $grow) end))""",
        [["f", 0], ["f", 1]],
        ["read", "f", "read", "f memory"],
    ),
    Case(
        "a growth in the body of a handler is noted at its end",
        f"""{START} (tag) (func (export "f") (param i32)
          try (call $read (local.get 0))
          catch_all try (call $grow) catch_all (call $read (i32.const 0)) end end))""",
        [["f", 0], ["f", 1]],
        ["read", "f", "read", "f memory"],
    ),
)


def observed(node: Path, scratch: Path, cases: list[Case]) -> list[list[str]]:
    jobs = []
    for number, case in enumerate(cases):
        path = scratch / f"{number}.wasm"
        path.write_bytes(stressed(assemble(case.guest), KERNELS).data)
        jobs.append({"path": str(path), "calls": case.calls})
    script, listed = scratch / "run.mjs", scratch / "jobs.json"
    script.write_text(SCRIPT)
    listed.write_text(json.dumps(jobs))
    done = subprocess.run([node, script, listed], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    results: list[list[str]] = json.loads(done.stdout)
    return results


@pytest.fixture(scope="module")
def old(node: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    cases = [case for case in CASES if not case.new]
    results = observed(node, tmp_path_factory.mktemp("noted"), cases)
    return dict(zip((case.rule for case in cases), results, strict=True))


@pytest.mark.parametrize("case", [case for case in CASES if not case.new], ids=lambda case: case.rule)
def test_copy_detaches_only_where_memory_may_have_grown(old: dict[str, list[str]], case: Case) -> None:
    assert old[case.rule] == case.passes


@pytest.mark.parametrize("case", [case for case in CASES if case.new], ids=lambda case: case.rule)
def test_copy_for_a_newer_node_detaches_only_there(tmp_path: Path, case: Case) -> None:
    assert observed(new_node(), tmp_path, [case]) == [case.passes]
