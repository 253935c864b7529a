"""Tests that the host in Python runs the plugins that its README says, and refuses the others."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.conftest import ROOT

EXAMPLE = ROOT / "examples" / "embedding"
GREET = """(module (memory (export "memory") 1)
  (func (export "buffer") (result i32) i32.const 0)
  (func (export "transform") (param i32) (result i32) local.get 0)
  {more})"""


def host(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "host.py", "Hello, plugins"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_example_prints_what_its_readme_says() -> None:
    (shown,) = re.findall(
        r"^\$ python host\.py .*\n((?:.*\n)*?)```", (EXAMPLE / "README.md").read_text(), re.M
    )
    assert host(EXAMPLE) == shown


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(GREET.format(more=""), "new: Hello, plugins", id="a plugin that runs"),
        pytest.param("(module)", "refused: new: it does not export `buffer`", id="no plugin"),
        pytest.param(
            GREET.format(more="(start $s) (func $s (drop (memory.grow (i32.const 1))))"),
            "new: Hello, plugins",
            id="growth before the view is made",
        ),
        pytest.param(
            GREET.format(more="").replace("local.get 0", "(drop (memory.grow (i32.const 0))) local.get 0"),
            "refused: new: `transform` may grow the memory (reachable): func[1]",
            id="growth by no page",
        ),
        pytest.param(
            GREET.format(more="").replace("local.get 0", "(drop (memory.grow (i32.const 1))) unreachable"),
            "ended: new: `transform` traps",
            id="a trap after a growth",
        ),
    ],
)
def test_plugin_is_judged_before_it_runs(tmp_path: Path, text: str, line: str) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "plugins" / "new.wat").write_text(text)
    assert line in host(tmp_path).splitlines()
