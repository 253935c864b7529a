from itertools import combinations_with_replacement, permutations

import pytest

from nogrow.analysis.entry_identity import grouped, level_of, paired
from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Verdict
from nogrow.baseline.lock_file import START, pin_of, worst_first
from nogrow.baseline.regressions import Better, Held, Pinned, compare
from nogrow.contract.violations import Rule
from tests.support.judgements import (
    ABSENT,
    CAPPED,
    DIGEST,
    ESCAPED,
    EXPORT,
    REACHABLE,
    SITE,
    THROW_ONLY,
    TRAP_ONLY,
    UNREACHABLE,
    entry,
    exports,
    judgement,
    lock,
    pin,
)


def escaped(index: int, name: str | None, verdict: Verdict) -> Entry:
    function = entry(f"func[{index}]", verdict, kind=ESCAPED)
    return function._replace(function=Function(index, name))


def headlines(held: Held) -> list[str]:
    assert all(violation.rule is Rule.PIN_BROKEN for violation in held.violations)
    return [violation.headline for violation in held.violations]


@pytest.mark.parametrize("before", Verdict, ids=lambda verdict: verdict.label)
@pytest.mark.parametrize("after", Verdict, ids=lambda verdict: verdict.label)
def test_verdict_may_only_become_better(before: Verdict, after: Verdict) -> None:
    held = compare(exports(f=before), judgement(entry("f", after)))
    assert len(held.violations) == (not after.at_most(before))
    assert list(held.better) == (
        [Better("f", EXPORT, before, after)] if after.at_most(before) and after is not before else []
    )


def test_regression_names_old_verdict_and_has_a_witness() -> None:
    held = compare(exports(f=TRAP_ONLY), judgement(entry("f", REACHABLE)))
    assert headlines(held) == ["`f` is reachable, pinned as trap-only"]
    assert held.violations[0].entry == "f"
    assert held.violations[0].about is not None
    assert held.violations[0].about.witness


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.label)
def test_renaming_does_not_evade_the_lock(verdict: Verdict) -> None:
    held = compare(exports(old=REACHABLE), judgement(entry("new", verdict)))
    assert headlines(held) == (
        [f"`new` is {verdict.label} and not pinned; a new entry point must be absent or unreachable"]
        if verdict.grows
        else []
    )
    assert held.better == (Better("old", EXPORT, REACHABLE, None),)


def test_swapped_verdicts_are_noticed() -> None:
    now = judgement(entry("a", REACHABLE), entry("b", UNREACHABLE))
    held = compare(exports(a=UNREACHABLE, b=REACHABLE), now)
    assert headlines(held) == ["`a` is reachable, pinned as unreachable"]
    assert [change.name for change in held.better] == ["b"]


def test_worst_comes_first_and_harmless_removals_are_silent() -> None:
    now = judgement(entry("a", CAPPED), entry("b", REACHABLE))
    held = compare(exports(a=UNREACHABLE, b=UNREACHABLE, c=UNREACHABLE), now)
    assert [violation.entry for violation in held.violations] == ["b", "a"]
    assert held.better == ()


def test_first_grow_site_is_a_single_violation() -> None:
    names = [f"f{number}" for number in range(100)]
    now = judgement(*(entry(name, UNREACHABLE) for name in names))
    held = compare(exports(**dict.fromkeys(names, ABSENT)), now)
    assert headlines(held) == [
        "1 grow site in the module, where `f0`, `f1`, `f2` and 97 more were pinned as absent"
    ]
    assert held.violations[0].about is None


@pytest.mark.parametrize("names", [("g",), ()], ids=["another name", "none"])
def test_first_grow_site_is_noticed_under_any_names(names: tuple[str, ...]) -> None:
    now = Judgement((), (SITE,), tuple(entry(name, UNREACHABLE) for name in names), ())
    assert headlines(compare(exports(f=ABSENT), now)) == [
        "1 grow site in the module, where the module was pinned as absent"
    ]


def test_export_named_like_another_kind_is_not_mistaken() -> None:
    pinned = pin({(EXPORT, "func[3]"): (REACHABLE,), (EXPORT, "(start)"): (REACHABLE,)})
    now = judgement(entry("(start)", REACHABLE, kind=EntryKind.START), escaped(3, None, REACHABLE))
    assert len(compare(pinned, now).violations) == 2


def test_escaping_function_is_known_by_name_without_hash() -> None:
    before = judgement(escaped(3, "_ZN1a1b17h0123456789abcdefE", REACHABLE), escaped(4, "c", UNREACHABLE))
    after = judgement(escaped(4, "_ZN1a1b17hfedcba9876543210E", REACHABLE), escaped(3, "c", UNREACHABLE))
    assert compare(pin_of(before, DIGEST, 1), after) == Held(())
    worse = judgement(escaped(4, "a::b", UNREACHABLE), escaped(3, "c", REACHABLE))
    assert headlines(compare(pin_of(before, DIGEST, 1), worse)) == [
        "`func[3]` (c) is reachable, pinned as unreachable"
    ]


