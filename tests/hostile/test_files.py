"""Test paths that are not regular files, and files that change while nogrow reads them."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tools.bench.encode import module

from nogrow.cli.commands import cli
from nogrow.errors import ModuleError
from nogrow.wasm import file
from tests.hostile.test_malformed import COMMANDS, GOOD
from tests.support.posix import is_root, make_fifo
from tests.support.program import nogrow

NOBODY = 65534
QUIET = module([b""], exports=[(b"run", 0)])


def _sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(b"\0asm\1\0\0\0")
        stream.truncate(2 << 30)


SPECIAL_FILES: dict[str, Callable[[Path], None]] = {
    "a FIFO": make_fifo,
    "a dangling link": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to("m.wasm"),
    "a device without an end": lambda path: path.symlink_to("/dev/zero"),
    "a process's memory": lambda path: path.symlink_to("/proc/self/mem"),
    "the kernel's memory": lambda path: path.symlink_to("/proc/kcore"),
    "a sparse file of 2 GiB": _sparse,
    "below a file": lambda path: path.symlink_to("/etc/passwd/x"),
}


@pytest.mark.parametrize("make", SPECIAL_FILES.values(), ids=SPECIAL_FILES)
@pytest.mark.parametrize("command", ["check", "explain", "seal"])
def test_special_file_is_not_judged(make: Callable[[Path], None], command: str, tmp_path: Path) -> None:
    make(tmp_path / "m.wasm")
    done = nogrow(*COMMANDS[command], folder=tmp_path)
    assert done.code == 4
    assert done.peak_bytes < 100 << 20


@pytest.mark.parametrize(("option", "code"), [("--glue", 4), ("--debug-info", 2)])
def test_fifo_in_an_option_is_refused(option: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "m.wasm").write_bytes(GOOD)
    make_fifo(tmp_path / "f")
    done = nogrow("check", "m.wasm", option, "f", folder=tmp_path)
    assert (done.code, "not a regular file" in done.err + done.out) == (code, True)


@pytest.fixture
def shared() -> Iterator[Path]:
    """Return a folder that every user may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not is_root(), reason="only root can become nobody")
def test_unreadable_file_among_good_ones_is_not_judged(shared: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("needs setresuid")
    for name in ("good.wasm", "m.wasm"):
        (shared / name).write_bytes(QUIET)
    command = ("check", str(shared / "good.wasm"), str(shared / "m.wasm"))
    # This also imports the modules that the user `nobody` may be unable to read.
    assert CliRunner().invoke(cli, command).exit_code == 0
    (shared / "m.wasm").chmod(0)
    # The user `nobody` may be unable to start this Python, so a copy of this process changes its user.
    child = os.fork()
    if child == 0:
        os.setresuid(NOBODY, NOBODY, NOBODY)
        result = CliRunner().invoke(cli, command)
        os._exit(result.exit_code if "Permission denied" in result.output else 99)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4


@pytest.mark.parametrize("change", ["shrinks", "grows", "is written"])
def test_file_that_changes_while_it_is_read_is_not_judged(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.wasm"
    path.write_bytes(GOOD)
    fstat = os.fstat

    def changing(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        if change == "shrinks":
            os.truncate(path, len(GOOD) // 2)
        elif change == "grows":
            os.truncate(path, len(GOOD) * 2)
        else:
            os.utime(path, ns=(1, status.st_mtime_ns + 1))
        return status

    monkeypatch.setattr(os, "fstat", changing)
    with pytest.raises(ModuleError, match="it changes while it is read"):
        file.read(str(path))


def test_file_is_read_completely(tmp_path: Path) -> None:
    (tmp_path / "m.wasm").write_bytes(GOOD)
    assert file.read(str(tmp_path / "m.wasm")) == GOOD
    assert file.read(str(tmp_path / "m.wasm"), len(GOOD)) == GOOD
    with pytest.raises(ModuleError, match="more than 7"):
        file.read(str(tmp_path / "m.wasm"), 7)


def test_file_beyond_the_limit_of_engines_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "m.wasm").open("wb") as stream:
        stream.truncate((1 << 30) + 1)
    with pytest.raises(ModuleError, match="it has 1,073,741,825 bytes, more than 1,073,741,824"):
        file.read(str(tmp_path / "m.wasm"))


def test_special_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a device may have effects, and opening a FIFO waits for a writer."""
    make_fifo(tmp_path / "m.wasm")
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(ModuleError, match="not a regular file"):
        file.read(str(tmp_path / "m.wasm"))


def test_fifo_that_replaces_a_file_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "before.wasm").write_bytes(GOOD)
    before = (tmp_path / "before.wasm").stat()
    make_fifo(tmp_path / "m.wasm")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", lambda *_, **__: before)
        with pytest.raises(ModuleError, match="not a regular file"):
            file.read(str(tmp_path / "m.wasm"))
