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
from nogrow.contract.patterns import key_of, matches
from nogrow.contract.violations import Rule, allowed, notes, violations
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


def rules(contract: ArtifactContract, found: Judgement) -> list[str]:
    return [violation.rule.id for violation in violations(contract, found)]


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
    found = judgement(entry("f", BOTH))
    assert rules(ArtifactContract(allow=allow), found) == expected
    for violation in violations(ArtifactContract(allow=allow), found):
        assert violation.headline == (
            "`f` can grow memory 0 before an exception leaves it, and another memory by 0 pages and return; "
            "its verdict is capped+throw-only"
        )


def test_expected_capped_rejects_capped_and_throw_only() -> None:
    found = judgement(entry("f", BOTH))
    (violation,) = violations(ArtifactContract(expect=(Expectation("f", CAPPED),)), found)
    assert violation.headline.startswith("`f` is capped+throw-only, expected capped;")


def test_message_names_verdict_path_and_allowed_verdicts() -> None:
    (found,) = violations(DEFAULT, judgement(entry("set_name", REACHABLE)))
    assert found.message == (
        "`set_name` can grow memory 0 and return; its verdict is reachable; "
        "path: set_name -> alloc: memory.grow at offset 0x52; allowed: absent, unreachable"
    )
    assert found.headline == "`set_name` can grow memory 0 and return; its verdict is reachable"
    assert found.entry == "set_name"
    assert found.allowed == (ABSENT, UNREACHABLE)


@pytest.mark.parametrize(("airtight", "words"), [(True, "always fails"), (False, "by 0 pages")])
def test_capped_says_whether_a_growth_by_0_is_left(airtight: bool, words: str) -> None:
    (found,) = violations(DEFAULT, judgement(entry("f", CAPPED, airtight=airtight)))
    assert words in found.message


def test_growth_by_the_host_is_its_own_rule_and_names_the_import() -> None:
    grown = entry("f", REACHABLE, host_grows="env.emscripten_resize_heap")
    (found,) = violations(DEFAULT, judgement(grown))
    assert found.rule is Rule.HOST_GROWS
    assert "`env.emscripten_resize_heap`" in found.message


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
    found = judgement(entry("f", UNREACHABLE), entry("g", UNREACHABLE))
    (violation,) = violations(ArtifactContract(allow=(ABSENT,)), found)
    assert violation.rule is Rule.SITE_PRESENT
    assert violation.message == (
        "1 grow site in the module, the first in alloc at offset 0x52, where `f`, `g` may have none; "
        "allowed: absent"
    )


def test_sites_count_without_entry_points() -> None:
    found = Judgement((memory(),), (SITE,), (), ())
    assert rules(ArtifactContract(allow=(ABSENT,)), found) == ["NG004"]
    assert rules(DEFAULT, found) == []


def test_exception_applies_to_its_export_only() -> None:
    contract = ArtifactContract(exports=(Allowance("init", (REACHABLE,)),))
    found = judgement(entry("init", REACHABLE), entry("f", REACHABLE))
    assert [violation.entry for violation in violations(contract, found)] == ["f"]


@pytest.mark.parametrize(
    ("patterns", "closest"),
    [
        (("p*", "process"), "process"),
        (("process", "process*"), "process"),
        (("p*", "proc*"), "proc*"),
        (("proc*", "p*"), "proc*"),
        (("p*ss", "*ess", "other"), "p*ss"),
    ],
)
def test_closest_exception_wins(patterns: tuple[str, ...], closest: str) -> None:
    exports = tuple(Allowance(pattern, (CAPPED if pattern == closest else ABSENT,)) for pattern in patterns)
    assert allowed(ArtifactContract(exports=exports), entry("process", CAPPED)) == (CAPPED,)


def test_patterns_tell_upper_from_lower_case() -> None:
    contract = ArtifactContract(exports=(Allowance("INIT*", (REACHABLE,)),))
    assert rules(contract, judgement(entry("init", REACHABLE))) == ["NG001"]


