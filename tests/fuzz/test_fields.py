"""Valid modules with one thing changed: what wasmtime finds valid is judged, the rest refused or harmless."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.parts import Parts, taken_apart
from tests.fuzz.targets import TARGETS
from tests.support.binary import leb

SEEDS = [
    parts
    for path in sorted((Path(__file__).parent / "corpus" / "module").iterdir())
    if (parts := taken_apart(path.read_bytes()))
]
# Numbers at the edges of what fields can hold, and what follows the last of some index space.
EDGES = (0, 1, 2, 3, 63, 64, 127, 128, 0x3FFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, (1 << 64) - 1)
NUMBERS = st.one_of(st.sampled_from(EDGES), st.integers(0, 20))


@st.composite
def one_field_changed(draw: st.DrawFn) -> bytes:
    """A section or a body with one byte replaced by a number, in as many bytes as the number takes."""
    seed = draw(st.sampled_from(SEEDS))
    sections, bodies = list(seed.sections), list(seed.bodies)
    place = draw(st.integers(0, len(sections) + len(bodies) - 1))
    number = leb(draw(NUMBERS))
    if place < len(sections):
        kind, contents = sections[place]
        sections[place] = (kind, _replaced(contents, draw(st.integers(0, max(0, len(contents) - 1))), number))
    else:
        body = bodies[place - len(sections)]
        bodies[place - len(sections)] = _replaced(body, draw(st.integers(0, len(body) - 1)), number)
    return Parts(sections, bodies).joined()


@st.composite
def sections_moved(draw: st.DrawFn) -> bytes:
    """Sections in another order, some left out, some twice."""
    sections, bodies = draw(st.sampled_from(SEEDS))
    chosen = draw(st.lists(st.sampled_from(sections), max_size=len(sections) + 2)) if sections else []
    return Parts(chosen, bodies).joined()


def _replaced(contents: bytes, at: int, number: bytes) -> bytes:
    return contents[:at] + number + contents[at + 1 :]


@given(one_field_changed())
@settings(max_examples=400, deadline=None)
def test_a_module_with_one_field_changed(data: bytes) -> None:
    TARGETS["module"](data)


@given(sections_moved())
@settings(max_examples=200, deadline=None)
def test_a_module_with_its_sections_moved(data: bytes) -> None:
    TARGETS["module"](data)


@given(one_field_changed())
@settings(max_examples=100, deadline=None)
def test_a_seal_of_a_module_with_one_field_changed(data: bytes) -> None:
    TARGETS["seal"](data)


@given(one_field_changed())
@settings(max_examples=50, deadline=None)
def test_a_command_on_a_module_with_one_field_changed(data: bytes) -> None:
    TARGETS["command"](data)
