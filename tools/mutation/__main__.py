"""Run `invoke mutate` in a process of its own, because Cosmic Ray is for development only."""

import argparse
from collections import Counter
from pathlib import Path

from nogrow.errors import Error
from nogrow.project.console import announce, print_table
from tools.mutation.mutant import Outcome
from tools.mutation.plan import chosen, read_plan
from tools.mutation.run import mutants_of, tried


def main() -> int:
    """Try the mutants that the arguments select; return 1 when one survives, 2 when they cannot be tried."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--module")
    parser.add_argument("--kernel", action="store_true")
    parser.add_argument("--sample", type=int)
    arguments = parser.parse_args()
    try:
        return _try_all(arguments.root, arguments.module, arguments.sample, kernel=arguments.kernel)
    except Error as error:
        announce(str(error))
        return 2


def _try_all(root: Path, module: str | None, sample: int | None, *, kernel: bool) -> int:
    rows: list[tuple[str, ...]] = []
    survivors: list[tuple[str, ...]] = []
    for subject in chosen(read_plan(root), module, kernel=kernel):
        mutants = mutants_of(root, subject, sample)
        announce(f"{subject.path}: {len(mutants)} mutants")
        counts: Counter[Outcome] = Counter()
        for mutant, outcome, _ in tried(root, subject, mutants):
            counts[outcome] += 1
            if outcome is Outcome.SURVIVED:
                announce(f"  survived: line {mutant.line}: {mutant.change}: {mutant.source}")
                survivors.append((f"{subject.path}:{mutant.line}", mutant.change, mutant.source))
        rows.append((subject.path, *(str(counts[outcome]) for outcome in Outcome)))
        announce("  " + ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome))
    print_table("mutants", ("file", *(outcome.value for outcome in Outcome)), rows)
    if survivors:
        print_table("survivors", ("place", "change", "line"), survivors)
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
