import dataclasses

import pytest

from nogrow.proof.assume import assumptions, on_the_host
from nogrow.proof.judgement import Memory
from tests.contract.made import memory

GROWABLE = memory()
FIXED = memory(1, 1)
HIDDEN = dataclasses.replace(GROWABLE, exported=())
IMPORTED = dataclasses.replace(GROWABLE, exported=(), imported=True)
STAYS = "the host does not grow the memory behind these imports, nor calls back in from them: env.a"
ALONE = "the host itself does not grow memory 0, exported as 'memory'"
OTHERS = "nobody else who has memory 0, an import, grows it"


def assumed(one: Memory, imports: tuple[str, ...], *, growth: bool = False) -> tuple[str, ...]:
    return assumptions((one,), imports=imports, after=(), growth=growth, switches_stacks=False)


@pytest.mark.parametrize(
    ("one", "imports", "growth", "expected"),
    [
        (GROWABLE, ("env.a",), False, (STAYS, ALONE)),
        (IMPORTED, ("env.a",), False, (STAYS, OTHERS)),
        (FIXED, ("env.a",), True, ()),
        (HIDDEN, ("env.a",), False, ()),
        (HIDDEN, ("env.a",), True, ("these imports do not call back in: env.a",)),
        (GROWABLE, (), True, (ALONE,)),
    ],
)
def test_what_is_assumed_of_the_host(
    one: Memory, imports: tuple[str, ...], growth: bool, expected: tuple[str, ...]
) -> None:
    found = assumed(one, imports, growth=growth)
    assert found == expected
    assert on_the_host(found) == (STAYS if STAYS in expected else None)


def test_only_the_first_imports_are_named() -> None:
    first, *_ = assumed(GROWABLE, tuple(f"env.{letter}" for letter in "kjihgfedcba"))
    assert first.endswith("env.a, env.b, env.c, env.d, env.e, env.f, env.g, env.h and 3 more")


@pytest.mark.parametrize(("count", "end"), [(8, "env.h"), (9, "env.h and 1 more")])
def test_no_more_than_eight_imports_are_named(count: int, end: str) -> None:
    first, *_ = assumed(GROWABLE, tuple(f"env.{letter}" for letter in "abcdefghi"[:count]))
    assert first.endswith(f", {end}")


def test_a_memory_is_called_by_its_first_name() -> None:
    named = dataclasses.replace(GROWABLE, exported=("first", "second"))
    assert assumed(named, ()) == ("the host itself does not grow memory 0, exported as 'first'",)


def test_imports_that_run_between_a_growth_and_a_trap_are_named() -> None:
    (found,) = assumptions((FIXED,), imports=(), after=("env.b", "env.a"), growth=True, switches_stacks=False)
    assert found.endswith("the host may run with detached views in: env.a, env.b")


def test_switched_stacks_are_told() -> None:
    (found,) = assumptions((FIXED,), imports=(), after=(), growth=True, switches_stacks=True)
    assert found.startswith("the module switches stacks")
