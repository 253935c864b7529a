"""A great many of one thing: the exit code, and how time and memory grow with how many there are."""

from pathlib import Path

import pytest
from tools.bench.pathological import Hostile, deep_exports, hostile_modules, imports_and_exports

from tests.support.program import MB, Done, nogrow

KINDS = hostile_modules()
# There are too many of these only in the table of the limits.
REFUSED_FOR_THEIR_NUMBER = (
    "imports",
    "subtypes of one type",
    "types",
    "nested loops",
    "nested try_table",
    "exports",
    "data segments",
    "element segments",
    "tables",
    "core modules",
    "bytes in the name of a custom section",
)
# A quadratic cost takes 16 times as long for 4 times as many; what is fixed makes a linear one look smaller.
MORE, TIMES_AT_MOST = 4, 10
# Below this, the clock of the processor and the start of Python are most of what is measured.
LEAST_SECONDS = 1.0
# A type takes most: some 80 bytes for each byte of it. Then comes what every check takes.
BYTES_FOR_A_BYTE, FIXED = 120, 100 * MB


def check(kind: Hostile, many: int, folder: Path) -> Done:
    path = folder / "m.wasm"
    path.write_bytes(kind.make(many))
    done = nogrow("check", "m.wasm", folder=folder)
    assert done.peak_bytes < path.stat().st_size * BYTES_FOR_A_BYTE + FIXED
    return done


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_four_times_as_many_do_not_take_ten_times_as_long(kind: Hostile, tmp_path: Path) -> None:
    few, many = kind.many // 50, MORE * kind.many // 50
    larger = check(kind, many, tmp_path)
    assert larger.code == kind.code or kind.name.startswith(REFUSED_FOR_THEIR_NUMBER)
    if larger.cpu_seconds > LEAST_SECONDS:
        smaller = check(kind, few, tmp_path)
        assert larger.cpu_seconds < TIMES_AT_MOST * smaller.cpu_seconds
    assert larger.out + larger.err
    assert max(map(len, (larger.out + larger.err).split("\n"))) < 5000


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "--format", "json=out", "--source"),
        ("explain",),
        ("sites",),
        ("seal", "-o", "out.wasm", "--mode", "trap"),
    ],
    ids=lambda words: words[0] + ("_json" if len(words) == 4 else ""),
)
def test_every_command_ends_in_a_code_of_the_table(
    kind: Hostile, words: tuple[str, ...], tmp_path: Path
) -> None:
    """Many enough to meet the limits of depth, name and number, and few enough to be quick."""
    (tmp_path / "m.wasm").write_bytes(kind.make(3000 if kind.many <= 1_000_000 else 200_000))
    done = nogrow(words[0], "m.wasm", *words[1:], folder=tmp_path)
    judged = kind.code != 4 or kind.name.startswith(REFUSED_FOR_THEIR_NUMBER)
    if not judged:
        assert done.code == 4
        assert len((done.out + done.err).split("\n")) <= 6


@pytest.mark.parametrize(("count", "code"), [(1500, 1), (3000, 4)])
def test_paths_with_too_many_steps_in_all_are_no_report(count: int, code: int, tmp_path: Path) -> None:
    (tmp_path / "m.wasm").write_bytes(deep_exports(count))
    assert nogrow("check", "m.wasm", folder=tmp_path).code == 1
    done = nogrow("check", "m.wasm", "--format", "json", folder=tmp_path)
    assert (done.code, "more than 2,000,000 steps" in done.out) == (code, code == 4)


@pytest.mark.parametrize(("count", "code"), [(5000, 1), (20_000, 4)])
def test_imports_that_are_reached_too_often_in_all_are_no_report(
    count: int, code: int, tmp_path: Path
) -> None:
    (tmp_path / "m.wasm").write_bytes(imports_and_exports(count))
    assert nogrow("check", "m.wasm", folder=tmp_path).code == code
