"""Which clause is made of verdicts."""

from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Verdict
from nogrow.contract.entry_keys import ESCAPED, START
from nogrow.init.infer_clause import FEW, Exemption, ease

R, T, U = Verdict.REACHABLE, Verdict.TRAP_ONLY, Verdict.UNREACHABLE


def judged(
    *entries: tuple[str, Verdict], kind: EntryKind = EntryKind.EXPORT, excused: bool = False
) -> Judgement:
    made = tuple(
        Entry(name, kind, Function(place, None), verdict, excused=excused)
        for place, (name, verdict) in enumerate(entries)
    )
    return Judgement((), (), made, ())


def many(count: int, verdict: Verdict, prefix: str = "f") -> list[tuple[str, Verdict]]:
    return [(f"{prefix}{number:03}", verdict) for number in range(count)]


def test_what_cannot_grow_needs_no_exception() -> None:
    eased = ease([judged(("a", U), ("b", Verdict.ABSENT))])
    assert (eased.floor, eased.exemptions, eased.growing, eased.entries) == (U, (), 0, 2)


def test_few_that_grow_are_exceptions() -> None:
    eased = ease([judged(("b", T), ("a", R), ("c", U))])
    assert eased.floor is U
    assert eased.exemptions == (Exemption("a", R, "a"), Exemption("b", T, "b"))


def test_many_that_grow_raise_the_floor() -> None:
    assert len(ease([judged(*many(FEW, R))]).exemptions) == FEW
    eased = ease([judged(*many(FEW + 1, R))])
    assert (eased.floor, eased.exemptions) == (R, ())


def test_the_floor_is_no_higher_than_it_has_to_be() -> None:
    eased = ease([judged(*many(FEW + 1, T), ("bad", R))])
    assert (eased.floor, eased.exemptions) == (T, (Exemption("bad", R, "bad"),))


def test_all_functions_that_escape_have_one_exception() -> None:
    eased = ease([judged(("func[1]", T), ("func[7]", R), kind=EntryKind.ESCAPED)])
    assert eased.exemptions == (Exemption(ESCAPED, R, None),)


def test_what_names_one_export_comes_before_what_names_all_that_escape() -> None:
    eased = ease([judged(("func[1]", T), kind=EntryKind.ESCAPED), judged(("func[9]", R))])
    assert [one.pattern for one in eased.exemptions] == ["func[[]9]", ESCAPED]


def test_an_export_called_like_a_function_that_escapes_has_its_own() -> None:
    eased = ease([judged(("func[1]", T), kind=EntryKind.ESCAPED), judged(("func[1]", R))])
    assert eased.exemptions == (Exemption("func[[]1]", R, "func[1]"), Exemption(ESCAPED, T, None))


def test_the_start_function_and_an_export_of_its_name_have_their_own() -> None:
    eased = ease([judged(("(start)", T), kind=EntryKind.START), judged(("(start)", R))])
    assert eased.exemptions == (Exemption("[(]start)", R, "(start)"), Exemption(START, T, "(start)"))


def test_where_neither_is_worse_the_floor_is_both() -> None:
    eased = ease([judged(*many(FEW + 1, Verdict.CAPPED), *many(FEW + 1, Verdict.THROW_ONLY, "g"))])
    assert (eased.floor, eased.exemptions) == (Verdict.CAPPED_AND_THROW_ONLY, ())


def test_a_name_with_wildcards_is_written_so_that_it_names_nothing_else() -> None:
    assert ease([judged(("a*", R))]).exemptions == (Exemption("a[*]", R, "a*"),)
    assert ease([judged(("a*", R), ("a[*]", U))]).exemptions == (Exemption("a[*]", R, "a*"),)


def test_growth_before_any_view_needs_no_exception() -> None:
    eased = ease([judged(("(start)", R), kind=EntryKind.START, excused=True)])
    assert (eased.floor, eased.exemptions, eased.growing) == (U, (), 0)


def test_of_one_name_in_several_core_modules_the_worst_counts() -> None:
    assert ease([judged(("a", T)), judged(("a", R)), judged(("a", U))]).exemptions == (
        Exemption("a", R, "a"),
    )
