import json
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest
from click.testing import CliRunner

import nogrow
from nogrow.cli.commands import cli
from nogrow.doctor import probe as look
from nogrow.doctor.diagnosis import Finding, State, Use
from tests.support.posix import posix_only

SCHEMA = Path(nogrow.__file__).parent / "doctor/doctor.schema.json"
JUDGE = Use("kernels", "everything", "pip install nogrow", required=True)
NODE = Use("node", "invoke demo", "apt-get install nodejs")
FINE = Finding(JUDGE, State.OK, "0.1.0")


def doctor(
    monkeypatch: pytest.MonkeyPatch, *findings: Finding, words: tuple[str, ...] = ()
) -> tuple[int, str]:
    monkeypatch.setattr(look, "diagnose", lambda machine: findings)
    result = CliRunner().invoke(cli, ["doctor", *words])
    return result.exit_code, result.stdout


@posix_only
def test_doctor_prints_the_tools_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = Finding(NODE, State.BROKEN, None, "/bin/node", "node --version took longer than 10 s")
    assert doctor(monkeypatch, FINE, Finding(NODE, State.MISSING), hanging) == (
        0,
        "ok       kernels  0.1.0\n"
        "missing  node     for invoke demo\n"
        "           install: apt-get install nodejs\n"
        "broken   node     (/bin/node)\n"
        "           node --version took longer than 10 s\n"
        "           install: apt-get install nodejs\n"
        "nogrow can judge modules here.\n",
    )


@pytest.mark.parametrize("state", [State.MISSING, State.BROKEN])
def test_missing_required_tool_exits_with_1(monkeypatch: pytest.MonkeyPatch, state: State) -> None:
    code, output = doctor(monkeypatch, Finding(JUDGE, state, problem="it crashes"))
    assert code == 1
    assert "nogrow can't judge modules here" in output


@posix_only
@pytest.mark.parametrize("state", State)
def test_document_matches_its_schema(monkeypatch: pytest.MonkeyPatch, state: State) -> None:
    finding = Finding(JUDGE, state, "1.2", "/bin/x", "\x1b[31m ##[x]")
    code, output = doctor(monkeypatch, finding, words=("--format", "json"))
    document = json.loads(output)
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["ready"] is (state is State.OK) is (code == 0)
    assert document["tools"][0]["state"] == state.value
    assert "##" not in output


def test_program_output_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Finding(NODE, State.BROKEN, None, "/\x1b[2J", "\x1b[31m\n::error::\u202e")
    _, output = doctor(monkeypatch, FINE, bad)
    assert all(line.isprintable() for line in output.split("\n"))


def test_doctor_runs_and_no_other_command_loads_it() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "nogrow", "doctor"], capture_output=True, text=True, timeout=300, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("nogrow can judge modules here.\n")
    script = (
        "import sys, nogrow.cli.commands; print([m for m in sys.modules if 'build' in m or 'doctor' in m])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.stdout == "[]\n"


def test_doctor_works_without_the_extras() -> None:
    script = (
        "import sys; sys.modules.update(dict.fromkeys(('invoke', 'tree_sitter', 'hypothesis')))\n"
        "from nogrow.cli.commands import cli; cli(['doctor', '--format', 'json'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0
    assert json.loads(result.stdout)["ready"]
