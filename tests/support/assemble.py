"""Runs `wasm-tools`, which assembles the tests' modules."""

import functools
import subprocess
import sys
from pathlib import Path


def wasm_tools(*arguments: str, stdin: bytes = b"") -> bytes:
    """Return the output of `wasm-tools`; raises `ValueError` with its message if it fails."""
    program = Path(sys.executable).parent / "wasm-tools"
    done = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


@functools.cache
def assemble(wat: str) -> bytes:
    """Return the module whose text is `wat`; raises `ValueError` with the assembler's message."""
    return wasm_tools("parse", "-", stdin=wat.encode())
