"""A witness: a path that is followed once, when somebody first looks at it."""

import pickle

import pytest

from nogrow.proof.judgement import Entry, EntryKind, Function, Judgement, Site, Step, Verdict, Witness

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
    assert (witness == 2) is False
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


def test_verdicts_are_ranked_from_0_and_the_worst_is_the_modules() -> None:
    assert [int(verdict) for verdict in Verdict] == list(range(6))
    site = Site(Function(0, None), 0, 8, 1)
    assert Judgement((), (), (), ()).verdict is Verdict.ABSENT
    assert Judgement((), (site,), (), ()).verdict is Verdict.UNREACHABLE
    entries = [Entry("e", EntryKind.EXPORT, Function(0, None), verdict) for verdict in Verdict]
    assert Judgement((), (site,), entries, ()).verdict is Verdict.REACHABLE


def test_what_is_not_said_of_an_entry_point_or_module_is_not_so() -> None:
    entry = Entry("e", EntryKind.EXPORT, Function(0, None), Verdict.ABSENT)
    assert (entry.airtight, entry.excused, entry.host_grows, entry.witness) == (False, False, None, ())
    judgement = Judgement((), (), (entry,), ())
    assert (judgement.indirect_calls, judgement.indirect_exact) == (0, 0)
    assert judgement.standing == ((Verdict.ABSENT,), frozenset(), {}, {}, {})
