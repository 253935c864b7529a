"""Tests of the tasks that every project gets, in a small project with the real invoke."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from invoke.exceptions import Exit

from nogrow.errors import ContractError, DocumentError, Error, ToolError, UsageError
from nogrow.invoke import collection, plain_errors
from nogrow.report.exit_code import ExitCode
from tests.project.conftest import ROOT
from tests.support.tasks import invoke

TASKS = "from nogrow.invoke import collection\n\nnamespace = collection()\n"
QUIET = '(module (memory (export "memory") 1) (func (export "f")))\n'
GROWS = '(module (memory (export "memory") 1) (func (export "f") (drop (memory.grow (i32.const 1)))))\n'
CONTRACT = """schema = 1
[build]
output = "out put"
[[build.wat]]
path = "my guest.wat"
[[artifact]]
path = "out put/release/my guest.wasm"
"""
MODULE = "out put/release/my guest.wasm"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project with a module in the text format, in a folder with a space in its name."""
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "tasks.py").write_text(TASKS)
    (folder / "nogrow.toml").write_text(CONTRACT)
    (folder / "my guest.wat").write_text(QUIET)
    return folder


def test_three_line_tasks_file_builds_and_verifies(root: Path) -> None:
    completed = invoke(root, "build", "inspect", "verify")
    assert (root / MODULE).is_file()
    assert "the report is in out put/report.json" in completed.stdout
    assert (root / "out put/inspect/release-my guest.txt").is_file()


def test_verify_fails_with_a_witness_when_the_source_grows(root: Path) -> None:
    invoke(root, "build", "verify")
    (root / "my guest.wat").write_text(GROWS)
    completed = invoke(root, "build", "verify", code=1)
    assert "error[NG001]: growth-reachable: `f` can grow memory 0 and return" in completed.stdout
    assert ": memory.grow" in completed.stdout


def test_tasks_work_in_a_subfolder(root: Path) -> None:
    (root / "deep").mkdir()
    invoke(root / "deep", "build", "verify")
    assert (root / MODULE).is_file()


def test_missing_contract_is_one_line(root: Path) -> None:
    (root / "nogrow.toml").unlink()
    completed = invoke(root, "build", code=1)
    assert completed.stderr == f"no nogrow.toml in {root} or above it: run `nogrow init` to write one\n"


@pytest.mark.parametrize("task", ["setup", "build", "inspect", "verify", "clean"])
def test_wrong_contract_is_one_line_and_exit_code_2(root: Path, task: str) -> None:
    (root / "nogrow.toml").write_text("schema = 1\n[build]\ncrates = []\n")
    completed = invoke(root, task, code=2)
    assert completed.stderr.endswith("nogrow.toml:3: build.crates: unknown key; did you mean `crate`?\n")
    assert completed.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("usage"), 2),
        (ContractError(Path("nogrow.toml"), 1, "contract"), 2),
        (DocumentError(Path("nogrow.lock"), None, "document"), 2),
        (ToolError("tool"), 1),
    ],
    ids=["usage", "contract", "document", "tool"],
)
def test_exit_code_of_an_error_is_that_of_its_class(error: Error, code: int) -> None:
    with pytest.raises(Exit) as caught, plain_errors():
        raise error
    assert (caught.value.code, caught.value.message) == (code, str(error))


def test_contract_without_a_build_is_an_error(root: Path) -> None:
    (root / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "a.wasm"\n')
    assert "has nothing to build: add [[build.crate]]" in invoke(root, "build", code=1).stderr


def test_missing_wabt_names_the_extra(root: Path, tmp_path: Path) -> None:
    # This Python has no wat2wasm beside it, and the PATH is empty.
    code = (
        "import sys; sys.executable = '/nowhere/python'; from invoke.main import program; "
        "program.run(['invoke', 'build'])"
    )
    completed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT / "verify")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (completed.returncode, completed.stderr) == (
        1,
        "wat2wasm is missing: run pip install 'nogrow[build]'\n",
    )


def test_missing_invoke_names_the_extra() -> None:
    code = "import sys; sys.modules['invoke'] = None; import nogrow.invoke"
    completed = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "verify")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert completed.stderr.splitlines()[-1] == (
        "ImportError: nogrow.invoke needs invoke: run pip install 'nogrow[build]'"
    )


def test_sealed_copies_cannot_grow(root: Path) -> None:
    (root / "my guest.wat").write_text(GROWS)
    completed = invoke(root, "build", "seal", "--mode", "deny")
    sealed = root / "out put/sealed/release/my guest.wasm"
    assert sealed.is_file()
    assert "reachable" in completed.stdout
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('allow = ["reachable"]\n[[artifact]]\npath = "out put/sealed/**/*.wasm"\n')
        contract.write('allow = ["absent"]\n')
    invoke(root, "verify")


def test_unknown_seal_mode_is_one_line(root: Path) -> None:
    completed = invoke(root, "build", "seal", "--mode", "glue", code=2)
    assert completed.stderr == "unknown mode 'glue'; expected cap, deny, trap, reserve or stress\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no artifact in nogrow.toml has the key `seal`: add it, or give --mode"),
        (["--pages", "3"], "--pages: this option needs --mode"),
        (
            ["--mode", "stress", "--pages", "3"],
            "--pages 3: stress does not change the pages; only cap and reserve do",
        ),
        (
            ["--mode", "deny", "--pages", "3"],
            "--pages 3: deny does not change the pages; only cap and reserve do",
        ),
        (
            ["--mode", "cap", "--pages", "scenarios"],
            "--pages scenarios: expected a number of at most 20 digits",
        ),
        (
            ["--mode", "reserve", "--pages", "x"],
            "--pages x: expected a number of at most 20 digits or scenarios",
        ),
        (
            ["--mode", "cap", "--pages", "9" * 5000],
            f"--pages {'9' * 5000}: expected a number of at most 20 digits",
        ),
    ],
)
def test_wrong_use_of_seal_is_one_line_and_exit_code_2(root: Path, words: list[str], message: str) -> None:
    assert invoke(root, "seal", *words, code=2).stderr == f"{message}\n"


