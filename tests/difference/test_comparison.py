import pytest

from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Verdict
from nogrow.difference.comparison import compare, pairs
from nogrow.difference.model import Difference, Direction, EntryChange, ModuleDifference
from nogrow.report.model import ArtifactReport
from tests.support.judgements import ABSENT, REACHABLE, SITE, UNREACHABLE, entry, judgement, memory

WORSE, BETTER, SAME = Direction


def artifact(*entries: Entry, path: str = "a.wasm", sha256: str = "0" * 64) -> ArtifactReport:
    return ArtifactReport(path, sha256, 1, judgement(*entries))


def module(old: ArtifactReport, new: ArtifactReport) -> ModuleDifference:
    (difference,) = compare([old], [new]).modules
    return difference


def changes(old: tuple[Entry, ...], new: tuple[Entry, ...]) -> dict[str, EntryChange]:
    return {change.name: change for change in module(artifact(*old), artifact(*new)).entries}


def named(function: str | None, export: Entry) -> Entry:
    return export._replace(function=Function(9, function))


@pytest.mark.parametrize("before", Verdict, ids=lambda verdict: verdict.label)
@pytest.mark.parametrize("after", Verdict, ids=lambda verdict: verdict.label)
def test_direction_follows_the_order_of_verdicts(before: Verdict, after: Verdict) -> None:
    difference = module(artifact(entry("f", before)), artifact(entry("f", after)))
    expected = SAME if after is before else BETTER if after.at_most(before) else WORSE
    assert difference.direction is expected
    assert [change.direction for change in difference.entries] == [expected] * (before is not after)
    assert difference.unchanged == (before is after)
    assert len(difference.entries) == (before is not after)


@pytest.mark.parametrize(
    ("verdict", "new", "gone"),
    [(ABSENT, SAME, SAME), (UNREACHABLE, SAME, SAME), (REACHABLE, WORSE, BETTER)],
)
def test_added_or_removed_entry_points_count_if_they_grow(
    verdict: Verdict, new: Direction, gone: Direction
) -> None:
    other = entry("g", UNREACHABLE)
    assert changes((other,), (other, entry("f", verdict)))["f"].direction is new
    assert changes((other, entry("f", verdict)), (other,))["f"].direction is gone


def test_export_of_the_same_function_is_renamed() -> None:
    old, new = named("_ZN1a1bE", entry("x", UNREACHABLE)), named("a::b", entry("y", UNREACHABLE))
    change = changes((old,), (new,))["y"]
    assert (change.old_name, change.function, change.direction) == ("x", "a::b", SAME)
    worse = changes((old,), (new._replace(verdict=REACHABLE),))["y"]
    assert (worse.old_name, worse.direction) == ("x", WORSE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([None], [None]),
        (["f"], ["g"]),
        (["f", "f"], ["f"]),
        (["f"], ["f", "f"]),
    ],
)
def test_no_rename_is_guessed(old: list[str | None], new: list[str | None]) -> None:
    before = tuple(named(function, entry(f"old{number}", UNREACHABLE)) for number, function in enumerate(old))
    after = tuple(named(function, entry(f"new{number}", UNREACHABLE)) for number, function in enumerate(new))
    entry_changes = changes(before, after)
    assert len(entry_changes) == len(old) + len(new)
    assert all(change.old_name is None for change in entry_changes.values())


def test_escaping_function_may_change_its_index() -> None:
    old, new = (named("f", entry(f"func[{index}]", REACHABLE, kind=EntryKind.ESCAPED)) for index in (3, 4))
    assert module(artifact(old), artifact(new)).unchanged == 1


def test_growth_before_any_view_makes_nothing_worse() -> None:
    old = entry("(start)", UNREACHABLE, kind=EntryKind.START)
    new = entry("(start)", REACHABLE, kind=EntryKind.START, excused=True)
    assert module(artifact(old), artifact(new)).direction is SAME
    assert module(artifact(new), artifact(new._replace(excused=False))).direction is WORSE


def test_first_grow_site_is_worse_under_any_names() -> None:
    old = artifact(entry("f", ABSENT))
    for entries in ((), (entry("g", UNREACHABLE),)):
        new = old._replace(judgement=Judgement((), (SITE,), entries, ()))
        assert module(old, new).direction is WORSE


def test_memories_sites_and_imports_are_compared() -> None:
    old = judgement(entry("f", UNREACHABLE, imports=("a.b", "a.c")), memories=(memory(1, 2),))
    new = judgement(entry("f", ABSENT, imports=("a.c", "a.d")), memories=(memory(1), memory(3, index=1)))
    old, new = (
        old._replace(imports=frozenset({"a.b", "a.c"})),
        new._replace(imports=frozenset({"a.c", "a.d"})),
    )
    difference = module(ArtifactReport("a", judgement=old), ArtifactReport("b", judgement=new))
    assert [(change.number, change.before, change.after) for change in difference.memories] == [
        (0, old.memories[0], new.memories[0]),
        (1, None, new.memories[1]),
    ]
    assert difference.sites == (1, 0)
    assert (difference.imports_new, difference.imports_gone) == (("a.d",), ("a.b",))
    assert not difference.same_bytes


def test_worst_change_is_listed_first() -> None:
    new = (entry("a", UNREACHABLE), entry("b", ABSENT), entry("c", REACHABLE), entry("d", Verdict.CAPPED))
    old = (entry("a", REACHABLE), entry("b", UNREACHABLE), entry("c", ABSENT), entry("d", UNREACHABLE))
    assert list(changes(old, new)) == ["c", "d", "a", "b"]


def paths(old: list[str], new: list[str]) -> set[tuple[str | None, str | None]]:
    sides = [[artifact(path=path) for path in side] for side in (old, new)]
    return {(old and old.path, new and new.path) for old, new in pairs(*sides)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["x/a"], ["y/b"], {("x/a", "y/b")}),
        (["a", "b"], ["b", "c"], {("a", None), ("b", "b"), (None, "c")}),
        (["x/a", "x/b"], ["y/a", "y/b"], {("x/a", "y/a"), ("x/b", "y/b")}),
        (["x/a", "y/a"], ["z/a"], {("x/a", None), ("y/a", None), (None, "z/a")}),
        (["a", "x/a"], ["a", "y/a"], {("a", "a"), ("x/a", "y/a")}),
        (["a#0", "a#1"], ["b#1", "b#2"], {("a#0", None), ("a#1", "b#1"), (None, "b#2")}),
        (["a"], ["b#0"], {("a", "b#0")}),
        (["a", "b"], [], {("a", None), ("b", None)}),
    ],
)
def test_files_are_paired_by_path_then_by_unique_name(
    old: list[str], new: list[str], expected: set[tuple[str | None, str | None]]
) -> None:
    assert paths(old, new) == expected


def test_new_module_is_worse_if_it_can_grow() -> None:
    quiet, bad = artifact(entry("f", ABSENT)), artifact(entry("g", REACHABLE), path="b.wasm")
    assert compare([quiet], [quiet, bad]).direction is WORSE
    assert compare([quiet, bad], [quiet]).direction is BETTER
    assert compare([quiet], [quiet]).direction is SAME
    assert Difference(()).direction is SAME
