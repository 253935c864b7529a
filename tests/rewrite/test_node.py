"""Tests of the effect of sealing on the views of a host, in Node."""

import subprocess
from pathlib import Path

import pytest
from tools.browser.demo import find_node

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.rewrite.rewrite import Mode, sealed
from tests.support.modules import assemble

GUEST = assemble(
    '(module (memory (export "memory") 1 4)'
    '(func (export "zero") (result i32) (memory.grow (i32.const 0)))'
    '(func (export "one") (result i32) (memory.grow (i32.const 1))))'
)
HOST = """
const [file, name] = process.argv.slice(2);
const bytes = require("fs").readFileSync(file);
const { memory, [name]: call } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
const view = new Uint8Array(memory.buffer);
let answer;
try { answer = call(); } catch (error) { answer = error.constructor.name; }
console.log(answer, view.byteLength === 65536 ? "attached" : "detached");
"""


@pytest.mark.parametrize(
    ("mode", "name", "output"),
    [
        (None, "zero", "1 detached"),
        (None, "one", "1 detached"),
        (Mode.CAP, "zero", "1 detached"),
        (Mode.CAP, "one", "-1 attached"),
        (Mode.DENY, "zero", "-1 attached"),
        (Mode.DENY, "one", "-1 attached"),
        (Mode.TRAP, "zero", "RuntimeError attached"),
        (Mode.TRAP, "one", "RuntimeError attached"),
    ],
)
def test_denied_growth_keeps_views_attached(
    tmp_path: Path, mode: Mode | None, name: str, output: str
) -> None:
    try:
        node = find_node(Machine.current())
    except ToolError as error:
        pytest.skip(str(error))
    guest, host = tmp_path / "guest.wasm", tmp_path / "host.cjs"
    guest.write_bytes(GUEST if mode is None else sealed(GUEST, mode).data)
    host.write_text(HOST)
    completed = subprocess.run(
        [node, host, guest, name], capture_output=True, text=True, timeout=60, check=True
    )
    assert completed.stdout == f"{output}\n"
