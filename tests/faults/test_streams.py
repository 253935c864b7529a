"""Tests with full disks, read-only folders, closed pipes, and a bare environment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tools.bench.encode import module
from tools.bench.pathological import exports

from tests.support.program import MB, limited, nogrow, started

if sys.platform == "win32":
    pytest.skip("needs limits for processes", allow_module_level=True)

import resource

GROWING = module([b"\x41\1\x40\0\x1a"], exports=[(b"run", 0)])
BARE = {
    "HOME": None,
    "TERM": None,
    "LANG": None,
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.wasm").write_bytes(GROWING)
    (tmp_path / "many.wasm").write_bytes(exports(2000))
    return tmp_path


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in ("m.wasm", "many.wasm"))


@pytest.mark.parametrize("words", [("check", "m.wasm"), ("sites", "m.wasm"), ("explain", "m.wasm")])
def test_full_standard_output_is_one_line(words: tuple[str, ...], folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = started(*words, folder=folder, stdout=full.fileno(), stderr=subprocess.PIPE)
        err = process.communicate(timeout=100)[1].decode()
    assert (process.returncode, err) == (
        2,
        "nogrow: standard output: can't write the report: No space left on device\n",
    )


@pytest.mark.parametrize(
    "words",
    [
        ("check", "many.wasm", "--format", "json=report"),
        ("check", "many.wasm", "--format", "html=report"),
        ("seal", "many.wasm", "-o", "report", "--mode", "cap"),
    ],
    ids=["json", "html", "seal"],
)
def test_file_on_a_full_disk_is_unchanged(words: tuple[str, ...], folder: Path) -> None:
    """Python ignores SIGXFSZ, so a write beyond the limit fails as on a full disk.

    Python must not write byte code, which would stay truncated for later runs.
    """
    (folder / "report").write_text("before")
    force = ("--force",) if words[0] == "seal" else ()
    quiet = {"PYTHONDONTWRITEBYTECODE": "1"}
    full = limited(resource.RLIMIT_FSIZE, 4096)
    completed = nogrow(*words, *force, folder=folder, environ=quiet, prepare=full)
    assert completed.code == 2
    assert "report: can't" in completed.err
    assert (folder / "report").read_text() == "before"
    assert left_over(folder) == ["report"]


def test_read_only_folder_is_one_line(folder: Path) -> None:
    completed = nogrow("check", "m.wasm", "--format", "json=/proc/report", folder=folder)
    assert (completed.code, completed.err.count("\n")) == (2, 1)
    assert "/proc/report: can't write the report" in completed.err


def test_closed_pipe_is_not_an_error(folder: Path) -> None:
    read, write = os.pipe()
    process = started(
        "check", "many.wasm", "--format", "json", folder=folder, stdout=write, stderr=subprocess.PIPE
    )
    os.close(write)
    os.read(read, 1)
    os.close(read)
    assert process.communicate(timeout=100)[1] == b""
    assert process.returncode == 1


@pytest.mark.parametrize("closed", ["1", "2"])
def test_closed_stream_is_not_an_error(closed: str, folder: Path) -> None:
    completed = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m nogrow check m.wasm {closed}>&-', sys.executable],
        cwd=folder,
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert completed.returncode == (2 if closed == "1" else 1)
    assert (b"the report: it is closed" in completed.stderr) is (closed == "1")


def test_home_terminal_and_locale_are_not_needed(folder: Path) -> None:
    name = "größe-\U0001f600.wasm"
    (folder / name).write_bytes(GROWING)
    plain = nogrow("check", name, folder=folder, environ={"PYTHONUTF8": "1"})
    bare = nogrow("check", name, folder=folder, environ=BARE)
    assert (plain.code, bare.code) == (1, 1)
    assert "größe" in plain.out
    assert bare.out.count("\n") == plain.out.count("\n")
    assert "gr" in bare.out


def test_read_only_bytecode_cache_is_not_an_error(folder: Path) -> None:
    assert nogrow("check", "m.wasm", folder=folder, environ={"PYTHONPYCACHEPREFIX": "/proc/none"}).code == 1


def test_two_processes_can_write_the_same_report(folder: Path) -> None:
    both = [
        started("check", "many.wasm", "--format", "json=report", folder=folder, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(100) for process in both] == [1, 1]
    alone = nogrow("check", "many.wasm", "--format", "json=alone", folder=folder)
    assert alone.code == 1
    assert (folder / "report").read_bytes() == (folder / "alone").read_bytes()
    assert left_over(folder) == ["alone", "report"]


@pytest.mark.parametrize("megabytes", [100, 200, 300, 500])
def test_little_memory_never_gives_a_wrong_verdict(megabytes: int, folder: Path) -> None:
    """Limit the address space, so that wasmtime cannot reserve 4 GiB; Python itself needs some 60 MB."""
    (folder / "m.wasm").write_bytes(exports(100_000))
    process = started(
        "check",
        "m.wasm",
        folder=folder,
        prepare=limited(resource.RLIMIT_AS, megabytes * MB),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = process.communicate(timeout=200)
    # wasmtime aborts if it gets no memory itself, and then there is no verdict.
    assert process.returncode in (1, 4, -signal.SIGABRT), err
    assert (b"error[NG001]" in out) is (process.returncode == 1)
