"""Test that changed files lead to the tests that mirror them."""

import subprocess
from pathlib import Path

import pytest
from tools.changed import changed_files, mirrors_of

FILES = (
    "tests/test_invoke.py",
    "tests/conftest.py",
    "tests/wasm/test_decode.py",
    "tests/wasm/test_scan.py",
    "tests/report/test_html.py",
    "tests/explain/goldens/c.txt",
    "tests/explain/test_cause.py",
    "tests/support/modules.py",
    "tests/tools/test_pins.py",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("verify/nogrow/wasm/decode.py", ["tests/wasm/test_decode.py"]),
        ("verify/nogrow/wasm/scan.wat", ["tests/wasm/test_scan.py"]),
        ("verify/nogrow/wasm/limits.py", ["tests/wasm"]),
        ("verify/nogrow/report/html/page.css", ["tests/report"]),
        ("verify/nogrow/invoke.py", ["tests/test_invoke.py"]),
        ("verify/nogrow/errors.py", []),
        ("tools/pins.py", ["tests/tools/test_pins.py"]),
        ("tools/guards/assure.py", ["tests/tools"]),
        ("tests/wasm/test_scan.py", ["tests/wasm/test_scan.py"]),
        ("tests/wasm/test_gone.py", ["tests/wasm"]),
        ("tests/explain/goldens/c.txt", ["tests/explain"]),
        ("tests/support/modules.py", []),
        ("tests/conftest.py", []),
        ("README.md", []),
    ],
)
def test_changed_file_has_its_mirror(root: Path, changed: str, tests: list[str]) -> None:
    assert list(mirrors_of(root, [changed])) == tests


def test_no_test_runs_twice(root: Path) -> None:
    changed = ["verify/nogrow/wasm/decode.py", "verify/nogrow/wasm/limits.py", *["tools/pins.py"] * 2]
    assert mirrors_of(root, changed) == ("tests/tools/test_pins.py", "tests/wasm")


def test_changed_and_new_files_are_found(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=Testy", "-c", "user.email=testy@example.org")
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    for name in ("kept.py", "changed.py", "gone.py"):
        (tmp_path / name).write_text("")
    (tmp_path / ".gitignore").write_text("build/\n")
    git("add", ".")
    git("commit", "-q", "-m", "start")
    (tmp_path / "changed.py").write_text("1")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "build").mkdir()
    for name in ("new ä.py", "build/output.py"):
        (tmp_path / name).write_text("")
    assert changed_files(tmp_path) == ("changed.py", "gone.py", "new ä.py")
