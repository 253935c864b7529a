"""This module runs the steps of `action.yml` like a runner of GitHub."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{ *([a-z.-]+) *\}\}")
# Like the real installation, this leaves a Python and a nogrow in a virtual environment.
_FAKE_PYTHON = """#!/bin/sh
echo "$@" >> "$RUNNER_TEMP/calls"
[ "$2" = venv ] || exit 1
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "$@" >> "$RUNNER_TEMP/calls"\\n' > "$3/bin/python"
printf '#!/bin/sh\\nPYTHONPATH="%s" exec "%s" -m nogrow "$@"\\n' > "$3/bin/nogrow"
chmod +x "$3"/bin/*
"""


def document() -> dict[str, Any]:
    """Return the action."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return action


@dataclass(frozen=True)
class Done:
    """The exit code and log of the last step that ran, with the outputs and the summary of all steps."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


@dataclass(frozen=True)
class Runner:
    """A runner whose folders are below `root`; the user's files are in `work`."""

    root: Path
    action: Path = ROOT

    @property
    def work(self) -> Path:
        """Return the checked out repository."""
        return self.root / "work"

    @property
    def temp(self) -> Path:
        """Return the runner's folder for temporary files."""
        return self.root / "temp"

    def prepare(self) -> None:
        """Create the folders, and a Python that installs nothing."""
        for folder in (self.work, self.temp, self.root / "bin"):
            folder.mkdir()
        python = self.root / "bin" / "python3"
        python.write_text(_FAKE_PYTHON % (ROOT / "verify", sys.executable))
        python.chmod(0o755)

    def __call__(self, path: str | None = None, **inputs: str) -> Done:
        """Run the action with these inputs, `_` for `-`; `path` is the PATH, by default that of the fake."""
        action = document()
        values = {name: properties.get("default", "") for name, properties in action["inputs"].items()}
        values |= {name.replace("_", "-"): value for name, value in inputs.items()}
        environ = {
            "PATH": path or f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
        }
        for name in ("output", "summary"):
            (self.temp / name).write_text("")
        for step in action["runs"]["steps"]:
            done = self._step(step, values, environ)
            if done.returncode != 0:
                break
        outputs = {}
        for line in (self.temp / "output").read_text().splitlines():
            name, sign, value = line.partition("=")
            assert sign == "="
            assert name not in outputs
            outputs[name] = value
        return Done(done.returncode, done.stdout, outputs, (self.temp / "summary").read_text("utf-8"))

    def _step(
        self, step: Mapping[str, Any], values: Mapping[str, str], environ: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        def filled(text: str) -> str:
            return _EXPRESSION.sub(lambda match: values[match[1].removeprefix("inputs.")], text)

        assert step["shell"] == "bash"
        script = self.temp / "script.sh"
        script.write_text(filled(step["run"]))
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-euo", "pipefail", str(script)],
            cwd=self.work / filled(step.get("working-directory", ".")),
            env={**environ, **{key: filled(value) for key, value in step["env"].items()}},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
