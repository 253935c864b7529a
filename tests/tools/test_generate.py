"""Test that generated modules are valid, have the requested size and get the expected verdict."""

from collections.abc import Callable

import pytest
from tools.bench.generate import call_chain, many_exports, of_functions, of_size, one_function, shapes

from nogrow.analysis.judgement import Verdict
from nogrow.analysis.proof import judge
from nogrow.wasm.decode import decode
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan
from tests.support.modules import wasm_tools

SMALL: list[tuple[str, Callable[[], bytes]]] = [
    ("size", lambda: of_size(100_000)),
    ("size 0", lambda: of_size(0)),
    ("functions", lambda: of_functions(300)),
    ("one function of functions", lambda: of_functions(1)),
    ("one function", lambda: one_function(50_000)),
    ("chain", lambda: call_chain(300)),
    ("exports", lambda: many_exports(300)),
]


@pytest.mark.parametrize("make", [make for _, make in SMALL], ids=[name for name, _ in SMALL])
def test_generated_module_is_valid_with_one_reachable_site(
    make: Callable[[], bytes],
) -> None:
    data = make()
    wasm_tools("validate", "-", stdin=data)
    judgement = judge(data, lambda label: False)
    assert len(judgement.sites) == 1
    assert judgement.verdict is Verdict.REACHABLE


@pytest.mark.parametrize("size", [100_000, 1_000_000, 5_000_000])
def test_module_has_nearly_the_requested_size(size: int) -> None:
    assert abs(len(of_size(size)) / size - 1) < 0.03
    assert abs(len(one_function(size)) / size - 1) < 0.03


def test_generated_bytes_are_constant() -> None:
    assert of_size(100_000) == of_size(100_000)
    assert one_function(10_000) == one_function(10_000)


def test_counts_are_as_requested() -> None:
    assert len(decode(of_functions(1000)).functions) == 1000
    assert scan(decode(of_functions(1000)), Engine()).direct_calls == 2 * 999
    assert scan(decode(call_chain(1000)), Engine()).direct_calls == 999
    assert len(decode(one_function(10_000)).functions) == 1


def test_witness_of_a_chain_visits_every_function() -> None:
    (entry,) = judge(call_chain(500), lambda label: False).entries
    assert [step.function.index for step in entry.witness] == list(range(500))


def test_one_export_in_a_hundred_can_grow() -> None:
    entries = judge(many_exports(300), lambda label: False).entries
    verdicts = [entry.verdict for entry in entries if entry.name.startswith("export")]
    assert (len(verdicts), verdicts.count(Verdict.REACHABLE)) == (300, 3)


def test_shapes_have_unique_names_and_three_are_on_the_line() -> None:
    every_shape = shapes()
    assert len({shape.name for shape in every_shape}) == len(every_shape)
    assert [shape.name for shape in every_shape if shape.on_line] == ["1 MB", "10 MB", "40 MB"]
    assert [shape.name for shape in every_shape if shape.beyond_limits] == ["one function of 40 MB"]


def test_other_tools_refuse_only_shapes_beyond_the_limits() -> None:
    (shape,) = (shape for shape in shapes() if shape.beyond_limits)
    with pytest.raises(ValueError, match=r"body size count exceeds limit of 7654321"):
        wasm_tools("validate", "-", stdin=shape.make())
