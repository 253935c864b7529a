"""Test that the examples in the documentation of the tasks work."""

import re
from pathlib import Path, PurePosixPath

from nogrow.contract.load import load_plan
from nogrow.invoke import collection
from tests.project.conftest import ROOT

DOCS = (ROOT / "docs" / "build-with-invoke.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)


def test_shown_build_table_can_be_read(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    (tmp_path / "nogrow.toml").write_text(text)
    plan = load_plan(tmp_path / "nogrow.toml")
    assert plan.artifact(plan.crates[0], "small") == PurePosixPath("build/small/app_small.wasm")
    assert plan.commands[0].tools == (("clang", "--version"), ("go", "version"))


def test_shown_tasks_file_is_that_of_the_examples() -> None:
    assert blocks("python")[0] == (ROOT / "examples" / "c" / "tasks.py").read_text()
    assert (
        "\nfrom nogrow.invoke import collection\n\nnamespace = collection()\n"
        in (ROOT / "docs" / "python-api.md").read_text()
    )


def test_each_task_is_in_the_table() -> None:
    listed = re.findall(r"^\| `invoke (\w+)", DOCS, re.MULTILINE)
    assert sorted(listed) == sorted(collection().tasks)
