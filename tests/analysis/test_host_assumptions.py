import dataclasses
from collections.abc import Iterable

import pytest

from nogrow.analysis.assumptions import HostSide, Subject, assumptions, sentences
from nogrow.analysis.judgement import Memory
from tests.support.judgements import memory

GROWABLE = memory()
FIXED = memory(1, 1)
HIDDEN = dataclasses.replace(GROWABLE, exported=())
IMPORTED = dataclasses.replace(GROWABLE, exported=(), imported=True)
STAYS = "env.a neither grows the memory nor calls back in"
ALONE = "the host itself does not grow memory 0, exported as 'memory'"
OTHERS = "the imported memory 0 is not grown by any other owner"
TABLE = Subject(0, name="table")


def assumed(
    declared: Memory,
    imports: Iterable[str] = (),
    *,
    growth: bool = False,
    tables: Iterable[Subject | None] = (),
    own: bool = True,
    trusted: bool = False,
) -> list[str]:
    """Return the sentences for vertices of the imports, then one for each of the tables."""
    labels = dict(enumerate(imports))
    through = dict(enumerate(tables, len(labels)))
    everything = labels | dict.fromkeys(through, "(table)")
    untrusted = set() if trusted else set(everything)
    side = HostSide((declared,), everything, through, untrusted, set(through) if own else set(), growth)
    return sentences(assumptions(side.behind(everything), (declared,), after=(), switches_stacks=False))


@pytest.mark.parametrize(
    ("declared", "imports", "growth", "expected"),
    [
        (GROWABLE, ("env.a",), False, [STAYS, ALONE]),
        (IMPORTED, ("env.a",), False, [STAYS, OTHERS]),
        (FIXED, ("env.a",), True, [STAYS, ALONE]),
        (HIDDEN, ("env.a",), False, []),
        (HIDDEN, ("env.a",), True, ["env.a does not call back in"]),
        (HIDDEN, ("env.a", "env.b"), True, ["env.a, env.b do not call back in"]),
        (GROWABLE, (), True, [ALONE]),
    ],
)
def test_assumptions_about_the_host(
    declared: Memory, imports: tuple[str, ...], growth: bool, expected: list[str]
) -> None:
    assert assumed(declared, imports, growth=growth) == expected


@pytest.mark.parametrize(
    ("table", "own", "trusted", "expected"),
    [
        (
            TABLE,
            True,
            False,
            "the host puts none of the module's own functions into table 0, exported as 'table', "
            "nor any that grow the memory or call back in",
        ),
        (
            TABLE,
            True,
            True,
            "the host puts none of the module's own functions into table 0, exported as 'table'",
        ),
        (
            Subject(1, True, "env.t"),
            False,
            False,
            "no function grows the memory or calls back in "
            "that the host puts into table 1, imported as 'env.t'",
        ),
        (
            None,
            True,
            False,
            "the host hands in no reference to a function of the module, "
            "nor to any that grows the memory or calls back in",
        ),
        (None, True, True, "the host hands in no reference to a function of the module"),
        (
            None,
            False,
            False,
            "the host hands in no reference to a function that grows the memory or calls back in",
        ),
    ],
)
def test_tables_and_references_have_their_own_sentences(
    table: Subject | None, own: bool, trusted: bool, expected: str
) -> None:
    assert assumed(GROWABLE, tables=[table], own=own, trusted=trusted)[:-1] == [expected]


def test_trusted_table_without_own_functions_is_not_assumed() -> None:
    assert assumed(GROWABLE, tables=[TABLE], own=False, trusted=True) == [ALONE]


def test_only_the_first_imports_are_named() -> None:
    first, *_ = assumed(GROWABLE, (f"env.{letter}" for letter in "kjihgfedcba"))
    names = ", ".join(f"env.{letter}" for letter in "abcdefgh")
    assert first == f"{names} and 3 more neither grow the memory nor call back in"


@pytest.mark.parametrize(("count", "end"), [(8, "env.h"), (9, "env.h and 1 more")])
def test_no_more_than_eight_imports_are_named(count: int, end: str) -> None:
    first, *_ = assumed(GROWABLE, (f"env.{letter}" for letter in "abcdefghi"[:count]))
    assert first.endswith(f", {end} neither grow the memory nor call back in")


def test_memory_is_named_by_its_first_export() -> None:
    named = dataclasses.replace(GROWABLE, exported=("first", "second"))
    assert assumed(named) == ["the host itself does not grow memory 0, exported as 'first'"]


def test_imports_between_growth_and_trap_are_named() -> None:
    (assumption,) = assumptions((), (HIDDEN,), after=("env.b", "env.a"), switches_stacks=False)
    assert assumption.sentence.endswith("the host may run with detached views in: env.a, env.b")


def test_switched_stacks_are_reported() -> None:
    (assumption,) = assumptions((), (HIDDEN,), after=(), switches_stacks=True)
    assert assumption.sentence.startswith("the module switches stacks")
