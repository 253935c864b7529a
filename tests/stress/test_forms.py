"""Tests that a stressed copy makes each form of a kept view fail, and that correct hosts work with it."""

from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from nogrow.rewrite.stress import stressed
from tests.stress.forms import FORMS, Form
from tests.stress.run_hosts import FOLDER, Job, Outcome, run_hosts
from tests.support.modules import write_module


class Run(NamedTuple):
    """A run of the buggy or the correct host of a form over the guest or its stressed copy."""

    form: Form
    correct: bool
    copy: bool
    watched: bool = True


Outcomes = dict[Run, Outcome]
BOTH = (False, True)


@pytest.fixture(scope="module")
def outcomes(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """Run all hosts in one process of Node."""
    scratch = tmp_path_factory.mktemp("forms")
    for guest in {form.guest for form in FORMS}:
        module = write_module(
            scratch / f"{guest}.wasm", (FOLDER / "guests" / f"{guest}.wat").read_text("utf-8")
        )
        (scratch / f"{guest}.stressed.wasm").write_bytes(stressed(module.read_bytes()).data)
    runs = [Run(*combination) for combination in product(FORMS, BOTH, BOTH, BOTH)]
    return dict(zip(runs, run_hosts(node, scratch, [job(scratch, run) for run in runs]), strict=True))


def job(scratch: Path, run: Run) -> Job:
    host = f"{run.form.host}-ok.mjs" if run.correct else f"{run.form.host}.mjs"
    guest = f"{run.form.guest}.stressed.wasm" if run.copy else f"{run.form.guest}.wasm"
    return Job(FOLDER / "hosts" / host, run.form.test, scratch / guest, run.watched)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_kept_view_works_while_the_guest_does_not_grow(outcomes: Outcomes, form: Form) -> None:
    assert outcomes[Run(form, correct=False, copy=False)] == Outcome(passed=True, growths=[], value="7")


@pytest.mark.parametrize("watched", BOTH)
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_kept_view_fails_with_the_stressed_copy(outcomes: Outcomes, form: Form, watched: bool) -> None:
    assert not outcomes[Run(form, correct=False, copy=True, watched=watched)].passed


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_guard_names_the_export_that_detached_the_view(outcomes: Outcomes, form: Form) -> None:
    expected = [form.export, *form.running]
    assert outcomes[Run(form, correct=False, copy=True)].growths[-len(expected) :] == expected


@pytest.mark.parametrize("watched", BOTH)
@pytest.mark.parametrize("copy", BOTH, ids=("original", "stressed"))
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_correct_host_works(outcomes: Outcomes, form: Form, copy: bool, watched: bool) -> None:
    outcome = outcomes[Run(form, correct=True, copy=copy, watched=watched)]
    assert (outcome.passed, outcome.value, outcome.error) == (True, "7", None)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_correct_host_meets_the_same_growth(outcomes: Outcomes, form: Form) -> None:
    assert form.export in outcomes[Run(form, correct=True, copy=True)].growths


def test_each_host_has_a_form_and_a_correct_variant() -> None:
    hosts = {form.host for form in FORMS}
    files = {path.stem for path in (FOLDER / "hosts").glob("*.mjs")}
    assert files == hosts | {f"{host}-ok" for host in hosts}
