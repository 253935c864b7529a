"""Run commands in a Python that lacks the modules and functions that Windows does not have."""

import subprocess
import sys
from pathlib import Path

import pytest

# The standard library is loaded first: on Linux, it needs some of these itself. What nogrow only asks for on
# Linux, such as `os.sched_getaffinity`, stays.
CODE = """
import os, signal, sys
import multiprocessing, multiprocessing.connection, multiprocessing.popen_spawn_posix
import asyncio, shutil, subprocess, tempfile
multiprocessing.set_start_method("spawn")
for name in ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"):
    sys.modules[name] = None
CALLS = '''chown fchmod fchown fork forkpty geteuid getpgid getuid killpg lchown link mkfifo posix_spawn
    setsid wait4 O_CLOEXEC O_NOFOLLOW'''
for name in CALLS.split():
    delattr(os, name)
for name in ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGUSR1", "alarm", "setitimer"):
    delattr(signal, name)
from nogrow.cli.main import main
main()
"""
CONTRACT = """schema = 1
[[artifact]]
path = "growing.wasm"
allow = ["reachable"]
[[artifact.scenario]]
name = "grows"
steps = [{ call = "bad", must_grow = true }]
"""
HOST = """const { instance } = await WebAssembly.instantiateStreaming(fetch("growing.wasm"));
const view = new Uint8Array(instance.exports.memory.buffer);
instance.exports.bad();
view[0] = 1;
"""


@pytest.mark.skipif(sys.platform != "linux", reason="removes what only Linux has")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("check", 0),
        ("check quiet.wasm growing.wasm --jobs 2 --format json=report", 0),
        ("check --dist quiet.wasm --attest statement", 0),
        ("host host.mjs --module growing.wasm", 1),
        ("seal growing.wasm --mode cap -o sealed", 0),
        ("stress growing.wasm -o stressed", 0),
        ("explain growing.wasm", 0),
        ("sites growing.wasm", 0),
        ("run", 0),
        ("init quiet.wasm --contract new.toml", 0),
        ("pin", 0),
        ("diff quiet.wasm growing.wasm", 1),
        ("completion bash", 0),
    ],
    ids=lambda value: value.split()[0] if isinstance(value, str) else None,
)
def test_command_needs_no_posix_call(words: str, code: int, folder: Path) -> None:
    (folder / "nogrow.toml").write_text(CONTRACT, encoding="utf-8")
    (folder / "host.mjs").write_text(HOST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words.split()], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
