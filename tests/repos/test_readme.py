"""Tests of the snippets in the README, which `.ci/run` and users execute."""

import re
from pathlib import Path

import yaml

from tests.repos.action import ROOT

TEXT = Path(ROOT, "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S)


def test_first_two_shell_blocks_set_up_and_test() -> None:
    set_up, test = blocks("sh")[:2]
    assert set_up.endswith("&& .venv/bin/invoke build verify\n")
    assert test == ".venv/bin/invoke test\n"


def test_hook_in_the_readme_is_in_the_manifest() -> None:
    hooks = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    (repository,) = yaml.safe_load(blocks("yaml")[0])["repos"]
    assert {hook["id"] for hook in repository["hooks"]} <= set(hooks)


def test_workflow_in_the_readme_uses_the_action() -> None:
    (job,) = yaml.safe_load(blocks("yaml")[1])["jobs"].values()
    assert [step["uses"] for step in job["steps"] if "uses" in step][-1] == "OWNER/nogrow@REVISION"
