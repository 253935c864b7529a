"""Small modules for the command, each named after what it does."""

from pathlib import Path

import wasmtime

QUIET = """(module (memory (export "memory") 1)
  (func (export "ok") (result i32) i32.const 7))"""
UNUSED = """(module (memory (export "memory") 1)
  (func (export "ok"))
  (func $never i32.const 1 memory.grow drop))"""
GROWING = """(module (memory (export "memory") 1)
  (func (export "ok"))
  (func (export "bad") (result i32) i32.const 1 memory.grow))"""
CALLING = """(module (import "env" "log" (func $log))
  (memory (export "memory") 1)
  (func (export "ok") call $log))"""


def module(path: Path, text: str) -> Path:
    """Write the module `text` in binary to `path`, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(wasmtime.wat2wasm(text)))
    return path


def cut(path: Path, text: str, count: int = 3) -> Path:
    """Write the module without its last `count` bytes."""
    module(path, text)
    path.write_bytes(path.read_bytes()[:-count])
    return path
