"""Tests of what a program sees that imports nogrow: names, types, and what is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

import nogrow

ROOT = Path(__file__).parents[2]
SCRIPT = """
from pathlib import Path

import nogrow


def refuse(paths: list[Path]) -> dict[str, str]:
    refused: dict[str, str] = {}
    with nogrow.Prover() as prover:
        for path in paths:
            try:
                proof: nogrow.Proof = prover.prove(path.read_bytes(), trusted=["env.log_*"])
            except nogrow.Error as error:
                refused[str(path)] = str(error)
                continue
            for entry in proof:
                if not entry.verdict.at_most(nogrow.Verdict.UNREACHABLE):
                    refused[entry.name] = " > ".join(str(step.function.name) for step in entry.witness)
    return refused


report: nogrow.Report = nogrow.check(["dist"], contract=Path("nogrow.toml"), js="src", jobs=2)
code: int = report.exit_code
kept: bool = report.outcome is nogrow.Outcome.KEPT
paths: list[str] = [artifact.path for artifact in report.artifacts]
text: str = report.render("json")
data: bytes = nogrow.seal(b"", mode="reserve", pages=256).data
names: tuple[str, ...] = nogrow.stress("a.wasm", entries=["f*"], all=False, pages=1).detaching
worse: bool = any(module.old is None for module in nogrow.diff(report, "a.wasm").modules)
views: nogrow.Report = nogrow.host("src", modules=["a.wasm"])
"""
WRONG = """
import nogrow

nogrow.prove(3)
nogrow.prove("a.wasm").verdict = nogrow.Verdict.ABSENT
nogrow.seal("a.wasm", mode="shut")
nogrow.check("a.wasm", unknown=True)
nogrow.checks("a.wasm")
"""


def in_new_process(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False, cwd=folder
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_import_alone_loads_nothing(tmp_path: Path) -> None:
    code = "import sys; before = set(sys.modules); import nogrow; print(*sorted(set(sys.modules) - before))"
    assert in_new_process(code, tmp_path).split() == ["nogrow"]


def test_functions_load_nothing_of_the_command_line(tmp_path: Path) -> None:
    code = """
import sys
import nogrow
import wasmtime
data = wasmtime.wat2wasm(
    '(module (memory (export "m") 1) (func (export "f") (drop (memory.grow (i32.const 1)))))'
)
open("a.wasm", "wb").write(data)
open("a.js", "w").write("export const f = (view, i) => i.exports.f();")
nogrow.prove(data)
with nogrow.Prover() as prover:
    prover.prove(data)
reports = [nogrow.check("a.wasm", js="a.js"), nogrow.check(dist="a.wasm")]
reports.append(nogrow.host("a.js", modules="a.wasm"))
for form in ("text", "json", "sarif", "junit", "github", "markdown", "html"):
    for report in reports:
        report.render(form)
nogrow.diff(nogrow.seal(data, pages=2).data, nogrow.stress(data).data)
print(*(name for name in sys.modules if name.startswith(("click", "rich", "nogrow.cli"))))
"""
    assert in_new_process(code, tmp_path) == "\n"


def test_public_names_are_listed() -> None:
    assert set(nogrow.__all__) <= set(dir(nogrow))
    for name in nogrow.__all__:
        assert getattr(nogrow, name) is not None
    with pytest.raises(AttributeError, match="module 'nogrow' has no attribute 'prof'"):
        nogrow.prof  # type: ignore[attr-defined]  # noqa: B018


def test_functions_keep_their_names_when_packages_are_loaded() -> None:
    # A package of the same name would replace a function as soon as anything imports it.
    package = ROOT / "verify" / "nogrow"
    # A folder that was renamed may be left with compiled files only.
    names = {path.relative_to(package).parts[0].removesuffix(".py") for path in package.rglob("*.py")}
    assert names & set(nogrow.__all__) == set()


def test_script_of_a_user_has_exact_types(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "wrong.py").write_text(WRONG)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--cache-dir",
            str(tmp_path / "cache"),
            "script.py",
            "wrong.py",
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=tmp_path,
    )
    errors = [line.split(": ")[0] for line in done.stdout.splitlines() if ": error:" in line]
    assert errors == [f"wrong.py:{line}" for line in (4, 5, 6, 7, 8)], done.stdout
