"""The glue of toolchains does the same job over a module and over its stressed copy, in Node."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.explain.compilers import Build

GLUE = Path(__file__).with_name("glue")
# A small stack and heap, so that the programs grow their memory.
EMSCRIPTEN = (
    "-sALLOW_MEMORY_GROWTH",
    "-sINITIAL_MEMORY=1048576",
    "-sTOTAL_STACK=65536",
    "-sEXPORTED_RUNTIME_METHODS=ccall,UTF8ToString,stringToUTF8,HEAPU8",
    "-sEXPORTED_FUNCTIONS=_malloc,_free",
)
CALLBACK = "-DCALLBACK"
CXX = ("-x", "c++", "-std=c++17")
BUILDS = (
    ("words.c", "-O0", CALLBACK),
    ("words.c", "-O2", CALLBACK),
    ("words.c", "-O3", CALLBACK),
    ("words.c", "-Os", "-sASSERTIONS=1", CALLBACK),
    ("words.c", "-sSTANDALONE_WASM"),
    ("words.c", "-O3", "-sEXPORT_ES6", CALLBACK),
    ("words.c", "-sIMPORTED_MEMORY", CALLBACK),
    ("thrower.cpp", *CXX, "-fexceptions"),
    ("sleeper.c", "-sASYNCIFY", "-sASYNCIFY_IMPORTS=fetched"),
    ("threads.c", "-pthread", "-sEXPORT_NAME=Words", "-sPTHREAD_POOL_SIZE=3", "-sENVIRONMENT=node,worker"),
    ("store.cpp", *CXX, "-lembind"),
)


class Outcome(NamedTuple):
    """What a job printed: the digest of its results, and whether a view outlived a call without growth."""

    result: object
    is_kept: bool


def done(node: Path, job: str, *arguments: Path | str) -> Outcome:
    words = [str(node), "--no-warnings", str(GLUE / job), *map(str, arguments)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    outcome = json.loads(ran.stdout.splitlines()[-1])
    return Outcome(outcome["result"], outcome["isKept"])


def write_copy(module: Path, copy: Path, *glue: Path) -> None:
    """Write the stressed copy of `module`."""
    options = [word for path in glue for word in ("--js", str(path))]
    words = [sys.executable, "-m", "nogrow", "stress", str(module), "-o", str(copy), "--force", *options]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr


def source(name: str) -> str:
    return (GLUE / name).read_text(encoding="utf-8")


@pytest.mark.exhaustive
@pytest.mark.parametrize("build", [pytest.param(build, id=" ".join(build)) for build in BUILDS])
def test_emscripten(build: tuple[str, ...], emcc: Build, node: Path, tmp_path: Path) -> None:
    file, *flags = build
    emcc(source(file), *EMSCRIPTEN, *flags)
    module, copy, glue = (tmp_path / name for name in ("guest.wasm", "copy.wasm", "guest.js"))
    write_copy(module, copy, glue)
    job = ("emscripten.mjs", Path(file).stem, glue)
    before, after = done(node, *job, module), done(node, *job, copy)
    assert after.result == before.result
    assert before.is_kept
    assert not after.is_kept


@pytest.mark.exhaustive
def test_go(go: Build, node: Path, tmp_path: Path) -> None:
    go(source("words.go"), system="js")
    module, copy = tmp_path / "guest.wasm", tmp_path / "copy.wasm"
    write_copy(module, copy)
    environ = {**os.environ, "GOTOOLCHAIN": "local"}
    words = [shutil.which("go") or "go", "env", "GOROOT"]
    root = subprocess.run(words, capture_output=True, text=True, check=True, env=environ).stdout.strip()
    (glue,) = Path(root).glob("*/wasm/wasm_exec.js")
    before, after = done(node, "go.mjs", glue, module), done(node, "go.mjs", glue, copy)
    assert after.result == before.result
    assert before.is_kept
    assert not after.is_kept


@pytest.mark.exhaustive
def test_wasi_of_node(go: Build, node: Path, tmp_path: Path) -> None:
    go(source("reactor.go"))
    module, copy, output = (tmp_path / name for name in ("guest.wasm", "copy.wasm", "output"))
    write_copy(module, copy)
    before, after = done(node, "wasi.mjs", module, output), done(node, "wasi.mjs", copy, output)
    assert after.result == before.result
    assert before.is_kept
    assert not after.is_kept


@pytest.mark.parametrize("runtime", ["incremental", "minimal", "stub"])
def test_assemblyscript_bindings(runtime: str, asc: Build, node: Path, tmp_path: Path) -> None:
    asc(source("words.ts"), "--bindings", "esm", "--runtime", runtime)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    module, copy, glue = (tmp_path / name for name in ("guest.wasm", "copy.wasm", "guest.js"))
    before = done(node, "bindings.mjs", glue)
    write_copy(module, copy)
    copy.replace(module)
    after = done(node, "bindings.mjs", glue)
    assert after.result == before.result
    assert before.is_kept
    assert not after.is_kept


@pytest.mark.parametrize(
    ("compiler", "file"),
    [("rust", "words.rs"), pytest.param("zig", "words.zig", marks=pytest.mark.exhaustive)],
)
def test_host_without_glue(
    compiler: str, file: str, request: pytest.FixtureRequest, node: Path, tmp_path: Path
) -> None:
    build: Build = request.getfixturevalue(compiler)
    build(source(file))
    module, copy = tmp_path / "guest.wasm", tmp_path / "copy.wasm"
    write_copy(module, copy)
    before, after = done(node, "by_hand.mjs", module), done(node, "by_hand.mjs", copy)
    assert after.result == before.result
    assert not after.is_kept
