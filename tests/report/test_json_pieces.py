"""Test that JSON in pieces is the text that the standard library writes."""

import json
import random
import tracemalloc
from collections.abc import Iterator

import pytest

from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Step, Verdict
from nogrow.report import as_json
from nogrow.report.json_pieces import pieces, shared
from nogrow.report.model import ArtifactReport, Report
from nogrow.util.lazy import LazySequence

SCALARS = [
    None,
    True,
    False,
    0,
    -7,
    2**70,
    0.5,
    1e300,
    "",
    "a",
    '"\\/\n\x00',
    "\u20ac\U0001f600",
    "\ud800",
    "##",
]


def some_value(chance: random.Random, depth: int) -> object:
    """Return a random value of nested objects and arrays."""
    kind = chance.randrange(3) if depth else 2
    if kind == 0:
        return {str(index): some_value(chance, depth - 1) for index in range(chance.randrange(4))}
    if kind == 1:
        return [some_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return chance.choice(SCALARS)


def streamed(value: object) -> object:
    """Return the value with iterators instead of lists where they may be."""
    if isinstance(value, dict):
        return {key: map(streamed, item) if isinstance(item, list) else item for key, item in value.items()}
    return map(streamed, value) if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(50))
def test_pieces_are_the_text_of_the_standard_library(seed: int) -> None:
    value = some_value(random.Random(seed), 4)
    expected = json.dumps(value, indent=2)
    assert "".join(pieces(value)) == expected
    assert "".join(pieces(streamed(value))) == expected


def test_items_of_streamed_arrays_may_have_streamed_members() -> None:
    parts = pieces({"all": iter([{"in": iter([1, {"x": iter(())}]), "b": []}])})
    assert "".join(parts) == json.dumps({"all": [{"in": [1, {"x": []}], "b": []}]}, indent=2)


def test_items_are_read_as_they_are_written() -> None:
    read: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(3):
            read.append(number)
            yield number

    written = ""
    for piece in pieces({"numbers": numbers()}):
        written += piece
        assert len(read) <= written.count("\n")
    assert read == [0, 1, 2]


def test_tuples_are_arrays() -> None:
    assert "".join(pieces({"pair": (1, ())})) == json.dumps({"pair": [1, []]}, indent=2)


def test_shared_values_are_converted_once() -> None:
    converted: list[str] = []

    def convert(name: str) -> dict[str, str]:
        converted.append(name)
        return {"name": name}

    value = shared(convert, 10)
    text = "".join(pieces([value("a"), value("b"), value("a"), {"deeper": value("a")}]))
    expected: list[object] = [{"name": "a"}, {"name": "b"}, {"name": "a"}, {"deeper": {"name": "a"}}]
    assert text == json.dumps(expected, indent=2)
    # Elsewhere, the same value is indented differently.
    assert converted == ["a", "b", "a"]


@pytest.mark.parametrize("value", [{1}, b"", object()])
def test_values_that_json_lacks_are_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        list(pieces({"value": value}))


class Counted:
    """A stream that only counts what is written."""

    def __init__(self) -> None:
        self.length = 0

    def write(self, text: str) -> int:
        self.length += len(text)
        return len(text)


def test_report_with_many_entry_points_needs_little_memory() -> None:
    count, imports = 3_000, tuple(f"env.import{number}" for number in range(100))
    step = Step(Function(1, "grow"), 7, "memory.grow")

    def entry(number: int) -> Entry:
        function = Function(number, None)
        return Entry(f"e{number}", EntryKind.EXPORT, function, Verdict.REACHABLE, 0, (step,) * 9, imports)

    judgement = Judgement((), (), LazySequence(count, entry), ())
    report = Report(None, (ArtifactReport("a.wasm", "0", 1, judgement),))
    stream = Counted()
    tracemalloc.start()
    try:
        as_json.render(report, stream)  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert stream.length > 13_000_000
    assert peak < 2_000_000
