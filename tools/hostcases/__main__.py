"""Print how well nogrow finds stale views: `python -m tools.hostcases [--check] [FOLDER...]`."""

import argparse
import tempfile
from pathlib import Path

from nogrow.project.console import announce, print_table
from tools.hostcases.cases import CASES, read_cases
from tools.hostcases.measure import Score, Totals, compile_modules, score, totals

_COLUMNS = ("case", "kind", "expected", "found", "false", "possible", "ms")


def main() -> int:
    """Measure nogrow over the cases in each folder and print a table for each; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.hostcases")
    parser.add_argument("folders", nargs="*", type=Path, default=[CASES], metavar="FOLDER")
    parser.add_argument(
        "--check", action="store_true", help="run `nogrow check --js` with the module, not `nogrow host`"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        modules = Path(name) if arguments.check else None
        if modules is not None:
            compile_modules(modules)
        for folder in arguments.folders:
            cases = [case for case in read_cases(folder) if modules is not None or not case.needs_module]
            scores = [score(case, modules) for case in cases]
            print_table(str(folder), _COLUMNS, [_row(each) for each in scores])
            for line in _summary(totals(scores)):
                announce(line)
    return 0


def _row(each: Score) -> tuple[str, ...]:
    numbers = (len(each.case.expected), len(each.found), each.false, each.possible)
    expected, found, false, possible = (str(number) if number else "" for number in numbers)
    return (
        each.case.name,
        each.case.kind.value,
        expected,
        found if each.judged else "not judged",
        false,
        possible,
        f"{each.seconds * 1000:.0f}",
    )


def _summary(counts: Totals) -> tuple[str, ...]:
    return (
        f"recall: {_ratio(counts.found, counts.expected)} lines, "
        f"{_ratio(counts.bugs_found, counts.bugs)} bugs",
        f"precision: {_ratio(counts.true, counts.true + counts.false)} findings",
        f"quiet: {_ratio(counts.fixed_quiet, counts.fixed)} fixed, "
        f"{_ratio(counts.right_quiet, counts.right)} right",
        f"time: {counts.seconds:.1f} s",
    )


def _ratio(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({part / whole:.0%})" if whole else "")


if __name__ == "__main__":
    raise SystemExit(main())
