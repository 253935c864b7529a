"""Tests with guests that try to leave the sandbox, to run for ever, or to exceed the limits."""

import subprocess
import sys
from pathlib import Path

import pytest
from tools.bench.generate import of_size

from nogrow.contract.model import Call, Host
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.guest import compiled
from nogrow.scenarios.wasi import BADF, NOSYS
from tests.scenarios.guests import TIGHT, played
from tests.support.modules import assemble, write_module
from tests.support.program import MB, PRINT_PEAK, nogrow, started
from tests.support.sample import sampled

CONTRACT = """schema = 1
[[artifact]]
path = "m.wasm"
wasi = true
[[artifact.scenario]]
name = "s"
steps = [{ call = "f" }]
"""
OTHERS = "(memory 1)" * 60
FILL = "".join(
    f"(drop (memory.grow {index} (i32.const 1000)))"
    f"(memory.fill {index} (i32.const 0) (i32.const 1) (i32.shl (memory.size {index}) (i32.const 16)))"
    for index in range(1, 61)
)
GROW_TABLES = "".join(
    f"(drop (table.grow {index} (ref.null func) (i32.const 5000000)))" for index in range(90)
)
LIST = "(type $a (struct (field (ref null $a)) (field i64 i64)))"
MEMORY = '(memory (export "memory") 1)'
GREEDY = {
    "many memories": f'(module {MEMORY} {OTHERS} (func (export "f") {FILL}))',
    "many tables": f'(module {MEMORY} {"(table 1 funcref)" * 90} (func (export "f") {GROW_TABLES}))',
    "references": f"""(module {MEMORY} {LIST} (global $g (mut (ref null $a)) (ref.null $a)) (func (export "f")
      (loop (global.set $g (struct.new $a (global.get $g) (i64.const 1) (i64.const 1))) br 0)))""",
    "arrays": f"""(module {MEMORY} (type $i (array (mut i64)))
      (func (export "f") (drop (array.new_default $i (i32.const 400000000)))))""",
    "exceptions": f"""(module {MEMORY} (tag $t (param i64)) (table $k 100 exnref)
      (func (export "f") (local $i i32)
      (loop $l (table.set $k (i32.rem_u (local.get $i) (i32.const 100))
        (block $b (result exnref) (try_table (catch_all_ref $b) (throw $t (i64.const 0))) unreachable))
      (local.set $i (i32.add (local.get $i) (i32.const 1))) br $l)))""",
    "recursion": f'(module {MEMORY} (func $f (export "f") (call $f)))',
    "a huge memory": '(module (memory (export "memory") 65536) (func (export "f")))',
    "a huge table": f'(module {MEMORY} (table 4000000000 funcref) (func (export "f")))',
}
ENDLESS = {
    "a wait": f"""(module {MEMORY} (memory $s 1 2 shared) (func (export "f")
      (drop (memory.atomic.wait32 $s (i32.const 0) (i32.const 0) (i64.const -1)))))""",
    "a wait at the start": f"""(module {MEMORY} (memory $s 1 2 shared) (func $f (export "f")
      (drop (memory.atomic.wait32 $s (i32.const 0) (i32.const 0) (i64.const -1)))) (start $f))""",
    "a sleep of hours": f"""(module (import "wasi_snapshot_preview1" "poll_oneoff"
      (func $p (param i32 i32 i32 i32) (result i32))) {MEMORY}
      (data (i32.const 16) "\\00\\00\\00\\00\\00\\00\\00\\00\\01\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\ff")
      (func (export "f") (if (i32.ne (call $p (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))
        (i32.const {NOSYS})) (then unreachable))))""",
    "a flood": f"""(module (import "wasi_snapshot_preview1" "fd_write"
      (func $w (param i32 i32 i32 i32) (result i32))) {MEMORY}
      (data (i32.const 0) "\\08\\00\\00\\00\\00\\f0\\00\\00")
      (func (export "f") (loop (drop (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 4)))
        br 0)))""",
}
# wasmtime aborts the process at parts that are not implemented.
UNFINISHED = {
    "a continuation to the host": f"""(module {MEMORY} (type $f (func)) (type $c (cont $f))
      (table (export "t") 1 (ref null $c)) (func (export "f") (result (ref null $c)) (ref.null $c)))""",
    "continuations": f"""(module {MEMORY} (type $f (func)) (type $c (cont $f)) (func $w)
      (elem declare func $w) (func (export "f") (loop (drop (cont.new $c (ref.func $w))) br 0)))""",
    "references to the host": f"""(module {MEMORY} (table (export "t") 1 exnref) (global (export "g") anyref
      (ref.null any)) (func (export "f") (result exnref) (ref.null exn)))""",
}


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs Linux's /proc")
@pytest.mark.parametrize("wat", sampled(GREEDY.values(), lambda wat: wat != GREEDY["exceptions"]), ids=GREEDY)
def test_greedy_guest_stays_within_the_limits(wat: str) -> None:
    limits = TIGHT._replace(
        fuel=2**40, memory_bytes=64 * MB, table_elements=10_000_000, step_seconds=5, seconds=10
    )
    script = (
        "import sys\n"
        "from nogrow.contract.model import Call, Scenario\n"
        "from nogrow.scenarios.engine import Limits\n"
        "from nogrow.scenarios.runner import run\n"
        f"run(sys.stdin.buffer.read(), Scenario('s', (Call('f'),)), Limits(*{tuple(limits)!r}))\n{PRINT_PEAK}"
    )
    process = started(
        folder=Path.cwd(),
        program=(sys.executable, "-c", script),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    out, _ = process.communicate(assemble(wat), timeout=100)
    assert process.returncode == 0
    # All memories, the references, all tables, and Python with wasmtime.
    assert int(out) * 1024 < (64 + 64 + 160 + 100) * MB


@pytest.mark.parametrize(
    "wat",
    sampled((ENDLESS | UNFINISHED).values(), lambda wat: wat != ENDLESS["a flood"]),
    ids=ENDLESS | UNFINISHED,
)
def test_endless_guest_is_ended(wat: str, tmp_path: Path) -> None:
    write_module(tmp_path / "m.wasm", wat)
    (tmp_path / "nogrow.toml").write_text(CONTRACT)
    completed = nogrow("run", folder=tmp_path)
    assert completed.code in (0, 1)
    assert len(completed.out) < 1 << 18


def test_no_descriptor_opens_a_file(tmp_path: Path) -> None:
    """Try all descriptors, because `cap-std` hosts open folders from descriptor 3 on."""
    wat = f"""(module (import "wasi_snapshot_preview1" "path_open"
      (func $o (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32))) {MEMORY}
      (data (i32.const 0) "etc/passwd") (func (export "f") (param i32) (result i32)
        (call $o (local.get 0) (i32.const 0) (i32.const 0) (i32.const 10) (i32.const 9) (i64.const -1)
          (i64.const -1) (i32.const 0) (i32.const 64))))"""
    calls = [Call("f", (descriptor,), expect=BADF) for descriptor in (-1, 0, 1, 2, 3, 4, 5, 100)]
    assert played(wat, *calls, host=Host(wasi=True)).message is None


def test_long_compilation_is_an_error() -> None:
    with pytest.raises(GuestError, match=r"wasmtime takes more than 0\.01 seconds to compile it"):
        compiled(of_size(1_000_000), TIGHT._replace(compile_seconds=0.01))
