import dataclasses

import pytest

from nogrow.analysis.judgement import Conditions, EntryKind, Function, Judgement, Verdict
from nogrow.contract.model import (
    Allowance,
    ArtifactContract,
    Expectation,
    Imports,
    MemoryLimits,
)
from nogrow.contract.violations import Rule, notes, violations
from tests.support.judgements import (
    ABSENT,
    BOTH,
    CAPPED,
    REACHABLE,
    SITE,
    THROW_ONLY,
    TRAP_ONLY,
    UNREACHABLE,
    entry,
    judgement,
    memory,
)

DEFAULT = ArtifactContract()


def rules(contract: ArtifactContract, judged: Judgement) -> list[str]:
    return [violation.rule.id for violation in violations(contract, judged)]


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (ABSENT, []),
        (UNREACHABLE, []),
        (TRAP_ONLY, ["NG002"]),
        (THROW_ONLY, ["NG002"]),
        (CAPPED, ["NG003"]),
        (BOTH, ["NG002"]),
        (REACHABLE, ["NG001"]),
    ],
    ids=lambda value: value.label if isinstance(value, Verdict) else None,
)
def test_each_disallowed_verdict_has_its_rule(verdict: Verdict, expected: list[str]) -> None:
    assert rules(DEFAULT, judgement(entry("f", verdict))) == expected


@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.label)
def test_listed_verdict_is_allowed(verdict: Verdict) -> None:
    assert rules(ArtifactContract(allow=(verdict,)), judgement(entry("f", verdict))) == []


@pytest.mark.parametrize("allowed", Verdict, ids=lambda verdict: verdict.label)
@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.label)
def test_allowed_verdict_includes_only_better_ones(allowed: Verdict, verdict: Verdict) -> None:
    broken = rules(ArtifactContract(allow=(ABSENT, allowed)), judgement(entry("f", verdict)))
    assert (not broken) == verdict.at_most(allowed)


@pytest.mark.parametrize(
    ("allow", "expected"),
    [
        ((UNREACHABLE, CAPPED), ["NG002"]),
        ((THROW_ONLY,), ["NG003"]),
        ((UNREACHABLE,), ["NG002"]),
        ((THROW_ONLY, CAPPED), []),
        ((BOTH,), []),
        ((REACHABLE,), []),
    ],
    ids=["capped", "throw-only", "neither", "both listed", "both in one", "reachable"],
)
def test_capped_and_throw_only_must_both_be_allowed(allow: tuple[Verdict, ...], expected: list[str]) -> None:
    judged = judgement(entry("f", BOTH))
    assert rules(ArtifactContract(allow=allow), judged) == expected
    for violation in violations(ArtifactContract(allow=allow), judged):
        assert violation.headline == (
            "`f` can grow memory 0 before an exception leaves it, and another memory by 0 pages and return; "
            "its verdict is capped+throw-only"
        )


def test_expected_capped_rejects_capped_and_throw_only() -> None:
    judged = judgement(entry("f", BOTH))
    (violation,) = violations(ArtifactContract(expect=(Expectation("f", CAPPED),)), judged)
    assert violation.headline.startswith("`f` is capped+throw-only, expected capped;")


def test_message_names_verdict_path_and_allowed_verdicts() -> None:
    (violation,) = violations(DEFAULT, judgement(entry("set_name", REACHABLE)))
    assert violation.message == (
        "`set_name` can grow memory 0 and return; its verdict is reachable; "
        "path: set_name -> alloc: memory.grow at offset 0x52; allowed: absent, unreachable"
    )
    assert violation.headline == "`set_name` can grow memory 0 and return; its verdict is reachable"
    assert violation.entry == "set_name"
    assert violation.allowed == (ABSENT, UNREACHABLE)


@pytest.mark.parametrize(("airtight", "words"), [(True, "always fails"), (False, "by 0 pages")])
def test_capped_says_whether_a_growth_by_0_is_left(airtight: bool, words: str) -> None:
    (violation,) = violations(DEFAULT, judgement(entry("f", CAPPED, airtight=airtight)))
    assert words in violation.message


def test_growth_by_the_host_is_its_own_rule_and_names_the_import() -> None:
    grown = entry("f", REACHABLE, host_grows="env.emscripten_resize_heap")
    (violation,) = violations(DEFAULT, judgement(grown))
    assert violation.rule is Rule.HOST_GROWS
    assert "`env.emscripten_resize_heap`" in violation.message


def test_growth_by_the_host_is_allowed_as_reachable() -> None:
    grown = entry("f", REACHABLE, host_grows="env.emscripten_resize_heap")
    assert rules(ArtifactContract(allow=(REACHABLE,)), judgement(grown)) == []


