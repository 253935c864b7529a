"""Measure `nogrow host` on the host code of pinned npm packages, beside Node's check of its syntax."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, find_program
from nogrow.machine.process import Progress
from nogrow.project.console import announce, print_table
from tools.bench.corpus import CORPUS, fetch_files
from tools.bench.measure import Measured, Pipeline, measure
from tools.bench.packages import Package

FOLDER = "host-code"
"""The folder in the corpus. Its packages have other files than those of the same name beside it."""

_NOGROW = "nogrow host"
_NODE = "node --check"
_MB = 1e6


class Program(NamedTuple):
    """Files of a package that are one program, and what they are."""

    package: Package
    files: tuple[str, ...]
    words: str


PROGRAMS = (
    Program(
        Package(
            "@ffmpeg/core",
            "0.12.10",
            "sha512-dzNplnn2Nxle2c2i2rrDhqcB19q9cglCkWnoMTDN9Q9l3PvdjZWd1HfSPjCNWc/p8Q3CT+Es9fWOR0UhAeYQZA==",
            (".js",),
        ),
        ("dist/esm/ffmpeg-core.js",),
        "glue of Emscripten",
    ),
    Program(
        Package(
            "pyodide",
            "314.0.7",
            "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
            (".mjs",),
        ),
        ("pyodide.asm.mjs",),
        "glue of Emscripten and Python's interface",
    ),
    Program(
        Package(
            "@duckdb/duckdb-wasm",
            "1.32.0",
            "sha512-IewXTNYEjsZCPE9weUWgtjGxUlMRo7qhX0GF6tq/KjK8bnY+RAl4cyUdYUfcdzbyb4b9ZxPC+FOsCcxgaKFWMg==",
            (".js",),
        ),
        ("dist/duckdb-browser-eh.worker.js",),
        "a minified bundle with its glue",
    ),
    Program(
        Package(
            "three",
            "0.187.0",
            "sha512-Qiu7R+Cmh8CstZsY1uJOSWnVlfo7ZtNLV7mF8Jltk3LB3AtDu9cRZlcnRKkAk8Y4z6KKw35z7Y7Urd7jWY8etA==",
            (".js",),
        ),
        ("build/three.core.js", "build/three.module.js"),
        "an engine in two files",
    ),
)


def run_bench_host(root: Path, machine: Machine, rounds: int, progress: Progress) -> None:
    """Measure all programs and print the table; raises `ToolError` without Node, npm or the network."""
    node = machine.on_path("node")
    if node is None:
        raise ToolError("node is not on the PATH; the bench compares with it")
    nogrow = str(find_program("nogrow", "nogrow").absolute())
    rows = []
    for program in PROGRAMS:
        folder = fetch_files(program.package, root / CORPUS / FOLDER, progress, machine)
        files = [folder / "package" / name for name in program.files]
        announce(f"measuring {program.package.name}")
        checks = tuple((str(node), "--check", str(file)) for file in files)
        lines = (
            Pipeline(_NOGROW, ((nogrow, "host", *map(str, files)),)),
            # Node checks one file at a time.
            Pipeline(_NODE, checks),
        )
        with tempfile.TemporaryDirectory(prefix="nogrow-bench-") as empty:
            rows.append(_row(program, files, *measure(lines, rounds, Path(empty))))
    columns = ("package", "host code", "MB", "seconds", "times node --check", "peak MB")
    print_table("nogrow host", columns, rows)


def _row(program: Program, files: list[Path], ours: Measured, theirs: Measured) -> tuple[str, ...]:
    size = sum(file.stat().st_size for file in files)
    return (
        f"{program.package.name} {program.package.version}",
        program.words,
        f"{size / _MB:.2f}",
        f"{ours.seconds:.1f}",
        f"{ours.seconds / theirs.seconds:.0f}",
        f"{ours.peak_bytes / _MB:,.0f}",
    )