@pytest.mark.parametrize(
    ("key", "excused"),
    [
        ("process*", ["export process*", "export process_a"]),
        ("process[*]", ["export process*"]),
        ("func[1]", []),
        ("func[[]1]", ["export func[1]"]),
        ("[(]start)", ["export (start)"]),
        ("(start)", ["start (start)"]),
        ("(escaped)", ["escaped func[1]"]),
        ("(func[1])", ["escaped func[1]"]),
        ("(func[2])", []),
        ("*", ["export process*", "export process_a", "export func[1]", "export (start)"]),
    ],
)
def test_key_excuses_only_its_entry_point(key: str, excused: list[str]) -> None:
    found = judgement(
        *(entry(name, REACHABLE) for name in ("process*", "process_a", "func[1]", "(start)")),
        entry("(start)", REACHABLE, kind=EntryKind.START),
        entry("func[1]", REACHABLE, kind=EntryKind.ESCAPED)._replace(function=Function(1, None)),
    )
    contract = ArtifactContract(exports=(Allowance(key, (REACHABLE,)),))
    broken = {
        (violation.about.kind, violation.about.name)
        for violation in violations(contract, found)
        if violation.about
    }
    kept = [item for item in found.entries if (item.kind, item.name) not in broken]
    assert [f"{item.kind.value} {item.name}" for item in kept] == excused
    expected = ArtifactContract(allow=(ABSENT,), expect=(Expectation(key, REACHABLE),))
    about = [violation.about for violation in violations(expected, found) if violation.about]
    assert [item for item in found.entries if item not in about] == kept


@pytest.mark.parametrize("name", ["f", "a*", "[x]", "(start)", "(escaped)", "()", "(a*)", "(a\nb)", "?", ""])
def test_entry_point_key_is_unambiguous(name: str) -> None:
    named = entry(name, REACHABLE)
    others = [entry(other, REACHABLE) for other in ("x", "ab", "(abc)", "f2", "start")]
    others += [entry(name, REACHABLE, kind=kind) for kind in (EntryKind.START, EntryKind.ESCAPED)]
    assert matches(key_of(named), named)
    assert [other for other in others if matches(key_of(named), other)] == []


@pytest.mark.parametrize(
    ("exact", "glob", "kind", "name"),
    [
        ("a[*]", "[abcdefghijk]?", EntryKind.EXPORT, "a*"),
        ("[(]a)", "[()[]*)", EntryKind.EXPORT, "(a)"),
        ("(func[3])", "(escaped)", EntryKind.ESCAPED, "func[3]"),
    ],
)
def test_exact_key_wins_over_a_longer_glob(exact: str, glob: str, kind: EntryKind, name: str) -> None:
    for exports in ((exact, glob), (glob, exact)):
        contract = ArtifactContract(
            exports=tuple(Allowance(key, (CAPPED if key == exact else ABSENT,)) for key in exports)
        )
        assert allowed(contract, entry(name, CAPPED, kind=kind)) == (CAPPED,)


def test_export_named_like_another_kind_is_marked() -> None:
    (violation,) = violations(DEFAULT, judgement(entry("func[1]", REACHABLE)))
    assert violation.headline.startswith("`func[1] (export)` can grow memory 0")


def test_key_copied_from_a_report_gets_a_hint() -> None:
    contract = ArtifactContract(exports=(Allowance("func[3]", (ABSENT,)),))
    found = judgement(entry("func[3]", ABSENT, kind=EntryKind.ESCAPED))
    assert tuple(notes(contract, found)) == (
        "the contract's exports name `func[3]`, which no entry point matches; "
        "the key for `func[3]` is `(func[3])`",
    )


def test_unmatched_exception_is_noted() -> None:
    contract = ArtifactContract(exports=(Allowance("gone*", (ABSENT,)), Allowance("f", (ABSENT,))))
    assert tuple(notes(contract, judgement(entry("f", ABSENT)))) == (
        "the contract's exports name `gone*`, which no entry point matches",
    )


def test_deny_breaks_on_each_untrusted_import() -> None:
    imports = Imports(denied=True, trusted=("env.log_*", "wasi.fd_write"))
    reached = ("env.log_line", "env.now", "wasi.fd_read", "wasi.fd_write")
    found = violations(ArtifactContract(imports=imports), judgement(entry("f", ABSENT, imports=reached)))
    assert [violation.rule for violation in found] == [Rule.UNTRUSTED_IMPORT] * 2
    assert "`env.now`" in found[0].message
    assert "`wasi.fd_read`" in found[1].message


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
    found = judgement(memories=(memory(least, most),))
    assert rules(ArtifactContract(memory=limits), found) == ["NG007"] * count


def test_memory_limits_need_a_memory_and_hold_for_each() -> None:
    contract = ArtifactContract(memory=MemoryLimits(max_pages=1))
    assert rules(contract, judgement(memories=())) == ["NG007"]
    assert rules(contract, judgement(memories=(memory(1, 1), memory(1, 2)))) == ["NG007"]


def test_limits_message_names_an_unusual_page_size() -> None:
    contract = ArtifactContract(memory=MemoryLimits(max_pages=1))
    (found,) = violations(contract, judgement(memories=(memory(1, 2, page_size=1),)))
    assert found.message == (
        "memory 0 has a maximum of 2 pages; allowed: at most 1 page (a page has 1 bytes here)"
    )


