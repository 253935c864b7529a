"""Run the hosts of all forms over their guests and stressed copies, and print the results as a table.

Usage: python -m tests.stress.run_forms
"""

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tools.browser.demo import find_node

from nogrow.machine.machine import Machine
from nogrow.rewrite.stress import stressed
from tests.stress.forms import FORMS, Form
from tests.stress.run_hosts import FOLDER, Job, Outcome, run_hosts
from tests.support.modules import write_module

BOTH = (False, True)
HEADER = """\
| form | export | kept view | kept view, stressed | correct | correct, stressed |
|---|---|---|---|---|---|"""


class Run(NamedTuple):
    """A run of the buggy or the correct host of a form over the guest or its stressed copy."""

    form: Form
    correct: bool
    copy: bool
    watched: bool = True


Outcomes = dict[Run, Outcome]


def run_forms(node: Path, scratch: Path) -> Outcomes:
    """Run all hosts in one process of Node, with and without `guard` around the exports."""
    for guest in {form.guest for form in FORMS}:
        text = (FOLDER / "guests" / f"{guest}.wat").read_text("utf-8")
        module = write_module(scratch / f"{guest}.wasm", text)
        (scratch / f"{guest}.stressed.wasm").write_bytes(stressed(module.read_bytes()).data)
    runs = [Run(*combination) for combination in product(FORMS, BOTH, BOTH, BOTH)]
    return dict(zip(runs, run_hosts(node, scratch, [_job(scratch, run) for run in runs]), strict=True))


def _job(scratch: Path, run: Run) -> Job:
    host = f"{run.form.host}-ok.mjs" if run.correct else f"{run.form.host}.mjs"
    guest = f"{run.form.guest}.stressed.wasm" if run.copy else f"{run.form.guest}.wasm"
    return Job(FOLDER / "hosts" / host, run.form.test, scratch / guest, run.watched)


def table(outcomes: Outcomes) -> str:
    """Return the results as a table in Markdown."""
    lines = [HEADER]
    for form in FORMS:
        cells = [str(form), f"`{form.export}`"]
        cells += (_cell(outcomes[Run(form, correct, copy)]) for correct, copy in product(BOTH, BOTH))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(outcome: Outcome) -> str:
    if outcome.passed:
        return "passes"
    return f"returns {outcome.value}" if outcome.error is None else outcome.error.partition(":")[0]


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        print(table(run_forms(find_node(Machine.current()), Path(folder))))
