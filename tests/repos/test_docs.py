"""Tests that the recipes in docs/check-in-ci.md work, and that the names in it exist."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repos.action import ROOT, document
from tests.repos.hooked import environment, run
from tests.support.modules import GROWING, QUIET, write_module

TEXT = (ROOT / "docs/check-in-ci.md").read_text("utf-8")
# Programs that install or build, which these tests do not need.
FAKES = ("pip", "make", "python3")
CONTRACT = """schema = 1
[[artifact]]
path = "dist/app.wasm"
[[artifact.scenario]]
name = "answers"
steps = [{ call = "ok" }]
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S)


def recipes() -> list[str]:
    """Return the shell commands, with those in the recipe for GitLab."""
    scripts = blocks("sh")
    for block in blocks("yaml"):
        for job in yaml.safe_load(block).values():
            if isinstance(job, dict) and "script" in job:
                scripts.append("\n".join(job["script"]))
    return scripts


def steps() -> list[dict[str, Any]]:
    """Return the steps of the workflows for GitHub."""
    documents = [yaml.safe_load(block) for block in blocks("yaml")]
    jobs = [job for workflow in documents for job in workflow.get("jobs", {}).values()]
    return [step for job in jobs for step in job["steps"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with a contract, and fake programs that install and build."""
    (tmp_path / "nogrow.toml").write_text(CONTRACT)
    program = f'#!/bin/sh\nPYTHONPATH="{ROOT / "verify"}" exec "{sys.executable}" -m nogrow "$@"\n'
    for path in ("bin/nogrow", ".nogrow/bin/nogrow", ".nogrow/bin/pip", *(f"bin/{name}" for name in FAKES)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(program if path.endswith("nogrow") else "#!/bin/sh\n")
        (tmp_path / path).chmod(0o755)
    return tmp_path


def shell(project: Path, script: str) -> int:
    environ = {
        "PATH": f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(project / "summary"),
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=project, env=environ, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize("script", recipes(), ids=lambda script: script.strip().split("\n")[-1][:50])
def test_recipe_passes_or_fails_as_the_check_does(project: Path, script: str) -> None:
    write_module(project / "dist/app.wasm", QUIET)
    assert shell(project, script) == 0
    for name in re.findall(r"=([a-z]+\.(?:xml|html|md))", script):
        assert (project / name).stat().st_size > 0
    write_module(project / "dist/app.wasm", GROWING)
    # `nogrow run` only runs the scenario, which does not grow the memory.
    assert shell(project, script) == (0 if "nogrow run" in script else 1)
    for name in re.findall(r"=([a-z]+\.(?:xml|html|md))", script):
        assert (project / name).stat().st_size > 0


def test_all_recipes_are_found() -> None:
    assert len(recipes()) == 5
    assert len(blocks("yaml")) == 4


def test_steps_use_only_inputs_of_the_action() -> None:
    ours = [step for step in steps() if step.get("uses") == "OWNER/nogrow@REVISION"]
    assert len(ours) == 2
    for step in ours:
        assert set(step.get("with", {})) <= set(document()["inputs"])


def test_tables_list_every_input_and_output() -> None:
    action = document()
    named = re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.M)
    assert [name for name in named if not name.startswith("nogrow")] == [
        *action["inputs"],
        *action["outputs"],
    ]


def test_hooks_are_those_of_the_manifest(tmp_path: Path) -> None:
    hooks = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    assert re.findall(r"^\| `(nogrow[a-z-]*)` \|", TEXT, re.M) == hooks
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(blocks("yaml")[0].replace("REVISION", "0a" * 20))
    assert len(config.read_text().splitlines()) == 5
    done = run(["pre-commit", "validate-config", str(config)], tmp_path, environment(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")
