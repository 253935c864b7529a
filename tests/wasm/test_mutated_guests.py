"""Tests mutated copies of the project's guests: a byte changed, a piece moved or the end cut off.

NOGROW_MUTANTS=1000 tries a thousand copies of each guest; the default is 200 of the smallest guest.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.bench.encode import module, section

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import NOTHING_KNOWN, Surroundings
from nogrow.contract.select import targets
from nogrow.errors import ModuleError
from nogrow.pipeline.all_files import check
from nogrow.report.exit_code import ExitCode
from nogrow.wasm.decode import decode
from nogrow.wasm.runtime import Engine
from nogrow.wasm.validate import validate
from tests.wasm.test_mutations import changed, cut, is_valid

BUILD = Path(__file__).resolve().parents[2] / "build"
GUESTS = sorted((path for path in BUILD.glob("*/greeting*.wasm")), key=lambda path: path.stat().st_size)
ALL = os.environ.get("NOGROW_MUTANTS")
COUNT = int(ALL or 200)
ENGINE = Engine()
NOT_IN_WASMTIME = ("legacy exceptions support is not enabled", "shared-everything")


def moved(data: bytes, generator: random.Random) -> bytes:
    """Return the module with a few of its bytes copied over others."""
    size = generator.randrange(1, 16)
    source, target = (generator.randrange(8, len(data) - size) for _ in range(2))
    return data[:target] + data[source : source + size] + data[target + size :]


def mutant(data: bytes, seed: int) -> bytes:
    generator = random.Random(seed)
    return generator.choice((changed, changed, moved, cut))(data, generator)


def shared_engine(
    data: bytes, trusts: Callable[[str], bool], _: object, surroundings: Surroundings = NOTHING_KNOWN
) -> Judgement:
    return judge(data, trusts, ENGINE, surroundings)


@pytest.mark.skipif(not GUESTS, reason="no guests: `invoke build` makes them")
@pytest.mark.parametrize(
    "guest", GUESTS if ALL else GUESTS[:1], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_mutated_guest_is_judged_exactly_if_it_is_valid(guest: Path, tmp_path: Path) -> None:
    data, seen = guest.read_bytes(), Counter[str]()
    for seed in range(COUNT):
        path = tmp_path / "mutant.wasm"
        path.write_bytes(mutant(data, seed))
        report = check(None, targets(None, (str(path),)), judge=shared_engine, validate=True)
        code = report.exit_code
        assert code in (ExitCode.KEPT, ExitCode.BROKEN, ExitCode.NOT_JUDGED), seed
        valid = is_valid(path.read_bytes())
        if not valid and code is not ExitCode.NOT_JUDGED:
            # Only wasmtime checks operands, and it does not support a proposal that this copy uses.
            reason = validate(path.read_bytes()).reason
            assert reason is not None, seed
            assert any(proposal in reason for proposal in NOT_IN_WASMTIME), f"seed {seed}: {reason}"
            seen["beyond wasmtime"] += 1
            continue
        assert (code is not ExitCode.NOT_JUDGED) == valid, f"seed {seed}: {code!r}, valid: {valid}"
        seen["valid" if valid else "invalid"] += 1
    assert min(seen["valid"], seen["invalid"]) > COUNT // 20, seen
    assert seen["beyond wasmtime"] <= COUNT // 100, seen


def test_wrong_operands_need_wasmtime_s_validation() -> None:
    """nogrow itself does not check the types of operands: here, an `i64` replaces an `i32`."""
    wrong = module([b"\x42\1\x40\0\x1a"])
    assert len(judge(wrong, lambda label: False, ENGINE).sites) == 1
    assert validate(wrong).valid is False


BAD_DATA = {
    "cut short": b"\1\0\x41\0\x0b\x05abc",
    "unknown flags": b"\1\3\x41\0\x0b\0",
    "no such memory": b"\1\2\1\x41\0\x0b\0",
    "an offset that is not constant": b"\1\0\x41\0\x40\0\x0b\0",
    "a byte too many": b"\1\1\0\0",
}


@pytest.mark.parametrize("data", BAD_DATA.values(), ids=BAD_DATA)
def test_malformed_data_section_is_refused(data: bytes) -> None:
    with pytest.raises(ModuleError, match="offset 0x"):
        decode(module() + section(11, data))


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (2, False)])
def test_data_count_equals_the_data_section_s(count: int, fits: bool) -> None:
    data = module() + section(12, bytes((count,))) + section(11, b"\1\1\0")
    if fits:
        decode(data)
    else:
        with pytest.raises(ModuleError, match="data segments announced"):
            decode(data)
