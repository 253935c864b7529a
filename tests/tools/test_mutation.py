"""Test the mutants of small texts and their outcomes."""

from pathlib import Path

import pytest
from tools.mutation import kernel, python
from tools.mutation.mutant import Outcome
from tools.mutation.plan import Subject, chosen, read_plan
from tools.mutation.run import mutants_of, tried

from nogrow.errors import ToolError
from tests.support.sample import sampled

KERNEL = """(module
  (global $g (mut i32) (i32.const 0)) ;; (i32.const 5) in a comment
  (func $f (param i32) (result i32) (local.get 0))
  (func $h (param i32) (result i32) (i32.const 1))
  (func (export "e") (param i32) (result i32)
    (if (i32.lt_u (local.get 0) (i32.const 8)) (then (global.set $g (local.get 0))))
    (call $f (global.get $g))))
"""


def test_kernel_mutants_are_valid_and_of_each_kind() -> None:
    assert [(mutant.line, mutant.change) for mutant in kernel.mutants_of(KERNEL)] == [
        (4, "1 to 2"),
        (4, "1 to 0"),
        (6, "if negated"),
        (6, "without (if (i32.lt_u (local.get 0) (i32.const 8)) (then (global.set $g (local.get 0))))"),
        (6, "i32.lt_u to i32.le_u"),
        (6, "8 to 9"),
        (6, "8 to 7"),
        (6, "without (global.set $g (local.get 0))"),
        (7, "$f to $h"),
    ]


PYTHON = '''"""Said."""

def limited(number: int | None, most: int) -> int:
    if number is None or number > most:
        raise ValueError(number)
    return number + 1
'''


def test_python_mutants_keep_types_and_docstrings() -> None:
    assert sorted(
        {
            (mutant.line, mutant.text.split("\n")[mutant.line - 1].strip())
            for mutant in python.mutants_of(PYTHON)
        }
    ) == [
        (4, "if not number is None or number > most:"),
        (4, "if number is None and number > most:"),
        (4, "if number is None or number >= most:"),
        (4, "if number is not None or number > most:"),
        (5, "pass"),
        (6, "return number + 0"),
        (6, "return number + 2"),
        (6, "return number - 1"),
    ]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with one file and its test, and with every folder that a copy needs."""
    for name in ("crates", "docs", "examples", "hosts", "js", "tests", "tools", "verify", "wat"):
        (tmp_path / name).mkdir()
    for name in ("nogrow.toml", "pyproject.toml", "tasks.py"):
        (tmp_path / name).write_text("")
    source = Path(__file__).resolve().parents[2] / "verify" / "nogrow"
    (tmp_path / "verify" / "nogrow").symlink_to(source)
    (tmp_path / "verify" / "limited.py").write_text(
        "def counted(number: int) -> int:\n"
        "    total = 0\n"
        "    while total < number:\n"
        "        total += 1\n"
        "    return total + (5 if number > 90 else 0)\n"
    )
    (tmp_path / "tests" / "test_limited.py").write_text(
        "from limited import counted\n\n\ndef test_it() -> None:\n    assert counted(3) == 3\n"
    )
    return tmp_path


@pytest.mark.parametrize("every", sampled([False, True]), ids=["few", "all"])
def test_mutants_are_killed_time_out_or_survive(project: Path, every: bool) -> None:
    subject = Subject("verify/limited.py", ("tests/test_limited.py",))
    changed = ("while total <= number:", "pass", "return total + (5 if number >= 90 else 0)")
    # The tests of a mutant that never ends take three seconds.
    mutants = [
        mutant
        for mutant in mutants_of(project, subject, None)
        if every or mutant.text.split("\n")[mutant.line - 1].strip() in changed
    ]
    before = (project / subject.path).read_text()
    outcomes = {
        result.mutant.text.split("\n")[result.mutant.line - 1].strip(): result
        for result in tried(project, subject, mutants)
    }
    assert len(outcomes) == len(mutants)
    assert outcomes["while total <= number:"].outcome is Outcome.KILLED
    assert outcomes["while total <= number:"].test == "tests/test_limited.py::test_it"
    assert outcomes["pass"].outcome is Outcome.TIMEOUT
    assert outcomes["return total + (5 if number >= 90 else 0)"].outcome is Outcome.SURVIVED
    assert (project / subject.path).read_text() == before, "only a copy is changed"


def test_failing_tests_try_no_mutant(project: Path) -> None:
    (project / "tests" / "test_limited.py").write_text("def test_it() -> None:\n    assert False\n")
    subject = Subject("verify/limited.py", ("tests/test_limited.py",))
    with pytest.raises(ToolError, match=r"fail without any change: tests/test_limited.py::test_it"):
        list(tried(project, subject, mutants_of(project, subject, 1)))


def test_tests_that_fail_in_a_child_try_no_mutant(project: Path) -> None:
    """Otherwise every mutant would count as killed."""
    (project / "tests" / "test_limited.py").write_text(
        "from pathlib import Path\n\n\ndef test_it() -> None:\n    Path('been-here').touch(exist_ok=False)\n"
    )
    subject = Subject("verify/limited.py", ("tests/test_limited.py",))
    with pytest.raises(ToolError, match=r"fail without any change: tests/test_limited.py::test_it"):
        list(tried(project, subject, mutants_of(project, subject, 1)))


TRAPS = """import pytest
import wasmtime

CONFIG = wasmtime.Config()
CONFIG.parallel_compilation = False  # its threads are not there in a child
ENGINE = wasmtime.Engine(CONFIG)
MODULE = wasmtime.Module(ENGINE, "(module (memory 65535) (func $f unreachable) (start $f))")


def test_it() -> None:
    with pytest.raises(wasmtime.Trap):
        wasmtime.Instance(wasmtime.Store(ENGINE), MODULE, [])
"""


def test_webassembly_traps_in_the_child_process(project: Path) -> None:
    (project / "tests" / "test_limited.py").write_text(TRAPS)
    subject = Subject("verify/limited.py", ("tests/test_limited.py",))
    (result,) = tried(project, subject, mutants_of(project, subject, 1))
    assert result.outcome is Outcome.SURVIVED


def test_sample_is_constant() -> None:
    root = Path(__file__).resolve().parents[2]
    subject = Subject("verify/nogrow/analysis/entry_points.py", ())
    first = mutants_of(root, subject, 5)
    assert len(first) == 5
    assert mutants_of(root, subject, 5) == first
    assert set(first) <= set(mutants_of(root, subject, None))


def test_module_is_selected_by_the_end_of_its_path() -> None:
    subjects = (Subject("a/scan.py", ()), Subject("a/scan.wat", ()), Subject("b/ascan.py", ()))
    assert chosen(subjects, "scan.py", kernel=False) == subjects[:1]
    assert chosen(subjects, None, kernel=True) == subjects[1:2]
    assert chosen(subjects, None, kernel=False) == (subjects[0], subjects[2])
    with pytest.raises(ToolError, match=r"no file in tests/mutation.toml ends in other.py"):
        chosen(subjects, "other.py", kernel=False)


def test_missing_file_in_the_plan_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "mutation.toml").write_text('[files]\n"a.py" = []\n')
    with pytest.raises(ToolError, match=r"a.py does not exist"):
        read_plan(tmp_path)
