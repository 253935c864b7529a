"""Test which clause is inferred from verdicts."""

from nogrow.analysis.judgement import EntryKind, Judgement, Verdict
from nogrow.contract.patterns import ESCAPED, START
from nogrow.init.infer_clauses import MOST_EXEMPTIONS, Exemption, infer_clause
from tests.support.judgements import entry, judgement

R, T, U = Verdict.REACHABLE, Verdict.TRAP_ONLY, Verdict.UNREACHABLE


def judged(
    *entries: tuple[str, Verdict], kind: EntryKind = EntryKind.EXPORT, excused: bool = False
) -> Judgement:
    return judgement(*(entry(name, verdict, kind=kind, excused=excused) for name, verdict in entries))


def many(count: int, verdict: Verdict, prefix: str = "f") -> list[tuple[str, Verdict]]:
    return [(f"{prefix}{number:03}", verdict) for number in range(count)]


def test_no_growth_needs_no_exemption() -> None:
    clause = infer_clause([judged(("a", U), ("b", Verdict.ABSENT))])
    assert (clause.floor, clause.exemptions, clause.growing, clause.entries) == (U, (), 0, 2)


def test_few_growing_exports_become_exceptions() -> None:
    clause = infer_clause([judged(("b", T), ("a", R), ("c", U))])
    assert clause.floor is U
    assert clause.exemptions == (Exemption("a", R, "a"), Exemption("b", T, "b"))


def test_many_growing_exports_raise_the_floor() -> None:
    assert len(infer_clause([judged(*many(MOST_EXEMPTIONS, R))]).exemptions) == MOST_EXEMPTIONS
    clause = infer_clause([judged(*many(MOST_EXEMPTIONS + 1, R))])
    assert (clause.floor, clause.exemptions) == (R, ())


def test_floor_is_as_low_as_possible() -> None:
    clause = infer_clause([judged(*many(MOST_EXEMPTIONS + 1, T), ("bad", R))])
    assert (clause.floor, clause.exemptions) == (T, (Exemption("bad", R, "bad"),))


def test_escaping_functions_share_an_exception() -> None:
    clause = infer_clause([judged(("func[1]", T), ("func[7]", R), kind=EntryKind.ESCAPED)])
    assert clause.exemptions == (Exemption(ESCAPED, R, None),)


def test_exports_come_before_escaping_functions() -> None:
    clause = infer_clause([judged(("func[1]", T), kind=EntryKind.ESCAPED), judged(("func[9]", R))])
    assert [exemption.pattern for exemption in clause.exemptions] == ["func[[]9]", ESCAPED]


def test_export_named_like_an_escaping_function_is_separate() -> None:
    clause = infer_clause([judged(("func[1]", T), kind=EntryKind.ESCAPED), judged(("func[1]", R))])
    assert clause.exemptions == (Exemption("func[[]1]", R, "func[1]"), Exemption(ESCAPED, T, None))


def test_export_named_like_the_start_function_is_separate() -> None:
    clause = infer_clause([judged(("(start)", T), kind=EntryKind.START), judged(("(start)", R))])
    assert clause.exemptions == (Exemption("[(]start)", R, "(start)"), Exemption(START, T, "(start)"))


def test_incomparable_verdicts_give_a_joined_floor() -> None:
    clause = infer_clause(
        [
            judged(
                *many(MOST_EXEMPTIONS + 1, Verdict.CAPPED),
                *many(MOST_EXEMPTIONS + 1, Verdict.THROW_ONLY, "g"),
            )
        ]
    )
    assert (clause.floor, clause.exemptions) == (Verdict.CAPPED_AND_THROW_ONLY, ())


def test_wildcards_in_names_are_escaped() -> None:
    assert infer_clause([judged(("a*", R))]).exemptions == (Exemption("a[*]", R, "a*"),)
    assert infer_clause([judged(("a*", R), ("a[*]", U))]).exemptions == (Exemption("a[*]", R, "a*"),)


def test_growth_before_any_view_needs_no_exception() -> None:
    clause = infer_clause([judged(("(start)", R), kind=EntryKind.START, excused=True)])
    assert (clause.floor, clause.exemptions, clause.growing) == (U, (), 0)


def test_worst_verdict_of_a_shared_name_counts() -> None:
    assert infer_clause([judged(("a", T)), judged(("a", R)), judged(("a", U))]).exemptions == (
        Exemption("a", R, "a"),
    )