def test_functions_without_a_name_are_counted() -> None:
    pinned = pin({(ESCAPED, ""): (REACHABLE, UNREACHABLE)})
    moved = judgement(escaped(8, None, UNREACHABLE), escaped(9, None, REACHABLE))
    assert compare(pinned, moved) == Held(())
    more = judgement(escaped(8, None, REACHABLE), escaped(9, None, REACHABLE))
    assert headlines(compare(pinned, more)) == ["`func[9]` is reachable, pinned as unreachable"]
    fewer = judgement(escaped(8, None, UNREACHABLE))
    assert compare(pinned, fewer).better == (Better("(nameless)", ESCAPED, REACHABLE, None),)


def test_only_growth_after_the_first_view_is_worse() -> None:
    def start(verdict: Verdict, excused: bool) -> Judgement:
        return judgement(entry("(start)", verdict, kind=EntryKind.START, excused=excused))

    harmless = pin({START: (REACHABLE,)}, excused=True)
    assert compare(pin({START: (UNREACHABLE,)}), start(REACHABLE, True)) == Held(())
    assert compare(harmless, start(UNREACHABLE, False)) == Held(())
    assert headlines(compare(harmless, start(REACHABLE, False))) == [
        "`(start)` is reachable, pinned as unreachable"
    ]
    assert compare(pin({START: (REACHABLE,)}), start(REACHABLE, True)).better


def test_unpinned_module_breaks_the_lock() -> None:
    held = Pinned(lock(a=exports(f=ABSENT))).hold("b.wasm", judgement(entry("f", ABSENT)), DIGEST)
    assert headlines(held) == ["the module is not in nogrow.lock; `nogrow pin` adds it"]


def test_rebuild_with_equal_verdicts_passes_unless_exact() -> None:
    pinned, now = lock(a=exports(f=ABSENT)), judgement(entry("f", ABSENT))
    assert Pinned(pinned).hold("a.wasm", now, "1" * 64) == Held(())
    assert Pinned(pinned, exact=True).hold("a.wasm", now, DIGEST) == Held(())
    assert headlines(Pinned(pinned, exact=True).hold("a.wasm", now, "1" * 64)) == [
        f"the module is not the pinned one: its sha256 is {'1' * 64}, not {DIGEST}"
    ]
    assert Pinned(pinned, exact=True).hold("a.wasm", now, None).violations


def test_worse_verdicts_of_the_same_bytes_are_explained() -> None:
    held = Pinned(lock(a=exports(f=ABSENT))).hold("a.wasm", judgement(entry("f", REACHABLE)), DIGEST)
    assert len(held.violations) == 1
    (note,) = held.notes
    assert note.startswith("the module is byte for byte the pinned one;")


def test_unchecked_pinned_module_is_missing() -> None:
    pinned = lock(a=exports(f=ABSENT), b=exports(f=ABSENT))
    assert [path for path, _ in Pinned(pinned, whole=True).missing(["a.wasm"], [])] == ["b.wasm"]
    assert list(Pinned(pinned).missing(["a.wasm"], [])) == []
    assert list(Pinned(pinned, whole=True).missing(["./a.wasm"], ["b.wasm"])) == []


@pytest.mark.parametrize("whole", [False, True])
def test_removed_core_module_is_missing(whole: bool) -> None:
    pinned_module = exports(f=ABSENT)
    pinned = Pinned(lock()._replace(pins={"c.wasm#0": pinned_module, "c.wasm#1": pinned_module}), whole=whole)
    assert [path for path, _ in pinned.missing(["c.wasm#0"], [])] == ["c.wasm#1"]


@pytest.mark.parametrize(("before", "after"), [(CAPPED, THROW_ONLY), (THROW_ONLY, CAPPED)])
def test_capped_and_throw_only_are_worse_than_each_other(before: Verdict, after: Verdict) -> None:
    held = compare(exports(f=before), judgement(entry("f", after)))
    assert headlines(held) == [f"`f` is {after.label}, pinned as {before.label}"]
    assert held.better == ()


def test_export_and_escaped_function_may_share_a_name() -> None:
    before = judgement(entry("func[3]", UNREACHABLE), escaped(3, None, REACHABLE))
    after = judgement(entry("func[3]", REACHABLE), escaped(3, None, UNREACHABLE))
    assert headlines(compare(pin_of(before, DIGEST, 1), after)) == [
        "`func[3] (export)` is reachable, pinned as unreachable"
    ]


@pytest.mark.parametrize("count", [2, 3])
def test_functions_of_one_name_need_a_keeping_pairing(count: int) -> None:
    # Brute force over all pairings is the reference.
    for before in combinations_with_replacement(Verdict, count):
        for after in combinations_with_replacement(Verdict, count):
            kept = any(
                all(new.at_most(old) for new, old in zip(after, order, strict=True))
                for order in permutations(before)
            )
            candidates = [entry("f", verdict, kind=ESCAPED) for verdict in after]
            pairs = paired(
                {(ESCAPED, "f"): worst_first(before)},
                grouped(judgement(*candidates)),
                lambda verdict: verdict,
                level_of,
            )
            worse = [
                (old, new)
                for _, old, new in pairs
                if old is not None and new is not None and not new.verdict.at_most(old)
            ]
            assert bool(worse) == (not kept), (before, after)
