"""The tasks that other projects get: in a scratch project, by the real invoke."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nogrow.invoke import collection
from nogrow.report.result import ExitCode
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
    """A project, in a folder with a space in its name, that is built from text."""
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "tasks.py").write_text(TASKS)
    (folder / "nogrow.toml").write_text(CONTRACT)
    (folder / "my guest.wat").write_text(QUIET)
    return folder


def test_a_project_is_built_inspected_and_verified_with_a_tasks_file_of_three_lines(root: Path) -> None:
    done = invoke(root, "build", "inspect", "verify")
    assert (root / MODULE).is_file()
    assert "the report is in out put/report.json" in done.stdout
    assert (root / "out put/inspect/release-my guest.txt").is_file()


def test_the_gate_closes_with_the_witness_when_the_source_grows(root: Path) -> None:
    invoke(root, "build", "verify")
    (root / "my guest.wat").write_text(GROWS)
    done = invoke(root, "build", "verify", code=1)
    assert "error[NG001]: growth-reachable: `f` can grow memory 0 and return" in done.stdout
    assert ": memory.grow" in done.stdout


def test_tasks_work_from_a_folder_below(root: Path) -> None:
    (root / "deep").mkdir()
    invoke(root / "deep", "build", "verify")
    assert (root / MODULE).is_file()


def test_without_a_contract_it_is_one_line(root: Path) -> None:
    (root / "nogrow.toml").unlink()
    done = invoke(root, "build", code=1)
    assert done.stderr == (
        f"there is no nogrow.toml in {root} or above it; it says what is built and judged\n"
    )


@pytest.mark.parametrize("task", ["setup", "build", "inspect", "verify", "clean"])
def test_a_wrong_contract_is_one_line_and_exit_code_2(root: Path, task: str) -> None:
    (root / "nogrow.toml").write_text("schema = 1\n[build]\ncrates = []\n")
    done = invoke(root, task, code=2)
    assert done.stderr.endswith("nogrow.toml:3: build.crates: unknown key; did you mean `crate`?\n")
    assert done.stderr.count("\n") == 1


def test_a_contract_that_builds_nothing_is_said_to(root: Path) -> None:
    (root / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "a.wasm"\n')
    assert "has nothing to build: name it in [[build.crate]]" in invoke(root, "build", code=1).stderr


def test_a_missing_wabt_names_the_extra_that_brings_it(root: Path, tmp_path: Path) -> None:
    # Of another Python, which has no wat2wasm beside it, and with an empty PATH.
    code = (
        "import sys; sys.executable = '/nowhere/python'; from invoke.main import program; "
        "program.run(['invoke', 'build'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT / "verify")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "wat2wasm is missing; this brings it: pip install 'nogrow[build]'\n",
    )


def test_a_missing_invoke_names_the_extra_that_brings_it() -> None:
    code = "import sys; sys.modules['invoke'] = None; import nogrow.invoke"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "verify")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == (
        "ImportError: nogrow.invoke needs invoke; this brings it: pip install 'nogrow[build]'"
    )


def test_sealed_copies_cannot_grow_and_say_what_changed(root: Path) -> None:
    (root / "my guest.wat").write_text(GROWS)
    done = invoke(root, "build", "seal", "--mode", "deny")
    sealed = root / "out put/sealed/release/my guest.wasm"
    assert sealed.is_file()
    assert "reachable" in done.stdout
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('allow = ["reachable"]\n[[artifact]]\npath = "out put/sealed/**/*.wasm"\n')
        contract.write('allow = ["absent"]\n')
    invoke(root, "verify")


def test_an_unknown_mode_to_seal_in_is_one_line(root: Path) -> None:
    done = invoke(root, "build", "seal", "--mode", "glue", code=2)
    assert done.stderr == "there is no mode 'glue' to seal in; expected one of cap, deny, trap\n"


def test_clean_leaves_the_project_as_it_was(root: Path) -> None:
    before = sorted(root.rglob("*"))
    invoke(root, "build", "inspect", "seal", "--mode", "cap", "verify")
    done = invoke(root, "clean", environ={"PYTHONDONTWRITEBYTECODE": "1"})
    after = [path for path in sorted(root.rglob("*")) if "__pycache__" not in path.parts]
    assert after == before
    assert "removed 5 files and folders" in done.stdout


def test_own_tasks_stand_beside_them_and_each_collection_is_a_new_one(root: Path) -> None:
    own = "from invoke.tasks import task\n@task\ndef ship(context):\n    'Ship it.'\n    print('shipped')\n"
    (root / "tasks.py").write_text(f"{own}{TASKS}namespace.add_task(ship)\n")
    assert "shipped" in invoke(root, "build", "ship").stdout
    first = collection()
    first.tasks.clear()
    assert sorted(collection().tasks) == ["build", "clean", "inspect", "release", "seal", "setup", "verify"]


def test_as_a_part_of_a_larger_collection_the_root_is_the_one_given(root: Path, tmp_path: Path) -> None:
    text = TASKS.replace("namespace = collection()", f"wasm = collection({str(root)!r})")
    more = "from invoke.collection import Collection\nnamespace = Collection()\n"
    (tmp_path / "tasks.py").write_text(f"{text}{more}namespace.add_collection(wasm, 'wasm')\n")
    invoke(tmp_path, "wasm.build", "wasm.verify")
    assert (root / MODULE).is_file()


def test_a_release_is_built_first_and_judged_as_it_is_shipped(root: Path) -> None:
    (root / "dist").mkdir()
    invoke(root, "release", "--dist", "dist", code=ExitCode.NOTHING)
    shutil.copy(root / MODULE, root / "dist" / "guest.wasm")
    invoke(root, "release", "--dist", "dist")
    assert '"guest.wasm"' in (root / "out put" / "attestation.json").read_text()
    (root / "my guest.wat").write_text(GROWS)
    invoke(root, "build")
    shutil.copy(root / MODULE, root / "dist" / "guest.wasm")
    invoke(root, "release", "--dist", "dist", code=ExitCode.BROKEN)
