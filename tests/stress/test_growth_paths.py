"""Tests that stressed copies detach where the original may have grown since the host last had control.

Each random module runs with random branches and a random host, along the same paths as its copy. The original
grows at each growth, the copy at none. What no run of the original shows counts as impossible.

By default, 40 modules are tested; `NOGROW_STRESS=2000` tests 2,000.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nogrow.rewrite.stress import stressed
from tests.rewrite.checked import KERNELS
from tests.stress.growth_paths import Job, Observed, PathGenerator, observe
from tests.support.modules import assemble
from tests.support.sample import sampled

MODULES = int(os.environ.get("NOGROW_STRESS", "40"))
BATCH = 20
RUNS = 400


def observed(node: Path, scratch: Path, first: int, *, plain: bool, rare: bool) -> list[Observed]:
    jobs = []
    for seed in range(first, first + BATCH):
        module = assemble(PathGenerator(seed, plain=plain, rare=rare).module())
        result = stressed(module, KERNELS)
        paths = [scratch / f"{seed}.{name}.wasm" for name in ("original", "stressed")]
        for path, data in zip(paths, (module, result.data), strict=True):
            path.write_bytes(data)
        original, copy = paths
        jobs.append(Job(original, copy, RUNS if plain else RUNS // 4, result.quiet))
    return observe(node, scratch, jobs, ["end"])


def faults(
    results: list[Observed], field: Callable[[Observed], list[str]], first: int
) -> dict[int, list[str]]:
    return {seed: field(result) for seed, result in enumerate(results, first) if field(result)}


@pytest.mark.parametrize("first", sampled(range(0, MODULES, BATCH)))
@pytest.mark.parametrize("rare", [False, True], ids=["certain", "rare"])
def test_plain_copy_detaches_where_memory_may_have_grown(
    node: Path, tmp_path: Path, first: int, rare: bool
) -> None:
    results = observed(node, tmp_path, first, plain=True, rare=rare)
    assert faults(results, lambda result: result.different, first) == {}
    assert faults(results, lambda result: result.missed, first) == {}
    assert faults(results, lambda result: result.needless, first) == {}
    # With few growths, the test would show nothing.
    assert sum(result.grown for result in results) > 100 * BATCH


@pytest.mark.parametrize("first", sampled(range(0, MODULES, BATCH)))
def test_copy_takes_the_same_paths_and_stays_quiet(node: Path, tmp_path: Path, first: int) -> None:
    results = observed(node, tmp_path, first, plain=False, rare=True)
    assert faults(results, lambda result: result.different, first) == {}
    assert faults(results, lambda result: result.loud, first) == {}
    assert sum(result.passes for result in results) > 1000 * BATCH
