"""The pathological modules in, a table of what `nogrow check` takes of processor time and memory out."""

import resource
from pathlib import Path, PurePosixPath

from nogrow.machine.machine import Machine
from nogrow.project.console import announce, print_table
from nogrow.project.manifest import write_atomic
from tools.bench.aims import NOGROW
from tools.bench.measure import measure
from tools.bench.modules import pipelines
from tools.bench.pathological import hostile_modules

FOLDER = PurePosixPath("build/pathological")
# `docs/limits.md` states both.
SECONDS_FOR_A_MB, SECONDS = 4.0, 3.0
BYTES_FOR_A_BYTE, BYTES = 120, 100_000_000

_MB = 1_000_000


def run_pathological(root: Path, rounds: int) -> int:
    """Measure `nogrow check` on each of the modules, in `rounds` rounds, and print a table.

    Returns 1 if any is not within its bounds or ends in another exit code than it should, else 0.
    """
    rows, missed = [], 0
    path = root / FOLDER / "module.wasm"
    for kind in hostile_modules():
        data = kind.make(kind.many)
        write_atomic(path, data)
        announce(f"measuring {kind.many:,} {kind.name}")
        before = _cpu_seconds()
        (one,) = measure(pipelines(path, (NOGROW,), Machine.current()), rounds, path.parent)
        seconds, size = (_cpu_seconds() - before) / len(one.runs), len(data)
        within = (
            seconds < SECONDS_FOR_A_MB * size / _MB + SECONDS
            and one.peak_bytes < BYTES_FOR_A_BYTE * size + BYTES
            and one.exit_codes == {kind.code}
        )
        missed += not within
        rows.append(
            (
                f"{kind.many:,} {kind.name}",
                f"{size / _MB:.1f}",
                ", ".join(map(str, sorted(one.exit_codes))),
                f"{seconds:.1f}",
                f"{one.peak_bytes / _MB:,.0f}",
                "yes" if within else "no",
            )
        )
    path.unlink(missing_ok=True)
    print_table("pathological", ("module", "MB", "exit code", "CPU s", "peak MB", "within bounds?"), rows)
    return 1 if missed else 0


def _cpu_seconds() -> float:
    """The time that processors spent on the processes that this one has waited for, and on theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
