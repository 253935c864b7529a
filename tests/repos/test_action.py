"""Tests of the action for GitHub: its outputs, and that it executes no input."""

import os
import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.report.validated import validated
from tests.report.workflow import commands
from tests.repos.action import ROOT, Runner, document
from tests.repos.hooked import copy_project, index_is_reached
from tests.support.modules import GROWING, QUIET, write_cut_module, write_module

HOSTILE = (
    "$(touch pwned)`touch pwned`",
    "; touch pwned",
    "\"; touch pwned; \"'; touch pwned; '",
    "x\ntouch pwned",
    "x\noutcome=kept\nreport=/etc/passwd",
    "-x",
    "--help",
    "* ? [",
)


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    runner = Runner(tmp_path)
    runner.prepare()
    write_module(runner.work / "quiet.wasm", QUIET)
    write_module(runner.work / "growing.wasm", GROWING)
    write_cut_module(runner.work / "cut.wasm", QUIET)
    return runner


def scripts() -> list[tuple[str, str]]:
    """Return every script in the action and in the workflows, with its location."""
    scripts = []

    def walk(location: str, value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "run" and isinstance(inner, str):
                    scripts.append((location, inner))
                walk(f"{location}.{key}", inner)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                walk(f"{location}[{number}]", inner)

    for path in (ROOT / "action.yml", *sorted((ROOT / ".github").rglob("*.yml"))):
        walk(path.name, yaml.safe_load(path.read_text("utf-8")))
    return scripts


def test_scripts_contain_no_expression() -> None:
    assert len(scripts()) >= 4
    for location, script in scripts():
        assert "${{" not in script, location


def test_every_input_is_used_and_has_a_default() -> None:
    action = document()
    text = (ROOT / "action.yml").read_text("utf-8")
    for name, properties in action["inputs"].items():
        assert isinstance(properties["default"], str)
        assert properties["description"].endswith(".")
        assert f"${{{{ inputs.{name} }}}}" in text
    assert set(re.findall(r"\$\{\{ *inputs\.([a-z-]+)", text)) == set(action["inputs"])


@pytest.mark.parametrize(
    ("paths", "code", "outcome"),
    [
        ("quiet.wasm", 0, "kept"),
        ("growing.wasm", 1, "broken"),
        ("quiet.wasm\ngrowing.wasm", 1, "broken"),
        ("\nquiet.wasm\n\ngrowing.wasm\n", 1, "broken"),
        ("cut.wasm", 4, "not-judged"),
        ("gone/*.wasm", 3, "nothing"),
        ("", 3, "nothing"),
        ("[qg]*.wasm", 1, "broken"),
    ],
)
def test_step_exits_like_the_check_after_the_report(run: Runner, paths: str, code: int, outcome: str) -> None:
    done = run(paths=paths)
    assert (done.code, done.outputs["outcome"]) == (code, outcome)
    report = validated(Path(done.outputs["report"]).read_text("utf-8"))
    assert report["outcome"] == outcome
    assert done.summary.startswith(f"## nogrow: {outcome}\n")


def test_log_has_the_witness_and_the_annotations(run: Runner) -> None:
    done = run(paths="growing.wasm")
    assert "error[NG001]: growth-reachable: `bad` can grow memory 0" in done.log
    assert [command.name for command in commands(done.log)] == ["error"]
    assert commands(run(paths="growing.wasm", annotations="false").log) == []


def test_wrong_contract_fails_without_a_report(run: Runner) -> None:
    (run.work / "nogrow.toml").write_text("schema = 2\n")
    done = run(paths="quiet.wasm")
    assert (done.code, dict(done.outputs), done.summary) == (2, {"outcome": "error", "report": ""}, "")
    assert "nogrow: nogrow.toml:1: schema: expected 1" in done.log


def test_paths_are_relative_to_the_working_directory(run: Runner) -> None:
    (run.work / "sub dir").mkdir()
    (run.work / "sub dir" / "other.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "../growing.wasm"\nexpect = { bad = "reachable" }\n'
    )
    done = run(working_directory="sub dir", contract="other.toml", sarif="out/a b.sarif", junit="-j.xml")
    assert done.code == 0
    assert (run.work / "sub dir/out/a b.sarif").is_file()
    assert (run.work / "sub dir/-j.xml").is_file()


def test_host_code_is_reported_with_its_modules(run: Runner) -> None:
    (run.work / "use.js").write_text("const u = new Uint8Array(memory.buffer); go(); u[0];\n")
    (run.work / "a b.js").write_text(
        "const v = new Uint8Array(w.exports.memory.buffer); w.exports.bad(); v[0];\n"
    )
    done = run(paths="growing.wasm", js="use.js\na b.js")
    report = validated(Path(done.outputs["report"]).read_text("utf-8"))
    outcomes = {artifact["path"]: artifact["outcome"] for artifact in report["artifacts"]}
    assert outcomes == {"growing.wasm": "broken", "use.js": "kept", "a b.js": "broken"}
    done = run(paths="quiet.wasm", js="use.js", strict="true")
    assert done.code == 1


@pytest.mark.parametrize(
    "name", ["paths", "contract", "js", "strict", "sarif", "junit", "annotations", "python"]
)
def test_inputs_are_never_executed(run: Runner, name: str) -> None:
    for value in HOSTILE:
        done = run(**{"paths": "growing.wasm", name: value})
        assert done.outputs.get("outcome") != "kept", value
        assert set(done.outputs) in ({"outcome", "report"}, set()), value
        assert done.outputs.get("report", "") in ("", *map(str, run.temp.glob("nogrow-*/report.json")))
        assert done.code != 0, value
    assert not list(run.root.rglob("pwned"))


def test_paths_that_look_like_options_are_paths(run: Runner) -> None:
    write_module(run.work / "--quiet", GROWING)
    done = run(paths="--quiet\n-x.wasm")
    assert done.code == 1
    assert "error[NG001]" in done.log


def test_installation_uses_the_action_s_own_files(run: Runner) -> None:
    run(paths="quiet.wasm")
    venv, install = (run.temp / "calls").read_text().splitlines()
    assert venv == f"-m venv {run.temp}/nogrow"
    assert install.startswith("-m pip install ")
    assert install.endswith(f" {ROOT}[glue]")


@pytest.mark.exhaustive
def test_installation_works(run: Runner) -> None:
    """Install over the network."""
    if not index_is_reached(run.temp):
        pytest.skip("the Python package index cannot be reached")
    copy_project(run.root / "action")
    runner = Runner(run.root, run.root / "action")
    done = runner(os.environ["PATH"], paths="growing.wasm", python=sys.executable)
    assert (done.code, done.outputs["outcome"]) == (1, "broken"), done.log