@pytest.mark.parametrize("verdict", [UNREACHABLE, REACHABLE], ids=lambda verdict: verdict.label)
def test_excused_growth_in_start_breaks_nothing(verdict: Verdict) -> None:
    start = entry("(start)", verdict, kind=EntryKind.START, excused=True)
    assert rules(ArtifactContract(allow=(ABSENT,)), judgement(start)) == []


def test_unexcused_growth_in_start_breaks_the_contract() -> None:
    start = entry("(start)", REACHABLE, kind=EntryKind.START)
    assert rules(DEFAULT, judgement(start)) == ["NG001"]


def test_site_breaks_a_contract_that_allows_absent_only() -> None:
    judged = judgement(entry("f", UNREACHABLE), entry("g", UNREACHABLE))
    (violation,) = violations(ArtifactContract(allow=(ABSENT,)), judged)
    assert violation.rule is Rule.SITE_PRESENT
    assert violation.message == (
        "1 grow site in the module, the first in alloc at offset 0x52, where `f`, `g` may have none; "
        "allowed: absent"
    )


def test_sites_count_without_entry_points() -> None:
    judged = Judgement((memory(),), (SITE,), (), ())
    assert rules(ArtifactContract(allow=(ABSENT,)), judged) == ["NG004"]
    assert rules(DEFAULT, judged) == []


def test_deny_breaks_on_each_untrusted_import() -> None:
    imports = Imports(denied=True, trusted=("env.log_*", "wasi.fd_write"))
    reached = ("env.log_line", "env.now", "wasi.fd_read", "wasi.fd_write")
    broken = violations(ArtifactContract(imports=imports), judgement(entry("f", ABSENT, imports=reached)))
    assert [violation.rule for violation in broken] == [Rule.UNTRUSTED_IMPORT] * 2
    assert "`env.now`" in broken[0].message
    assert "`wasi.fd_read`" in broken[1].message


def test_assume_breaks_on_no_import() -> None:
    assert rules(DEFAULT, judgement(entry("f", ABSENT, imports=("env.now",)))) == []


@pytest.mark.parametrize(
    ("least", "most", "limits", "count"),
    [
        (17, 17, MemoryLimits(17, 17), 0),
        (18, 17, MemoryLimits(17, 17), 0),
        (16, 17, MemoryLimits(17, 17), 1),
        (17, 18, MemoryLimits(17, 17), 1),
        (17, None, MemoryLimits(17, 17), 1),
        (16, None, MemoryLimits(17, 17), 2),
        (17, None, MemoryLimits(min_pages=17), 0),
        (1, 17, MemoryLimits(max_pages=17), 0),
        (0, 0, MemoryLimits(max_pages=0), 0),
        (0, 1, MemoryLimits(max_pages=0), 1),
    ],
)
def test_memory_limits(least: int, most: int | None, limits: MemoryLimits, count: int) -> None:
    judged = judgement(memories=(memory(least, most),))
    assert rules(ArtifactContract(memory=limits), judged) == ["NG007"] * count


def test_memory_limits_need_a_memory_and_hold_for_each() -> None:
    contract = ArtifactContract(memory=MemoryLimits(max_pages=1))
    assert rules(contract, judgement(memories=())) == ["NG007"]
    assert rules(contract, judgement(memories=(memory(1, 1), memory(1, 2)))) == ["NG007"]


def test_limits_message_names_an_unusual_page_size() -> None:
    contract = ArtifactContract(memory=MemoryLimits(max_pages=1))
    (violation,) = violations(contract, judgement(memories=(memory(1, 2, page_size=1),)))
    assert violation.message == (
        "memory 0 has a maximum of 2 pages; allowed: at most 1 page (a page has 1 bytes here)"
    )


def test_limits_message_omits_the_usual_page_size() -> None:
    contract = ArtifactContract(memory=MemoryLimits(max_pages=1))
    (violation,) = violations(contract, judgement(memories=(memory(1, 2),)))
    assert violation.message == "memory 0 has a maximum of 2 pages; allowed: at most 1 page"


def test_violations_are_ordered_by_rule_then_entry_point() -> None:
    exports = (Allowance("a", (CAPPED,)), Allowance("d", (ABSENT,)))
    verdicts = {"b": CAPPED, "a": REACHABLE, "c": TRAP_ONLY, "d": REACHABLE}
    judged = judgement(*(entry(name, verdict) for name, verdict in verdicts.items()))
    contract = ArtifactContract(exports=exports, memory=MemoryLimits(min_pages=2))
    assert [(violation.rule.id, violation.entry) for violation in violations(contract, judged)] == [
        ("NG001", "a"),
        ("NG001", "d"),
        ("NG002", "c"),
        ("NG003", "b"),
        ("NG007", None),
    ]


