"""Compare nogrow with random programs: `python -m tools.soundness [--programs N] [--reduce]`."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from nogrow.machine.machine import Machine
from nogrow.project.console import announce
from tools.browser.demo import find_node
from tools.soundness.compare import Result, compare
from tools.soundness.programs import program
from tools.soundness.reduce import reduced

_BATCH = 100


def main() -> int:
    """Run programs and print the faults that they show, and counts; return 1 if there are faults."""
    parser = argparse.ArgumentParser(prog="python -m tools.soundness")
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--reduce", action="store_true", help="print each program with a fault, made smaller")
    arguments = parser.parse_args()
    node = str(find_node(Machine.current()))
    results: list[Result] = []
    started = time.perf_counter()
    end = arguments.first + arguments.programs
    for first in range(arguments.first, end, _BATCH):
        programs = {seed: program(seed) for seed in range(first, min(first + _BATCH, end))}
        with tempfile.TemporaryDirectory() as folder:
            batch = compare(programs, node, Path(folder))
        for result in (each for each in batch if each.faults):
            for line in result.faults:
                announce(line)
            if arguments.reduce:
                with tempfile.TemporaryDirectory() as folder:
                    smaller = reduced(programs[result.seed], node, Path(folder))
                announce("\n".join((smaller.wat, *smaller.plain().values())))
        results += batch
    for line in _summary(results, time.perf_counter() - started):
        announce(line)
    return 1 if any(result.faults for result in results) else 0


def _summary(results: Sequence[Result], seconds: float) -> tuple[str, ...]:
    uses = sum(result.uses for result in results)
    findings = sum(result.findings for result in results)
    return (
        f"{len(results)} programs, {sum(result.uses > 0 for result in results)} with stale views",
        f"{uses} stale uses, {sum(result.certain for result in results)} with a certain finding",
        f"{sum(len(result.missed) for result in results)} lines with a stale use and no finding",
        f"{findings} findings, {sum(result.unconfirmed for result in results)} that no run confirms",
        f"{sum(result.growths for result in results)} exports that grew the memory, "
        f"{sum(len(result.refuted) for result in results)} whose verdict excludes it",
        f"{seconds:.1f} s",
    )


if __name__ == "__main__":
    raise SystemExit(main())
