import dataclasses

import pytest

from nogrow.proof.assume import assumptions, on_the_host
from nogrow.proof.judgement import Entry, Memory
from tests.contract.made import ABSENT, REACHABLE, UNREACHABLE, entry, memory

GROWABLE = memory()
FIXED = memory(1, 1)
HIDDEN = dataclasses.replace(GROWABLE, exported=())
IMPORTED = dataclasses.replace(GROWABLE, exported=(), imported=True)
STAYS = "the host does not grow the memory behind these imports, nor calls back in from them: env.a"
ALONE = "the host itself does not grow memory 0, exported as 'memory'"
OTHERS = "nobody else who has memory 0, an import, grows it"


def quiet(verdict: int = ABSENT) -> Entry:
    return entry("f", UNREACHABLE if verdict else ABSENT, imports=("env.a",))


@pytest.mark.parametrize(
    ("one", "way", "expected"),
    [
        (GROWABLE, quiet(), (STAYS, ALONE)),
        (IMPORTED, quiet(), (STAYS, OTHERS)),
        (FIXED, quiet(), ()),
        (HIDDEN, quiet(), ()),
        (HIDDEN, quiet(UNREACHABLE), ("these imports do not call back in: env.a",)),
        (GROWABLE, entry("f", ABSENT), (ALONE,)),
        (GROWABLE, entry("f", ABSENT, imports=("env.trusted",)), (ALONE,)),
        (GROWABLE, entry("f", REACHABLE, imports=("env.a",), host_grows="env.a"), (ALONE,)),
        (GROWABLE, entry("f", ABSENT, imports=("env.emscripten_resize_heap",)), (ALONE,)),
    ],
)
def test_what_is_assumed_of_the_host(one: Memory, way: Entry, expected: tuple[str, ...]) -> None:
    known = {"env.a", "env.emscripten_resize_heap"}
    found = assumptions((one,), (way,), known, False)
    assert found == expected
    assert on_the_host(found) == (STAYS if STAYS in expected else None)


def test_only_the_first_imports_are_named() -> None:
    names = tuple(f"env.{letter}" for letter in "abcdefghijk")
    first, *_ = assumptions((GROWABLE,), (entry("f", ABSENT, imports=names),), set(names), False)
    assert first.endswith("env.a, env.b, env.c, env.d, env.e, env.f, env.g, env.h and 3 more")
