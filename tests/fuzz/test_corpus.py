"""Test the seeds, the inputs that once failed, and the fuzzing runner."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.fuzz.run import fuzz, read_log

from nogrow.errors import ToolError
from nogrow.scenarios.wasi import Wasi
from tests.fuzz.parts import split
from tests.fuzz.targets import MODULES, TARGETS, BrokenPromiseError
from tests.support.archives import zip_of

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
SEEDS = sorted((HERE / "corpus").glob("*/*"))

# Inputs that once made a target fail, each with the reason.
REGRESSIONS = [
    # The URL of a source has a bracket instead of a host.
    ("sourcemap", b'{"version": 3, "sources": ["file://]/a.ts"], "mappings": "8BACE"}'),
    # A chain of very many members.
    ("glue", b"var x=a" + b".b" * 20_000 + b";m.grow(1);m.buffer"),
    # A memory starts with more pages than 32 bits can address.
    ("seal", bytes.fromhex("0061736d0100000005050100ffd210")),
    # An exported table contains references of a type that does not exist.
    ("module", bytes.fromhex("0061736d010000000104016000000405016305000107050101610100")),
    # A member of a zip has no name.
    ("archive", zip_of({"": b"contents"})),
]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_seed_breaks_no_promise(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize(("target", "data"), REGRESSIONS)
def test_former_failures_break_no_promise(target: str, data: bytes) -> None:
    TARGETS[target](data)


def test_every_target_has_seeds_and_a_dictionary() -> None:
    assert {path.parent.name for path in SEEDS} == set(TARGETS)
    assert {path.stem for path in (HERE / "dictionaries").iterdir()} == set(TARGETS)
    assert set(TARGETS) > MODULES


def test_split_and_joined_module_is_unchanged() -> None:
    seeds = [path.read_bytes() for path in SEEDS if path.parent.name == "module"]
    for data in seeds:
        parts = split(data)
        assert parts is not None
        assert parts.joined() == data


LOG = """#2\tINITED cov: 5 ft: 6 corp: 1/1b exec/s: 0 rss: 50Mb
#1024\tNEW    cov: 12 ft: 20 corp: 7/30b lim: 4096 exec/s: 500 rss: 60Mb L: 3/3 MS: 1 -
"""


def test_figures_come_from_the_log() -> None:
    done = read_log("names", 0, LOG + "Done 2000 runs in 4 second(s)\n")
    assert done == ("names", 2000, 12, 7, None)


def test_crash_is_reported_with_its_message() -> None:
    log = LOG + "\n === Uncaught Python exception: ===\nZeroDivisionError: division by zero\n"
    done = read_log("names", 77, log)
    assert (done.executions, done.coverage) == (1024, 12)
    assert "ZeroDivisionError" in (done.complaint or "")


def test_target_without_executions_is_an_error() -> None:
    with pytest.raises(ToolError, match="tried no input"):
        read_log("names", 0, "INFO: Running with entropic power schedule\n")


def test_killed_target_has_a_complaint() -> None:
    assert read_log("names", -9, LOG).complaint is not None


def test_unknown_target_is_one_line() -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: pip install 'nogrow[dev]'")
    with pytest.raises(ToolError, match="unknown target 'nmes'; expected one of: archive, command"):
        fuzz(ROOT, ["nmes"], 0.01, print)


@pytest.mark.exhaustive
def test_target_runs_under_libfuzzer(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: pip install 'nogrow[dev]'")
    for name in ("tests", "tools", "verify"):
        (tmp_path / name).symlink_to(ROOT / name)
    (done,) = fuzz(tmp_path, ["names"], 1 / 60, print)
    assert done.complaint is None
    assert done.executions > 10
    assert done.coverage > 10


@pytest.mark.parametrize(
    "reach", [lambda *_: len(list(Path("/").iterdir())), lambda *_: len(socket.gethostname())]
)
def test_guest_that_reaches_outside_is_noticed(
    reach: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wasi, "_write", reach)
    with pytest.raises(BrokenPromiseError, match=r"reach outside: (os\.listdir|socket\.)"):
        TARGETS["scenario"]((HERE / "corpus" / "scenario" / "wasi").read_bytes())
