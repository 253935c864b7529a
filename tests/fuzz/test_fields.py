"""Test valid modules with one change: nogrow judges those that wasmtime finds valid and refuses the rest."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tools.bench.encode import leb

from tests.fuzz.parts import Parts, split
from tests.fuzz.targets import TARGETS

SEEDS = [
    parts
    for path in sorted((Path(__file__).parent / "corpus" / "module").iterdir())
    if (parts := split(path.read_bytes()))
]
# Numbers at the limits of fields, and small ones that may be just beyond an index space.
EDGES = (0, 1, 2, 3, 63, 64, 127, 128, 0x3FFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, (1 << 64) - 1)
NUMBERS = st.one_of(st.sampled_from(EDGES), st.integers(0, 20))


@st.composite
def one_field_changed(draw: st.DrawFn) -> bytes:
    """Return a module in which a number replaces one byte of a section or body."""
    seed = draw(st.sampled_from(SEEDS))
    sections, bodies = list(seed.sections), list(seed.bodies)
    index = draw(st.integers(0, len(sections) + len(bodies) - 1))
    number = leb(draw(NUMBERS))
    if index < len(sections):
        kind, contents = sections[index]
        sections[index] = (kind, _replaced(contents, draw(st.integers(0, max(0, len(contents) - 1))), number))
    else:
        body = bodies[index - len(sections)]
        bodies[index - len(sections)] = _replaced(body, draw(st.integers(0, len(body) - 1)), number)
    return Parts(sections, bodies).joined()


@st.composite
def sections_moved(draw: st.DrawFn) -> bytes:
    """Return a module with reordered, missing and repeated sections."""
    sections, bodies = draw(st.sampled_from(SEEDS))
    chosen = draw(st.lists(st.sampled_from(sections), max_size=len(sections) + 2)) if sections else []
    return Parts(chosen, bodies).joined()


def _replaced(contents: bytes, at: int, number: bytes) -> bytes:
    return contents[:at] + number + contents[at + 1 :]


@given(one_field_changed())
@settings(max_examples=400, deadline=None)
def test_module_with_one_changed_field_keeps_promises(data: bytes) -> None:
    TARGETS["module"](data)


@given(sections_moved())
@settings(max_examples=200, deadline=None)
def test_module_with_moved_sections_keeps_promises(data: bytes) -> None:
    TARGETS["module"](data)


@given(one_field_changed())
@settings(max_examples=100, deadline=None)
def test_sealing_a_changed_module_keeps_promises(data: bytes) -> None:
    TARGETS["seal"](data)


@given(one_field_changed())
@settings(max_examples=50, deadline=None)
def test_commands_on_a_changed_module_keep_promises(data: bytes) -> None:
    TARGETS["command"](data)
