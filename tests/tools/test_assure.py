"""A guard that is taken away, and the tests that notice or don't."""

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
    for name in ("crates", "docs", "examples", "hosts", "tests", "verify", "wat"):
        (tmp_path / name).mkdir()
    for name in ("nogrow.toml", "pyproject.toml", "tasks.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "verify" / "guarded.py").write_text("def refused(n: int) -> bool:\n    return n > 3\n")
    (tmp_path / "tests" / "test_guarded.py").write_text(
        "from guarded import refused\n\n\ndef test_held():\n    assert refused(4)\n\n\n"
        "def test_blind():\n    assert not refused(3)\n"
    )
    return tmp_path


def test_a_test_that_holds_a_guard_is_told_from_one_that_does_not(project: Path) -> None:
    text = GUARD.format(name="test_held", old="n > 3") + GUARD.format(name="test_blind", old="n > 3")
    (project / "tests" / "guards.toml").write_text(text)
    held, blind = assure_all(project, lambda line: None)
    assert (held.noticed, blind.noticed) == (True, False)
    assert held.outcome.startswith("1 failed")
    assert "n > 3" in (project / "verify" / "guarded.py").read_text(), "only a copy is changed"


def test_a_guard_s_text_stands_in_its_file_exactly_once(project: Path) -> None:
    (project / "tests" / "guards.toml").write_text(GUARD.format(name="test_held", old="n < 3"))
    with pytest.raises(ToolError, match=r"test_held: its text stands 0 times in verify/guarded.py"):
        read_guards(project)


def test_tests_that_fail_with_every_guard_there_say_nothing(project: Path) -> None:
    (project / "tests" / "guards.toml").write_text(GUARD.format(name="test_gone", old="n > 3"))
    with pytest.raises(ToolError, match=r"fail with every guard there"):
        assure_all(project, lambda line: None)