def test_expected_verdict_must_be_exact() -> None:
    contract = ArtifactContract(expect=(Expectation("f", REACHABLE),))
    assert rules(contract, judgement(entry("f", REACHABLE))) == []
    for verdict in (ABSENT, UNREACHABLE, TRAP_ONLY, THROW_ONLY, CAPPED):
        assert rules(contract, judgement(entry("f", verdict))) == ["NG008"]


def test_expectation_excuses_no_other_entry_point() -> None:
    contract = ArtifactContract(expect=(Expectation("f", REACHABLE),))
    assert rules(contract, judgement(entry("f", REACHABLE), entry("g", REACHABLE))) == ["NG001"]


def test_missing_expected_entry_point_is_a_lost_control() -> None:
    contract = ArtifactContract(expect=(Expectation("gone", REACHABLE),))
    (violation,) = violations(contract, judgement(entry("f", ABSENT)))
    assert violation.rule is Rule.CONTROL_LOST
    assert violation.message == "no such entry point: `gone`, expected to be reachable"


def test_long_path_is_shortened_in_the_middle() -> None:
    from nogrow.analysis.judgement import Step
    from nogrow.contract.phrases import path_of

    steps = [Step(Function(n, f"f{n}"), n, "call") for n in range(9)]
    assert path_of(steps) == "f0 -> f1 -> (5 more) -> f7 -> f8: call at offset 0x8"
    assert path_of(steps[:5]) == "f0 -> f1 -> f2 -> f3 -> f4: call at offset 0x4"
    assert path_of(steps[:6]) == "f0 -> f1 -> (2 more) -> f4 -> f5: call at offset 0x5"


def test_unreachable_without_sites_breaks_absent() -> None:
    judged = Judgement((), (), (entry("f", UNREACHABLE),), ())
    (violation,) = violations(ArtifactContract(allow=(ABSENT,)), judged)
    assert (violation.rule, violation.headline) == (
        Rule.SITE_PRESENT,
        "0 grow sites in the module, where `f` may have none",
    )


def test_very_long_name_loses_its_middle() -> None:
    (violation,) = violations(DEFAULT, judgement(entry("a" * 5000 + "b" * 5000, REACHABLE)))
    assert len(violation.headline) < 1000
    assert "a...b" in violation.headline


HIDDEN = dataclasses.replace(memory(), exported=())
JUDGE = Conditions(private_memories=True)


@pytest.mark.parametrize("allow", [(UNREACHABLE,), (ABSENT,)])
def test_growth_of_a_private_memory_breaks_nothing(allow: tuple[Verdict, ...]) -> None:
    judged = judgement(
        entry("f", REACHABLE, seen=ABSENT), entry("g", UNREACHABLE, seen=ABSENT), memories=(HIDDEN,)
    )
    assert rules(ArtifactContract(allow=allow), judged) == []
    assert tuple(notes(DEFAULT, judged)) == (
        "memory 0 is neither imported nor exported: no host view of it can exist",
    )


def test_visible_sites_count_beside_private_ones() -> None:
    judged = judgement(entry("f", REACHABLE, seen=UNREACHABLE))
    assert rules(ArtifactContract(allow=(ABSENT,)), judged) == ["NG004"]
    assert rules(DEFAULT, judged) == []


def test_private_sites_do_not_count_without_entry_points() -> None:
    judged = Judgement((HIDDEN,), (SITE,), (), ())
    assert rules(ArtifactContract(allow=(ABSENT,)), judged) == []
    assert rules(ArtifactContract(allow=(ABSENT,), conditions=JUDGE), judged) == ["NG004"]


def test_control_on_a_private_memory_has_its_verdict() -> None:
    judged = judgement(entry("f", REACHABLE, seen=ABSENT), memories=(HIDDEN,))
    assert rules(ArtifactContract(expect=(Expectation("f", REACHABLE),)), judged) == []
    assert rules(ArtifactContract(expect=(Expectation("f", ABSENT),)), judged) == ["NG008"]


def test_limits_hold_for_private_memories_too() -> None:
    judged = judgement(entry("f", ABSENT), memories=(HIDDEN,))
    assert rules(ArtifactContract(memory=MemoryLimits(max_pages=1)), judged) == ["NG007"]


def test_judged_private_memory_has_no_note() -> None:
    judged = judgement(entry("f", REACHABLE), memories=(HIDDEN,))
    assert tuple(notes(ArtifactContract(conditions=JUDGE), judged)) == ()
