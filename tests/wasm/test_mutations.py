"""Tests mutated modules: after a change or a cut, each is judged right or refused.

nogrow must judge every module that `wasm-tools validate` accepts, with the verdicts of the reference prover.
It may judge an invalid module as well, because it does not check the types of operands.
"""

import random
from collections import Counter

import pytest

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.errors import ModuleError
from nogrow.wasm.runtime import Engine
from tests.reference.prover import verdicts
from tests.support.generate import random_module
from tests.support.modules import assemble, wasm_tools
from tests.support.sample import sampled
from tests.support.smith import smith

ENGINE = Engine()
MUTANTS = 6
# Proposals that no engine ships and nogrow does not support: their modules are not judged.
UNSUPPORTED = ("shared-everything-threads", "custom-descriptors", "memory-control", "component-model")
FEATURES = ",".join(("all", *(f"-{name}" for name in UNSUPPORTED)))


def cut(data: bytes, generator: random.Random) -> bytes:
    """Return the module without its end."""
    return data[: generator.randrange(len(data))]


def changed(data: bytes, generator: random.Random) -> bytes:
    """Return the module with one byte changed to any other, or in one bit."""
    offset = generator.randrange(8, len(data))
    change = generator.choice((generator.randrange(1, 256), 1 << generator.randrange(8)))
    return data[:offset] + bytes((data[offset] ^ change,)) + data[offset + 1 :]


def is_valid(data: bytes) -> bool:
    try:
        wasm_tools("validate", "--features", FEATURES, "-", stdin=data)
    except ValueError:
        return False
    return True


def judged(data: bytes) -> Judgement | ModuleError:
    try:
        return judge(data, lambda label: False, ENGINE)
    except ModuleError as error:
        return error


def outcome(data: bytes, name: str) -> str:
    """Judge a mutant; fail for any error but a `ModuleError` with an offset inside the file."""
    judgement = judged(data)
    valid = is_valid(data)
    if isinstance(judgement, ModuleError):
        assert judgement.offset is None or 0 <= judgement.offset <= len(data), name
        assert not valid, f"{name}: valid, but {judgement}"
        return "refused"
    if not valid:
        return "judged though invalid"
    judged_entries = {(entry.kind.value, entry.name): entry.verdict for entry in judgement.entries}
    assert judged_entries == verdicts(data), name
    return "judged"


@pytest.mark.parametrize("first", sampled(range(0, 120, 20)))
def test_mutated_smith_module_is_judged_right_or_refused(first: int) -> None:
    for seed in range(first, first + 20):
        data, generator = smith(seed), random.Random(seed)
        for number in range(MUTANTS):
            mutate = changed if number % 3 else cut
            outcome(mutate(data, generator), f"seed {seed}, mutant {number}")


def test_mutated_module_is_judged_right_or_refused() -> None:
    """In small modules half of the changes hit the code, and enough of them leave a valid module."""
    seen: Counter[str] = Counter()
    for seed in range(60):
        data, generator = assemble(random_module(seed)), random.Random(seed)
        for number in range(MUTANTS):
            seen[outcome(changed(data, generator), f"seed {seed}, mutant {number}")] += 1
    assert all(seen[kind] >= 30 for kind in ("refused", "judged")), seen


@pytest.mark.parametrize("seed", range(3))
def test_module_cut_anywhere_is_refused_or_complete(seed: int) -> None:
    data = assemble(random_module(seed))
    for end in range(len(data)):
        judgement = judged(data[:end])
        if isinstance(judgement, ModuleError):
            assert judgement.offset is None or judgement.offset <= end
        else:
            assert is_valid(data[:end]), f"cut to {end} bytes"
