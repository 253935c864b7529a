"""Tests of stressed copies with unusual guests: no kept view survives, and no correct host fails."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from nogrow.rewrite.stress import stressed
from tests.stress.correct_cases import CORRECT
from tests.stress.guest_text import Case
from tests.stress.kept_cases import KEPT
from tests.stress.run_hosts import FOLDER, Job, Outcome, run_hosts
from tests.support.modules import assemble
from tests.support.npm import new_node


class Pair(NamedTuple):
    """The outcomes of one host with the guest and with the stressed copy."""

    original: Outcome
    copy: Outcome


def outcomes(node: Path, scratch: Path, cases: Sequence[tuple[str, Case]]) -> dict[str, Pair]:
    """Run the cases, each with the name of its host, in one process of Node."""
    jobs = []
    for number, (host, case) in enumerate(cases):
        module = assemble(case.guest)
        for name, data in (("original", module), ("stressed", stressed(module).data)):
            path = scratch / f"{number}.{name}.wasm"
            path.write_bytes(data)
            jobs.append(Job(FOLDER / "tricky" / f"{host}.mjs", case.test, path, watched=False))
    results = run_hosts(node, scratch, jobs)
    return {
        f"{host}: {case}": Pair(*results[2 * number : 2 * number + 2])
        for number, (host, case) in enumerate(cases)
    }


CASES = [*(("kept", case) for case in KEPT), *(("correct", case) for case in CORRECT)]


@pytest.fixture(scope="module")
def old(node: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return outcomes(node, tmp_path_factory.mktemp("cases"), [pair for pair in CASES if not pair[1].new])


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return outcomes(new_node(), tmp_path_factory.mktemp("cases"), CASES)


@pytest.fixture
def pairs(request: pytest.FixtureRequest, engine: str) -> dict[str, Pair]:
    found: dict[str, Pair] = request.getfixturevalue(engine)
    return found


def in_each_node(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """Parametrize a test with the Node on the PATH and a newer Node, which alone runs some cases."""
    runs = [
        pytest.param(
            engine,
            case,
            id=f"{engine}-{case}",
            marks=[pytest.mark.xfail(strict=True, reason=case.fails)] if case.fails else [],
        )
        for case in cases
        for engine in ("old", "new")
        if engine == "new" or not case.new
    ]
    return pytest.mark.parametrize(("engine", "case"), runs)


@in_each_node(KEPT)
def test_kept_view_fails_only_with_the_stressed_copy(pairs: dict[str, Pair], case: Case) -> None:
    original, copy = pairs[f"kept: {case}"]
    assert (original.passed, original.error) == (True, None)
    assert not copy.passed
    assert copy.value == "undefined"


@in_each_node(CORRECT)
def test_correct_host_works_with_both(pairs: dict[str, Pair], case: Case) -> None:
    for outcome in pairs[f"correct: {case}"]:
        assert (outcome.passed, outcome.value, outcome.error) == (True, "7", None)
