import pytest

from nogrow.analysis.judgement import EntryKind, Function
from nogrow.contract.model import Allowance, ArtifactContract, Expectation
from nogrow.contract.patterns import key_of, matches
from nogrow.contract.violations import Rule, allowed, notes, violations
from tests.support.judgements import ABSENT, CAPPED, REACHABLE, entry, judgement


def test_exception_applies_to_its_export_only() -> None:
    contract = ArtifactContract(exports=(Allowance("init", (REACHABLE,)),))
    judged = judgement(entry("init", REACHABLE), entry("f", REACHABLE))
    assert [violation.entry for violation in violations(contract, judged)] == ["f"]


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
    assert allowed(ArtifactContract(exports=exports), EntryKind.EXPORT, "process") == (CAPPED,)


def test_patterns_tell_upper_from_lower_case() -> None:
    contract = ArtifactContract(exports=(Allowance("INIT*", (REACHABLE,)),))
    (violation,) = violations(contract, judgement(entry("init", REACHABLE)))
    assert violation.rule is Rule.GROWTH_REACHABLE


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
    judged = judgement(
        *(entry(name, REACHABLE) for name in ("process*", "process_a", "func[1]", "(start)")),
        entry("(start)", REACHABLE, kind=EntryKind.START),
        entry("func[1]", REACHABLE, kind=EntryKind.ESCAPED)._replace(function=Function(1, None)),
    )
    contract = ArtifactContract(exports=(Allowance(key, (REACHABLE,)),))
    broken = {
        (violation.about.kind, violation.about.name)
        for violation in violations(contract, judged)
        if violation.about
    }
    kept = [item for item in judged.entries if (item.kind, item.name) not in broken]
    assert [f"{item.kind.value} {item.name}" for item in kept] == excused
    expected = ArtifactContract(allow=(ABSENT,), expect=(Expectation(key, REACHABLE),))
    about = [violation.about for violation in violations(expected, judged) if violation.about]
    assert [item for item in judged.entries if item not in about] == kept


@pytest.mark.parametrize("name", ["f", "a*", "[x]", "(start)", "(escaped)", "()", "(a*)", "(a\nb)", "?", ""])
def test_entry_point_key_is_unambiguous(name: str) -> None:
    named = entry(name, REACHABLE)
    others = [entry(other, REACHABLE) for other in ("x", "ab", "(abc)", "f2", "start")]
    others += [entry(name, REACHABLE, kind=kind) for kind in (EntryKind.START, EntryKind.ESCAPED)]
    key = key_of(named.kind, named.name)
    assert matches(key, named.kind, named.name)
    assert [other for other in others if matches(key, other.kind, other.name)] == []


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
        assert allowed(contract, kind, name) == (CAPPED,)


def test_export_named_like_another_kind_is_marked() -> None:
    (violation,) = violations(ArtifactContract(), judgement(entry("func[1]", REACHABLE)))
    assert violation.headline.startswith("`func[1] (export)` can grow memory 0")


def test_key_copied_from_a_report_gets_a_hint() -> None:
    contract = ArtifactContract(exports=(Allowance("func[3]", (ABSENT,)),))
    judged = judgement(entry("func[3]", ABSENT, kind=EntryKind.ESCAPED))
    assert tuple(notes(contract, judged)) == (
        "the contract's exports name `func[3]`, which no entry point matches; "
        "the key for `func[3]` is `(func[3])`",
    )


def test_unmatched_exception_is_noted() -> None:
    contract = ArtifactContract(exports=(Allowance("gone*", (ABSENT,)), Allowance("f", (ABSENT,))))
    assert tuple(notes(contract, judgement(entry("f", ABSENT)))) == (
        "the contract's exports name `gone*`, which no entry point matches",
    )