def test_seal_without_mode_follows_the_contract(root: Path) -> None:
    (root / "my guest.wat").write_text(GROWS)
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('allow = ["reachable"]\nseal = { mode = "reserve", pages = 9 }\n')
    completed = invoke(root, "build", "seal")
    assert "reserve, 9 pages" in completed.stdout
    assert (root / "out put/sealed/release/my guest.wasm").is_file()
    invoke(root, "seal", "--mode", "reserve", "--pages", "3")


def test_stressed_copies_are_made_for_tests_and_not_released(root: Path) -> None:
    (root / "my guest.wat").write_text(GROWS)
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('allow = ["reachable"]\n')
    completed = invoke(root, "build", "seal", "--mode", "stress")
    (row,) = (line for line in completed.stdout.splitlines() if "out put/stressed/" in line and "│" in line)
    assert [cell.strip() for cell in row.split("│")[1:4]] == [
        "out put/stressed/release/my guest.wasm",
        "1: f",
        "none",
    ]
    (root / "dist").mkdir()
    shutil.copy(root / "out put/stressed/release/my guest.wasm", root / "dist" / "guest.wasm")
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('[[artifact]]\npath = "dist/guest.wasm"\nallow = ["reachable"]\n')
    completed = invoke(root, "release", "--dist", "dist", code=ExitCode.BROKEN)
    assert "it is a copy for tests, written by `nogrow stress`: ship the module" in completed.stdout
    assert not (root / "out put" / "attestation.json").exists()


def test_clean_restores_the_project(root: Path) -> None:
    before = sorted(root.rglob("*"))
    invoke(root, "build", "inspect", "seal", "--mode", "cap", "verify")
    completed = invoke(root, "clean", environ={"PYTHONDONTWRITEBYTECODE": "1"})
    after = [path for path in sorted(root.rglob("*")) if "__pycache__" not in path.parts]
    assert after == before
    assert "removed 5 files and folders" in completed.stdout


def test_each_collection_is_new_and_can_be_extended(root: Path) -> None:
    own = "from invoke.tasks import task\n@task\ndef ship(context):\n    'Ship it.'\n    print('shipped')\n"
    (root / "tasks.py").write_text(f"{own}{TASKS}namespace.add_task(ship)\n")
    assert "shipped" in invoke(root, "build", "ship").stdout
    first = collection()
    first.tasks.clear()
    assert sorted(collection().tasks) == ["build", "clean", "inspect", "release", "seal", "setup", "verify"]


def test_root_is_kept_in_a_larger_collection(root: Path, tmp_path: Path) -> None:
    text = TASKS.replace("namespace = collection()", f"wasm = collection({str(root)!r})")
    more = "from invoke.collection import Collection\nnamespace = Collection()\n"
    (tmp_path / "tasks.py").write_text(f"{text}{more}namespace.add_collection(wasm, 'wasm')\n")
    invoke(tmp_path, "wasm.build", "wasm.verify")
    assert (root / MODULE).is_file()


def test_release_builds_before_it_judges(root: Path) -> None:
    (root / "dist").mkdir()
    invoke(root, "release", "--dist", "dist", code=ExitCode.NOTHING)
    shutil.copy(root / MODULE, root / "dist" / "guest.wasm")
    invoke(root, "release", "--dist", "dist")
    assert '"guest.wasm"' in (root / "out put" / "attestation.json").read_text()
    (root / "my guest.wat").write_text(GROWS)
    invoke(root, "build")
    shutil.copy(root / MODULE, root / "dist" / "guest.wasm")
    invoke(root, "release", "--dist", "dist", code=ExitCode.BROKEN)


def test_release_ships_the_sealed_copy_and_not_the_original(root: Path) -> None:
    (root / "dist").mkdir()
    (root / "my guest.wat").write_text(GROWS)
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('expect = { f = "reachable" }\nseal = { mode = "reserve", pages = 9 }\n')
    invoke(root, "build")
    shutil.copy(root / MODULE, root / "dist" / "guest.wasm")
    completed = invoke(root, "release", "--dist", "dist", code=ExitCode.BROKEN)
    copy = "out put/sealed/release/my guest.wasm"
    assert f"{MODULE}, which the contract seals: ship {copy} instead" in completed.stdout
    assert not (root / "out put" / "attestation.json").exists()
    shutil.copy(root / copy, root / "dist" / "guest.wasm")
    completed = invoke(root, "release", "--dist", "dist")
    assert f"it is the copy of {MODULE} (reserve, 9 pages)" in completed.stdout
    assert '"sealed"' in (root / "out put" / "attestation.json").read_text()


def test_release_whose_copy_cannot_be_made_is_not_judged(root: Path) -> None:
    (root / "dist").mkdir()
    (root / "my guest.wat").write_text(GROWS)
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('allow = ["reachable"]\nseal = { mode = "reserve" }\n')
    completed = invoke(root, "release", "--dist", "dist", code=ExitCode.USAGE)
    assert f"{MODULE} cannot be sealed: memory 0 declares no maximum" in completed.stderr
    assert "kept" not in completed.stdout
