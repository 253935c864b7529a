"""Measure the processor time and memory of `nogrow check` on modules that are made to be expensive."""

import sys
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.project.console import announce, print_table
from nogrow.project.manifest import write_atomic
from tools.bench.measure import measure
from tools.bench.pathological import hostile_modules
from tools.bench.programs import NOGROW, pipelines

FOLDER = PurePosixPath("build/pathological")
# `docs/limits.md` states both bounds.
SECONDS_FOR_A_MB, SECONDS = 4.0, 3.0
BYTES_FOR_A_BYTE, BYTES = 120, 100_000_000

_MB = 1_000_000


def run_pathological(root: Path, rounds: int) -> int:
    """Measure `nogrow check` on each of the modules in `rounds` rounds, and print a table.

    Returns 1 if a module exceeds its bounds or has an unexpected exit code, otherwise 0.
    """
    rows, missed = [], 0
    path = root / FOLDER / "module.wasm"
    for kind in hostile_modules():
        data = kind.make(kind.many)
        write_atomic(path, data)
        announce(f"measuring {kind.many:,} {kind.name}")
        before = _cpu_seconds()
        (measured,) = measure(pipelines(path, (NOGROW,), Machine.current()), rounds, path.parent)
        seconds, size = (_cpu_seconds() - before) / len(measured.runs), len(data)
        within = (
            seconds < SECONDS_FOR_A_MB * size / _MB + SECONDS
            and measured.peak_bytes < BYTES_FOR_A_BYTE * size + BYTES
            and measured.exit_codes == {kind.code}
        )
        missed += not within
        rows.append(
            (
                f"{kind.many:,} {kind.name}",
                f"{size / _MB:.1f}",
                ", ".join(map(str, sorted(measured.exit_codes))),
                f"{seconds:.1f}",
                f"{measured.peak_bytes / _MB:,.0f}",
                "yes" if within else "no",
            )
        )
    path.unlink(missing_ok=True)
    print_table("pathological", ("module", "MB", "exit code", "CPU s", "peak MB", "within bounds?"), rows)
    return 1 if missed else 0


def _cpu_seconds() -> float:
    """Return the processor time of the children that this process has waited for, and of their children."""
    if sys.platform == "win32":
        raise ToolError("Windows does not tell the processor time of ended processes")
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
