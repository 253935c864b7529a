"""Tests with a killed process of `nogrow run`, which gives each module its own."""

import json
import subprocess
import sys
import time
from multiprocessing import get_start_method
from pathlib import Path

import pytest
from tools.bench.pathological import exports

from tests.support.posix import kill
from tests.support.program import started

FILES = [f"m{number}.wasm" for number in range(6)]
VICTIM = "m2.wasm"
CONTRACT = "".join(
    f"""[[artifact]]
path = "{name}"
[[artifact.scenario]]
name = "grows"
steps = [{{ call = "e0" }}]
"""
    for name in FILES
)
# The process that runs the victim writes its process id and waits to be killed.
RUN = """
import os
import sys
import time
from pathlib import Path
import nogrow.scenarios.runner as runner
from nogrow.cli import main
run = runner.run
def waiting(data, scenario):
    if data == Path("m2.wasm").read_bytes():
        Path(f"worker-{os.getpid()}").touch()
        time.sleep(100)
    return run(data, scenario)
runner.run = waiting
sys.argv[0] = "nogrow"
main.main()
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or get_start_method(allow_none=True) is not None,
    reason="patched processes have to be forked",
)


def killed(folder: Path, times: int, *words: str) -> tuple[int, str, str]:
    """Kill `times` processes that run the victim; return the exit code, the output and the errors."""
    process = started(
        *("run", *words),
        folder=folder,
        program=(sys.executable, "-c", RUN),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    dead: set[int] = set()
    end = time.monotonic() + 60
    while len(dead) < times and time.monotonic() < end:
        for path in folder.glob("worker-*"):
            number = int(path.name.partition("-")[2])
            if number not in dead:
                kill(number)
                dead.add(number)
        time.sleep(0.02)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert len(dead) == times
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(FILES):
        (tmp_path / name).write_bytes(exports(100 + number))
    (tmp_path / "nogrow.toml").write_text("schema = 1\n" + CONTRACT)
    return tmp_path


def test_module_of_a_twice_killed_worker_is_not_judged(folder: Path) -> None:
    code, out, err = killed(folder, 2, "--format", "json")
    assert (code, err) == (4, "")
    outcomes = {artifact["path"]: artifact["outcome"] for artifact in json.loads(out)["artifacts"]}
    assert list(outcomes) == FILES
    assert outcomes.pop(VICTIM) == "not-judged"
    assert set(outcomes.values()) == {"kept"}


def test_killed_worker_is_one_line(folder: Path) -> None:
    _, out, _ = killed(folder, 2)
    (line,) = (line for line in out.split("\n") if "process" in line)
    assert line == f"not judged[NG010]: not-judged: {VICTIM}: its process was ended"
