"""Broken modules: bytes cut off or changed must end in a clean error, or still be a module.

`wasm-tools validate` says which: what it finds valid nogrow must judge, as the reference prover does.
What it finds invalid nogrow may judge all the same, for it does not type-check operands.
"""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.verdicts import judge
from nogrow.errors import ModuleError
from nogrow.wasm.runtime import Engine
from tests.reference.prover import verdicts
from tests.support.assemble import assemble
from tests.support.generate import random_module
from tests.support.smith import smith

ENGINE = Engine()
WASM_TOOLS = Path(sys.executable).parent / "wasm-tools"
MUTANTS = 6
# Proposals that no engine ships and nogrow does not know: their modules are not judged.
UNSUPPORTED = ("shared-everything-threads", "custom-descriptors", "memory-control", "component-model")
FEATURES = ",".join(("all", *(f"-{name}" for name in UNSUPPORTED)))


def cut(data: bytes, generator: random.Random) -> bytes:
    """The module without its end."""
    return data[: generator.randrange(len(data))]


def changed(data: bytes, generator: random.Random) -> bytes:
    """The module with one byte changed: to any other, or in one bit."""
    place = generator.randrange(8, len(data))
    change = generator.choice((generator.randrange(1, 256), 1 << generator.randrange(8)))
    return data[:place] + bytes((data[place] ^ change,)) + data[place + 1 :]


def is_valid(data: bytes, folder: Path) -> bool:
    path = folder / "mutant.wasm"
    path.write_bytes(data)
    done = subprocess.run(
        [WASM_TOOLS, "validate", "--features", FEATURES, path], capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0


def judged(data: bytes) -> Judgement | ModuleError:
    try:
        return judge(data, lambda label: False, ENGINE)
    except ModuleError as error:
        return error


def outcome(data: bytes, folder: Path, name: str) -> str:
    """Judges a mutant; anything but a `ModuleError` with an offset inside the file passes through."""
    judgement = judged(data)
    valid = is_valid(data, folder)
    if isinstance(judgement, ModuleError):
        assert judgement.offset is None or 0 <= judgement.offset <= len(data), name
        assert not valid, f"{name}: valid, but {judgement}"
        return "refused"
    if not valid:
        return "judged though invalid"
    found = {(entry.kind.value, entry.name): entry.verdict for entry in judgement.entries}
    assert found == verdicts(data), name
    return "judged"


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_mutated_smith_module_is_judged_right_or_refused(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 20):
        data, generator = smith(seed), random.Random(seed)
        for number in range(MUTANTS):
            mutate = changed if number % 3 else cut
            outcome(mutate(data, generator), tmp_path, f"seed {seed}, mutant {number}")


def test_mutated_module_is_judged_right_or_refused(tmp_path: Path) -> None:
    """Small modules: half of the changes hit the code, and enough of them leave a valid module."""
    seen: Counter[str] = Counter()
    for seed in range(60):
        data, generator = assemble(random_module(seed)), random.Random(seed)
        for number in range(MUTANTS):
            seen[outcome(changed(data, generator), tmp_path, f"seed {seed}, mutant {number}")] += 1
    assert all(seen[kind] >= 30 for kind in ("refused", "judged")), seen


@pytest.mark.parametrize("seed", range(3))
def test_module_cut_anywhere_is_refused_or_complete(seed: int, tmp_path: Path) -> None:
    data = assemble(random_module(seed))
    for end in range(len(data)):
        judgement = judged(data[:end])
        if isinstance(judgement, ModuleError):
            assert judgement.offset is None or judgement.offset <= end
        else:
            assert is_valid(data[:end], tmp_path), f"cut to {end} bytes"