def test_limits_message_omits_the_usual_page_size() -> None:
    contract = ArtifactContract(memory=MemoryLimits(max_pages=1))
    (found,) = violations(contract, judgement(memories=(memory(1, 2),)))
    assert found.message == "memory 0 has a maximum of 2 pages; allowed: at most 1 page"


def test_violations_are_ordered_by_rule_then_entry_point() -> None:
    exports = (Allowance("a", (CAPPED,)), Allowance("d", (ABSENT,)))
    verdicts = {"b": CAPPED, "a": REACHABLE, "c": TRAP_ONLY, "d": REACHABLE}
    found = judgement(*(entry(name, verdict) for name, verdict in verdicts.items()))
    contract = ArtifactContract(exports=exports, memory=MemoryLimits(min_pages=2))
    assert [(violation.rule.id, violation.entry) for violation in violations(contract, found)] == [
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
    (found,) = violations(contract, judgement(entry("f", ABSENT)))
    assert found.rule is Rule.CONTROL_LOST
    assert found.message == "no such entry point: `gone`, expected to be reachable"


def test_long_path_is_shortened_in_the_middle() -> None:
    from nogrow.analysis.judgement import Function, Step
    from nogrow.contract.phrases import path_of

    steps = [Step(Function(n, f"f{n}"), n, "call") for n in range(9)]
    assert path_of(steps) == "f0 -> f1 -> (5 more) -> f7 -> f8: call at offset 0x8"
    assert path_of(steps[:5]) == "f0 -> f1 -> f2 -> f3 -> f4: call at offset 0x4"
    assert path_of(steps[:6]) == "f0 -> f1 -> (2 more) -> f4 -> f5: call at offset 0x5"


def test_unreachable_without_sites_breaks_absent() -> None:
    found = Judgement((), (), (entry("f", UNREACHABLE),), ())
    (violation,) = violations(ArtifactContract(allow=(ABSENT,)), found)
    assert (violation.rule, violation.headline) == (
        Rule.SITE_PRESENT,
        "0 grow sites in the module, where `f` may have none",
    )


def test_very_long_name_loses_its_middle() -> None:
    (found,) = violations(DEFAULT, judgement(entry("a" * 5000 + "b" * 5000, REACHABLE)))
    assert len(found.headline) < 1000
    assert "a...b" in found.headline


HIDDEN = dataclasses.replace(memory(), exported=())
JUDGE = Conditions(private_memories=True)


@pytest.mark.parametrize("allow", [(UNREACHABLE,), (ABSENT,)])
def test_growth_of_a_private_memory_breaks_nothing(allow: tuple[Verdict, ...]) -> None:
    found = judgement(
        entry("f", REACHABLE, seen=ABSENT), entry("g", UNREACHABLE, seen=ABSENT), memories=(HIDDEN,)
    )
    assert rules(ArtifactContract(allow=allow), found) == []
    assert tuple(notes(DEFAULT, found)) == (
        "memory 0 is neither imported nor exported: no host view of it can exist",
    )


def test_visible_sites_count_beside_private_ones() -> None:
    found = judgement(entry("f", REACHABLE, seen=UNREACHABLE))
    assert rules(ArtifactContract(allow=(ABSENT,)), found) == ["NG004"]
    assert rules(DEFAULT, found) == []


def test_private_sites_do_not_count_without_entry_points() -> None:
    found = Judgement((HIDDEN,), (SITE,), (), ())
    assert rules(ArtifactContract(allow=(ABSENT,)), found) == []
    assert rules(ArtifactContract(allow=(ABSENT,), conditions=JUDGE), found) == ["NG004"]


def test_control_on_a_private_memory_has_its_verdict() -> None:
    found = judgement(entry("f", REACHABLE, seen=ABSENT), memories=(HIDDEN,))
    assert rules(ArtifactContract(expect=(Expectation("f", REACHABLE),)), found) == []
    assert rules(ArtifactContract(expect=(Expectation("f", ABSENT),)), found) == ["NG008"]


def test_limits_hold_for_private_memories_too() -> None:
    found = judgement(entry("f", ABSENT), memories=(HIDDEN,))
    assert rules(ArtifactContract(memory=MemoryLimits(max_pages=1)), found) == ["NG007"]


def test_judged_private_memory_has_no_note() -> None:
    found = judgement(entry("f", REACHABLE), memories=(HIDDEN,))
    assert tuple(notes(ArtifactContract(conditions=JUDGE), found)) == ()
