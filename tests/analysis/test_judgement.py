"""Test verdicts and their order, witnesses, and the defaults of a judgement."""

import pickle

import pytest

from nogrow.analysis.judgement import (
    Entry,
    EntryKind,
    Function,
    Judgement,
    Site,
    Step,
    Verdict,
    Verdicts,
    VerdictTable,
    Witness,
    worst,
)

STEPS = (Step(Function(0, "f"), 8, "call"), Step(Function(1, None), 9, "memory.grow"))


def test_witness_is_computed_once_when_it_is_read() -> None:
    followed: list[int] = []

    def follow() -> tuple[Step, ...]:
        followed.append(1)
        return STEPS

    witness = Witness(follow)
    assert not followed
    assert (len(witness), witness[0], witness[-1], witness[:1]) == (2, STEPS[0], STEPS[1], STEPS[:1])
    assert followed == [1]


def test_witness_equals_and_is_pickled_as_its_steps() -> None:
    witness = Witness(lambda: STEPS)
    assert witness == STEPS
    assert (witness == 2) is False
    assert witness != STEPS[:1]
    assert witness != "steps"
    assert hash(witness) == hash(STEPS)
    assert pickle.loads(pickle.dumps(witness)) == STEPS


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.label)
def test_verdict_is_found_by_its_label(verdict: Verdict) -> None:
    assert Verdict.from_label(verdict.label) is verdict


@pytest.mark.parametrize("label", ["", "Absent", "trap_only", "safe"])
def test_unknown_label_is_rejected(label: str) -> None:
    with pytest.raises(ValueError, match=f"^{label}$"):
        Verdict.from_label(label)


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.label)
def test_verdict_allows_only_better_ones(verdict: Verdict) -> None:
    better = {
        Verdict.ABSENT: "absent",
        Verdict.UNREACHABLE: "absent unreachable",
        Verdict.TRAP_ONLY: "absent unreachable trap-only",
        Verdict.THROW_ONLY: "absent unreachable trap-only throw-only",
        Verdict.CAPPED: "absent unreachable trap-only capped",
        Verdict.CAPPED_AND_THROW_ONLY: "absent unreachable trap-only throw-only capped capped+throw-only",
        Verdict.REACHABLE: "absent unreachable trap-only throw-only capped capped+throw-only reachable",
    }
    assert (
        " ".join(better_one.label for better_one in Verdict if better_one.at_most(verdict)) == better[verdict]
    )


def test_verdicts_have_no_total_order() -> None:
    with pytest.raises(TypeError):
        max(Verdict)  # type: ignore[type-var]


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.label)
@pytest.mark.parametrize("other", Verdict, ids=lambda verdict: verdict.label)
def test_join_is_the_least_upper_bound(verdict: Verdict, other: Verdict) -> None:
    joined = worst((verdict, other))
    above = [bound for bound in Verdict if verdict.at_most(bound) and other.at_most(bound)]
    assert joined in above
    assert all(joined.at_most(bound) for bound in above)
    assert joined is verdict.joined(other)


def test_ranks_order_better_verdicts_first() -> None:
    assert [verdict.rank for verdict in Verdict] == list(range(7))
    assert all(low.rank <= high.rank for low in Verdict for high in Verdict if low.at_most(high))


def test_module_has_the_verdict_of_its_worst_entry_point() -> None:
    site = Site(Function(0, None), 0, 8, 1)
    assert Judgement((), (), (), ()).verdict is Verdict.ABSENT
    assert Judgement((), (site,), (), ()).verdict is Verdict.UNREACHABLE
    entries = [Entry("e", EntryKind.EXPORT, Function(0, None), verdict) for verdict in Verdict]
    assert Judgement((), (site,), entries, ()).verdict is Verdict.REACHABLE
    incomparable = [entry for entry in entries if entry.verdict in (Verdict.CAPPED, Verdict.THROW_ONLY)]
    assert Judgement((), (site,), incomparable, ()).verdict.label == "capped+throw-only"


def test_defaults_of_entries_and_judgements_claim_nothing() -> None:
    entry = Entry("e", EntryKind.EXPORT, Function(0, None), Verdict.ABSENT)
    assert (entry.airtight, entry.excused, entry.host_grows, entry.witness) == (False, False, None, ())
    judgement = Judgement((), (), (entry,), ())
    assert (judgement.indirect_calls, judgement.indirect_exact) == (0, 0)
    assert judgement.verdict_table == VerdictTable(Verdicts.of([Verdict.ABSENT]), frozenset(), {}, {})
