"""Name the programs that the bench measures, and find their commands."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, find_program, find_wabt
from tools.bench.measure import Pipeline

NOGROW = "nogrow check"
UNVALIDATED = "nogrow check --no-validate"
OBJDUMP = "wasm-objdump -d | grep"
VALIDATE = "wasm-tools validate"
VALIDATE_ONE = "wasm-tools validate, 1 thread"
SHA256SUM = "sha256sum"
PYTHON = "python -c pass"
IMPORT_WASMTIME = "import wasmtime"

ALL = "nogrow check, all modules"
ALL_ONE_JOB = "nogrow check --jobs 1, all modules"
ALL_TWO_JOBS = "nogrow check --jobs 2, all modules"
VALIDATE_EACH = "wasm-tools validate, once for each module"


def pipelines(path: Path, names: Sequence[str], machine: Machine) -> tuple[Pipeline, ...]:
    """Return the commands of `names` for one module; raises `ToolError` for a missing program."""
    file = str(path)
    validate = ("validate", "--features", "all", file)
    make: dict[str, Callable[[], Pipeline]] = {
        NOGROW: lambda: Pipeline(NOGROW, ((nogrow(), "check", file),)),
        UNVALIDATED: lambda: Pipeline(UNVALIDATED, ((nogrow(), "check", "--no-validate", file),)),
        VALIDATE: lambda: Pipeline(VALIDATE, ((_wasm_tools(), *validate),)),
        VALIDATE_ONE: lambda: Pipeline(
            VALIDATE_ONE, ((_wasm_tools(), *validate),), {"RAYON_NUM_THREADS": "1"}
        ),
        OBJDUMP: lambda: Pipeline(
            OBJDUMP,
            (
                (str(find_wabt("wasm-objdump").absolute()), "-d", file),
                (_on_path(machine, "grep"), "-c", "memory.grow"),
            ),
        ),
        SHA256SUM: lambda: Pipeline(SHA256SUM, ((_on_path(machine, "sha256sum"), file),)),
        PYTHON: lambda: Pipeline(PYTHON, ((sys.executable, "-c", "pass"),)),
        IMPORT_WASMTIME: lambda: Pipeline(IMPORT_WASMTIME, ((sys.executable, "-c", "import wasmtime"),)),
    }
    return tuple(make[name]() for name in names)


def nogrow() -> str:
    """Return the path of the program `nogrow`."""
    return str(find_program("nogrow", "nogrow").absolute())


def _wasm_tools() -> str:
    return str(find_program("wasm-tools", "nogrow[dev]").absolute())


def _on_path(machine: Machine, name: str) -> str:
    path = machine.on_path(name)
    if path is None:
        raise ToolError(f"{name} is not on the PATH; the bench compares with it")
    return str(path)
