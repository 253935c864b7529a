"""A witness: a path that is followed once, when somebody first looks at it."""

import pickle

import pytest

from nogrow.proof.judgement import Function, Step, Verdict, Witness

STEPS = (Step(Function(0, "f"), 8, "call"), Step(Function(1, None), 9, "memory.grow"))


def test_a_path_is_followed_once_and_only_when_it_is_looked_at() -> None:
    followed: list[int] = []

    def follow() -> tuple[Step, ...]:
        followed.append(1)
        return STEPS

    witness = Witness(follow)
    assert not followed
    assert (len(witness), witness[0], witness[-1], witness[:1]) == (2, STEPS[0], STEPS[1], STEPS[:1])
    assert followed == [1]


def test_a_witness_equals_its_steps_and_is_pickled_as_them() -> None:
    witness = Witness(lambda: STEPS)
    assert witness == STEPS
    assert witness != STEPS[:1]
    assert witness != "steps"
    assert hash(witness) == hash(STEPS)
    assert pickle.loads(pickle.dumps(witness)) == STEPS


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.label)
def test_a_verdict_is_known_by_its_label(verdict: Verdict) -> None:
    assert Verdict.from_label(verdict.label) is verdict


@pytest.mark.parametrize("label", ["", "Absent", "trap_only", "safe"])
def test_another_label_is_no_verdict(label: str) -> None:
    with pytest.raises(ValueError, match=f"^{label}$"):
        Verdict.from_label(label)
