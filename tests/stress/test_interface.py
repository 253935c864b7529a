"""Tests that hosts in JavaScript see the same imports, exports and sections in a stressed copy."""

import json
import subprocess
from pathlib import Path

import pytest

from nogrow.rewrite.stress import stressed
from nogrow.wasm.decode import decode
from nogrow.wasm.names import FunctionNames
from tests.project.conftest import built_root
from tests.rewrite.checked import KERNELS
from tests.support.modules import assemble

__all__ = ["built_root"]

SCRIPT = """
import { readFileSync } from "node:fs";
const described = process.argv.slice(2).map((path) => {
  const module = new WebAssembly.Module(readFileSync(path));
  const sections = ["producers", "target_features", ".debug_info", ".debug_line", ".debug_str", "mine"];
  return {
    imports: WebAssembly.Module.imports(module),
    exports: WebAssembly.Module.exports(module),
    sections: sections.map((name) => WebAssembly.Module.customSections(module, name)
      .map((contents) => Buffer.from(contents).toString("hex"))),
    marks: WebAssembly.Module.customSections(module, "nogrow.stress").length,
  };
});
process.stdout.write(JSON.stringify(described));
"""
GUEST = """(module
  (import "host" "read" (func $read (param i32) (result i32)))
  (import "host" "table" (table 2 funcref))
  (import "host" "memory" (memory 1)) (import "host" "global" (global (mut i32)))
  (export "memory" (memory 0)) (export "table" (table 0)) (export "again" (func $read))
  (global (export "g") i32 (i32.const 1))
  (func $grow (export "grow") (export "grow too")
    (drop (memory.grow (i32.const 1))) (drop (call $read (i32.const 0))))
  (func (export "quiet")) (elem (i32.const 0) func $grow $read)
  (@custom "mine" "\\01\\02") (@custom "mine" "\\03"))"""


def described(node: Path, scratch: Path, data: bytes) -> tuple[dict[str, object], dict[str, object]]:
    paths = [scratch / f"{name}.wasm" for name in ("original", "copy")]
    for path, content in zip(paths, (data, stressed(data, KERNELS).data), strict=True):
        path.write_bytes(content)
    script = scratch / "describe.mjs"
    script.write_text(SCRIPT)
    done = subprocess.run([node, script, *paths], capture_output=True, text=True, timeout=60, check=True)
    original, copy = json.loads(done.stdout)
    return original, copy


def assert_same(original: dict[str, object], copy: dict[str, object]) -> None:
    assert (original.pop("marks"), copy.pop("marks")) == (0, 1)
    assert copy == original


def test_copy_has_the_same_interface(node: Path, tmp_path: Path) -> None:
    original, copy = described(node, tmp_path, assemble(GUEST))
    assert len(original["exports"]) == 7  # type: ignore[arg-type]
    assert_same(original, copy)


@pytest.mark.parametrize("profile", ["debug", "release"])
def test_copy_of_a_rust_build_has_the_same_interface(
    node: Path, built_root: Path, tmp_path: Path, profile: str
) -> None:
    data = (built_root / "build" / profile / "greeting_growth.wasm").read_bytes()
    assert_same(*described(node, tmp_path, data))


@pytest.mark.parametrize("profile", ["debug", "release"])
def test_functions_of_a_rust_build_keep_their_names(built_root: Path, profile: str) -> None:
    data = (built_root / "build" / profile / "greeting_growth.wasm").read_bytes()
    before, after = decode(data), decode(stressed(data, KERNELS).data)
    names = [FunctionNames.of(module) for module in (before, after)]
    functions = range(len(before.functions))
    assert [names[1].get(index) for index in functions] == [names[0].get(index) for index in functions]
    # Appended functions have names as well, so that a stack trace tells their purpose.
    appended = range(len(before.functions), len(after.functions))
    assert any((names[1].get(index) or "").startswith("nogrow.stress.") for index in appended)
