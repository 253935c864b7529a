"""Runs `wasm-tools`, the assembler for all of the tests' modules."""

import functools
import subprocess
import sys
from pathlib import Path


def wasm_tools(*arguments: str, stdin: bytes = b"") -> bytes:
    """What `wasm-tools` prints; raises `ValueError` with its message when it fails."""
    program = Path(sys.executable).parent / "wasm-tools"
    done = subprocess.run([program, *arguments], input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


@functools.cache
def assemble(wat: str) -> bytes:
    """The module that `wat` is the text of; raises `ValueError` with the assembler's message."""
    return wasm_tools("parse", "-", stdin=wat.encode())
