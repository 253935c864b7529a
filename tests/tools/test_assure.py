"""Test the removal of guards, which tests may or may not notice."""

from pathlib import Path

import pytest
from tools.guards.assure import assure_all, read_guards

from nogrow.errors import ToolError

GUARD = """[[guard]]
name = "{name}"
file = "verify/guarded.py"
old = "{old}"
new = "False"
test = "tests/test_guarded.py::{name}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("crates", "docs", "examples", "hosts", "js", "tests", "tools", "verify", "wat"):
        (tmp_path / name).mkdir()
    for name in ("nogrow.toml", "pyproject.toml", "tasks.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "verify" / "guarded.py").write_text("def refused(n: int) -> bool:\n    return n > 3\n")
    (tmp_path / "tests" / "test_guarded.py").write_text(
        "from guarded import refused\n\n\ndef test_held():\n    assert refused(4)\n\n\n"
        "def test_blind():\n    assert not refused(3)\n"
    )
    return tmp_path


def test_noticed_and_unnoticed_guards_are_distinguished(project: Path) -> None:
    text = GUARD.format(name="test_held", old="n > 3") + GUARD.format(name="test_blind", old="n > 3")
    (project / "tests" / "guards.toml").write_text(text)
    held, blind = assure_all(project, lambda line: None)
    assert (held.noticed, blind.noticed) == (True, False)
    assert held.outcome.startswith("1 failed")
    assert "n > 3" in (project / "verify" / "guarded.py").read_text(), "only a copy is changed"


def test_guard_text_must_occur_exactly_once(project: Path) -> None:
    (project / "tests" / "guards.toml").write_text(GUARD.format(name="test_held", old="n < 3"))
    with pytest.raises(ToolError, match=r"test_held: its text occurs 0 times in verify/guarded.py"):
        read_guards(project)


def test_tests_that_fail_with_all_guards_are_an_error(project: Path) -> None:
    (project / "tests" / "guards.toml").write_text(GUARD.format(name="test_gone", old="n > 3"))
    with pytest.raises(ToolError, match=r"fail although every guard is in place"):
        assure_all(project, lambda line: None)
