from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.report.validated import validated


def scenario(folder: Path, path: str, steps: str) -> None:
    text = f'schema = 1\n[[artifact]]\npath = "{path}"\n'
    scenario = f'[[artifact.scenario]]\nname = "s"\nsteps = [{steps}]\n'
    (folder / "nogrow.toml").write_text(text + scenario)


@pytest.mark.parametrize(
    ("path", "steps", "code"),
    [
        ("quiet.wasm", '{ call = "ok", expect = 7 }', 0),
        ("quiet.wasm", '{ call = "ok", expect = 8 }', 1),
        ("growing.wasm", '{ call = "bad" }', 0),
        ("growing.wasm", '{ call = "bad", may_grow = false }', 1),
        ("growing.wasm", '{ call = "bad", must_grow = true }', 0),
        ("growing.wasm", '{ call = "ok", must_grow = true }', 1),
        ("gone.wasm", '{ call = "ok" }', 3),
        ("empty", '{ call = "ok" }', 4),
    ],
)
def test_the_exit_codes(nogrow: Nogrow, folder: Path, path: str, steps: str, code: int) -> None:
    scenario(folder, path, steps)
    assert nogrow("run").exit_code == code


def test_a_failed_scenario_is_explained(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "bad", may_grow = false }')
    assert nogrow("run", "growing.wasm").stdout.startswith(
        "error[NG009]: scenario-failed: scenario `s`: step 1: `bad` grew the memory from 1 to 2 pages"
    )


def test_json_tells_where_it_grew(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "ok" }, { call = "bad" }')
    (artifact,) = validated(nogrow("run", "--format", "json").stdout)["artifacts"]
    assert artifact["verdict"] is None
    assert artifact["scenarios"][0]["pages"] == [1, 2]
    assert artifact["scenarios"][0]["grew_at"]["step"] == 2


def test_a_module_without_scenario_is_nothing(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "ok" }')
    result = nogrow("run", "quiet.wasm")
    assert result.exit_code == 3
    assert "nothing: quiet.wasm: no scenario in the contract" in result.stdout


def test_a_contract_without_scenario_has_nothing_to_run(nogrow: Nogrow, folder: Path) -> None:
    (folder / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "quiet.wasm"\n')
    result = nogrow("run")
    assert result.exit_code == 3
    assert result.stderr == "nogrow: nothing to run: the contract has no scenario\n"
