"""Tests that a stressed copy makes each form of a kept view fail, and that correct hosts work with it."""

from pathlib import Path

import pytest

from tests.stress.forms import FORMS, Form
from tests.stress.run_forms import BOTH, HEADER, Outcomes, Run, run_forms, table
from tests.stress.run_hosts import FOLDER, Outcome


@pytest.fixture(scope="module")
def outcomes(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return run_forms(node, tmp_path_factory.mktemp("forms"))


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_kept_view_works_while_the_guest_does_not_grow(outcomes: Outcomes, form: Form) -> None:
    assert outcomes[Run(form, correct=False, copy=False)] == Outcome(passed=True, growths=[], value="7")


@pytest.mark.parametrize("watched", BOTH)
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_kept_view_fails_with_the_stressed_copy(outcomes: Outcomes, form: Form, watched: bool) -> None:
    assert not outcomes[Run(form, correct=False, copy=True, watched=watched)].passed


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_guard_names_the_export_that_detached_the_view(outcomes: Outcomes, form: Form) -> None:
    assert outcomes[Run(form, correct=False, copy=True)].growths[-1] == form.export


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


def test_table_has_a_line_for_each_form(outcomes: Outcomes) -> None:
    lines = table(outcomes).removeprefix(HEADER).strip().splitlines()
    assert [line.split(" | ")[0] for line in lines] == [f"| {form}" for form in FORMS]
    assert all(line.endswith("| passes | passes |") for line in lines)
