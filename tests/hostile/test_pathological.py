"""Test modules with a great many items of one kind: the exit code, and the growth of time and memory."""

from pathlib import Path

import pytest
from tools.bench.pathological import Hostile, deep_exports, hostile_modules, imports_and_exports

from tests.support.program import MB, Done, nogrow
from tests.support.sample import sampled

KINDS = hostile_modules()
# Modules of these kinds are refused only above the limits on their number.
REFUSED_BY_NUMBER = (
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
# At 4 times the size, a quadratic cost is 16 times as high, and a linear one at most 4 times.
MORE, TIMES_AT_MOST = 4, 10
# Shorter times consist mostly of the start of Python, and of the clock's error.
LEAST_SECONDS = 1.0
# Types take the most memory, some 80 bytes for each byte; every check takes a fixed amount.
BYTES_FOR_A_BYTE, FIXED = 120, 100 * MB

COMMANDS = {
    "check": ("check",),
    "check_json": ("check", "--format", "json=out", "--source"),
    "explain": ("explain",),
    "sites": ("sites",),
    "seal": ("seal", "-o", "out.wasm", "--mode", "trap"),
}


def is_quick(kind: Hostile) -> bool:
    return kind.name not in ("core modules of a component", "imports, all called")


def check(kind: Hostile, many: int, folder: Path) -> Done:
    path = folder / "m.wasm"
    path.write_bytes(kind.make(many))
    done = nogrow("check", "m.wasm", folder=folder)
    assert done.peak_bytes < path.stat().st_size * BYTES_FOR_A_BYTE + FIXED
    return done


@pytest.mark.parametrize("kind", sampled(KINDS, is_quick), ids=[kind.name for kind in KINDS])
def test_time_grows_less_than_quadratically(kind: Hostile, tmp_path: Path) -> None:
    few, many = kind.many // 50, MORE * kind.many // 50
    larger = check(kind, many, tmp_path)
    assert larger.code == kind.code or kind.name.startswith(REFUSED_BY_NUMBER)
    if larger.cpu_seconds > LEAST_SECONDS:
        smaller = check(kind, few, tmp_path)
        assert larger.cpu_seconds < TIMES_AT_MOST * smaller.cpu_seconds
    assert larger.out + larger.err
    assert max(map(len, (larger.out + larger.err).split("\n"))) < 5000


@pytest.mark.parametrize(
    ("command", "kind"),
    # Quick runs test each kind with one command, and each command with some kinds.
    [
        pytest.param(
            command,
            kind,
            id=f"{name}-{kind.name}",
            marks=() if number % len(COMMANDS) == position else pytest.mark.exhaustive,
        )
        for number, kind in enumerate(KINDS)
        for position, (name, command) in enumerate(COMMANDS.items())
    ],
)
def test_every_command_ends_with_a_documented_exit_code(
    command: tuple[str, ...], kind: Hostile, tmp_path: Path
) -> None:
    """Use enough items to reach the limits of depth, names and numbers, and few enough to be quick."""
    (tmp_path / "m.wasm").write_bytes(kind.make(3000 if kind.many <= 1_000_000 else 200_000))
    done = nogrow(command[0], "m.wasm", *command[1:], folder=tmp_path)
    is_judged = kind.code != 4 or kind.name.startswith(REFUSED_BY_NUMBER)
    if not is_judged:
        assert done.code == 4
        assert len((done.out + done.err).split("\n")) <= 6


@pytest.mark.parametrize(("count", "code"), [pytest.param(1500, 1, marks=pytest.mark.exhaustive), (3000, 4)])
def test_too_many_steps_of_paths_are_not_reported(count: int, code: int, tmp_path: Path) -> None:
    (tmp_path / "m.wasm").write_bytes(deep_exports(count))
    assert nogrow("check", "m.wasm", folder=tmp_path).code == 1
    done = nogrow("check", "m.wasm", "--format", "json", folder=tmp_path)
    assert (done.code, "more than 2,000,000 steps" in done.out) == (code, code == 4)


@pytest.mark.parametrize(("count", "code"), [(5000, 1), (20_000, 4)])
def test_too_many_reached_imports_are_not_reported(count: int, code: int, tmp_path: Path) -> None:
    (tmp_path / "m.wasm").write_bytes(imports_and_exports(count))
    assert nogrow("check", "m.wasm", folder=tmp_path).code == code
