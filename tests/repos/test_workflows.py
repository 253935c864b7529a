"""Tests of the workflows for GitHub: they are valid, run what exists, and cover the supported platforms."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.repos.action import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"actions/[a-z-]+@v[0-9]+")


def jobs() -> dict[str, dict[str, Any]]:
    """Return the jobs of all workflows by their names."""
    documents = [yaml.safe_load(file.read_text("utf-8")) for file in FILES]
    return {name: job for document in documents for name, job in document["jobs"].items()}


def platforms() -> dict[str, Any]:
    return jobs()["platforms"]


@pytest.mark.parametrize("name", jobs())
def test_job_has_a_runner_and_a_limit_of_time(name: str) -> None:
    job = jobs()[name]
    assert job["runs-on"]
    assert 0 < job["timeout-minutes"] <= 60
    assert all(("run" in step) != ("uses" in step) for step in job["steps"])


def test_actions_have_a_version() -> None:
    used = [step["uses"] for job in jobs().values() for step in job["steps"] if "uses" in step]
    assert all(PINNED.fullmatch(action) or action == "./" for action in used), used


def test_every_platform_and_python_is_tested() -> None:
    matrix = platforms()["strategy"]["matrix"]
    assert platforms()["strategy"]["fail-fast"] is False
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">={matrix['python'][0]}"


def test_tests_of_the_platforms_exist() -> None:
    scripts = [step["run"] for step in platforms()["steps"] if "run" in step]
    paths = [word for script in scripts for word in script.split() if word.startswith("tests/")]
    assert len(paths) > 10
    assert all((ROOT / path).exists() for path in paths)


def test_scripts_of_the_platforms_need_no_shell() -> None:
    """PowerShell runs them on Windows, where a line that ends in a backslash does not go on."""
    scripts = [step["run"] for step in platforms()["steps"] if "run" in step]
    assert not any(re.search(r"[\\\n|&;$<]", script.strip()) for script in scripts), scripts
