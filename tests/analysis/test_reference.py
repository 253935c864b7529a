"""Test that the reference prover gives every case the verdicts that were worked out by hand."""

import pytest

from tests.analysis.cases import CASES, Case
from tests.reference.prover import verdicts
from tests.support.modules import assemble


def test_case_names_are_unique() -> None:
    """Test ids are made of the names."""
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_has_its_verdicts(case: Case) -> None:
    """All entries are found, and each has the expected verdict."""
    actual = verdicts(assemble(case.wat), lambda name: name in case.trusted)
    assert {name: verdict.label for (_, name), verdict in actual.items()} == case.verdicts
