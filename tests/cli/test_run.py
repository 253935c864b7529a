import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.report.validated import validated
from tests.support.modules import write_module


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
def test_run_has_documented_exit_codes(
    nogrow: Nogrow, folder: Path, path: str, steps: str, code: int
) -> None:
    scenario(folder, path, steps)
    assert nogrow("run").exit_code == code


def test_failed_scenario_is_explained(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "bad", may_grow = false }')
    assert nogrow("run", "growing.wasm").stdout.startswith(
        "error[NG009]: scenario-failed: scenario `s`: step 1: `bad` grew the memory from 1 to 2 pages"
    )


def test_json_has_the_call_stack_of_a_growth(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "ok" }, { call = "bad" }')
    (artifact,) = validated(nogrow("run", "--format", "json").stdout)["artifacts"]
    assert artifact["verdict"] is None
    assert artifact["scenarios"][0]["pages"] == [1, 2]
    assert artifact["scenarios"][0]["grew_at"]["step"] == 2


@pytest.mark.usefixtures("spawn")
def test_spawned_process_gives_the_same_report(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "ok" }, { call = "bad" }')
    spawned = nogrow("run", "--format", "json").stdout
    multiprocessing.set_start_method(None, force=True)
    assert nogrow("run", "--format", "json").stdout == spawned
    assert validated(spawned)["artifacts"][0]["scenarios"][0]["pages"] == [1, 2]


def test_module_without_scenario_is_nothing(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "ok" }')
    result = nogrow("run", "quiet.wasm")
    assert result.exit_code == 3
    assert "nothing: quiet.wasm: no scenario in the contract" in result.stdout


def test_contract_without_scenarios_has_nothing_to_run(nogrow: Nogrow, folder: Path) -> None:
    (folder / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "quiet.wasm"\n')
    result = nogrow("run")
    assert result.exit_code == 3
    assert result.stderr == "nogrow: nothing to run: the contract has no scenario\n"


def test_each_step_has_a_line_and_the_calls_that_grew_are_shown(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "ok", repeat = 3 }, { call = "bad" }')
    text = nogrow("run").stdout
    assert "     1. ok() x 3  1 page\n       2. bad()     1 -> 2 pages, grew\n" in text
    assert "the calls that grew it in step 2:\n       1. func[1] bad\n          at 0x" in text


def test_json_has_steps_backtrace_stubs_and_output(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "growing.wasm", '{ call = "bad", repeat = 2 }')
    stub = '[[artifact.stub]]\nimport = "env.log"\n'
    with (folder / "nogrow.toml").open("a") as contract:
        contract.write(stub)
    (artifact,) = validated(nogrow("run", "--format", "json").stdout)["artifacts"]
    (scenario_result,) = artifact["scenarios"]
    assert scenario_result["steps"] == [
        {
            "number": 1,
            "what": "bad()",
            "times": 2,
            "pages_before": 1,
            "pages": 3,
            "growths": 2,
            "first": 1,
            "last": 2,
        }
    ]
    assert scenario_result["stubs"] == [{"import": "env.log", "calls": 0, "arguments": []}]
    assert scenario_result["output"] == ""
    (step,) = scenario_result["grew_at"]["backtrace"]
    assert step["instruction"] == "memory.grow"
    assert step["function"] == {"index": 1, "name": "bad"}
    data = (folder / "growing.wasm").read_bytes()
    assert data[step["offset"]] == 0x40


def test_offsets_are_those_in_the_file_of_a_component(nogrow: Nogrow, folder: Path) -> None:
    core = (folder / "growing.wasm").read_bytes()
    start = b"\0asm\x0d\0\1\0" + bytes([1, len(core)])
    (folder / "growing.wasm").write_bytes(start + core)
    scenario(folder, "growing.wasm", '{ call = "bad" }')
    (artifact,) = validated(nogrow("run", "--format", "json").stdout)["artifacts"]
    (step,) = artifact["scenarios"][0]["grew_at"]["backtrace"]
    assert (start + core)[step["offset"]] == 0x40


def test_debug_information_is_for_one_module(nogrow: Nogrow, folder: Path) -> None:
    scenario(folder, "*.wasm", '{ call = "ok" }')
    result = nogrow("run", "--debug-info", "other.wasm")
    assert result.exit_code == 2
    assert "the debug information other.wasm needs a single module, not 4" in result.stderr


GUEST = Path(__file__).parents[2] / "build" / "debug" / "greeting_growth.wasm"


@pytest.mark.skipif(not GUEST.exists(), reason="the guests are not built")
def test_control_is_reported_with_source_lines(nogrow: Nogrow) -> None:
    contract = GUEST.parents[2] / "nogrow.toml"
    text = nogrow("run", str(GUEST), "--contract", str(contract)).stdout
    names = ("set_name", "greeting_growth::compose", "alloc::fmt::format", "__rust_alloc", "memory.grow")
    places = [text.index(name, text.index("the calls that grew it")) for name in names]
    assert places == sorted(places)
    line = next(
        number
        for number, source_line in enumerate(
            (GUEST.parents[2] / "crates/greeting_growth/src/lib.rs").open(encoding="utf-8"), 1
        )
        if "format!(" in source_line and "Some(" in source_line
    )
    assert f"crates/greeting_growth/src/lib.rs:{line}:" in text


def test_search_prints_a_scenario(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("run", "--search", "--budget", "60", "growing.wasm", "quiet.wasm")
    assert result.exit_code == 0
    assert '{ call = "bad", must_grow = true }' in result.stdout
    assert "the calls that grew it in step 1" in result.stdout
    assert (
        "quiet.wasm: nothing to search: it is proved that no exported function can grow the memory and return"
        in result.stdout
    )


def test_search_prints_text_and_needs_a_module(nogrow: Nogrow, folder: Path) -> None:
    assert nogrow("run", "--search", "--format", "json", "growing.wasm").exit_code == 2
    assert nogrow("run", "--search").exit_code == 3


def test_search_of_a_stateful_guest_is_reproducible(nogrow: Nogrow, folder: Path) -> None:
    write_module(
        folder / "state.wasm",
        """(module (memory (export "memory") 1) (global $calls (mut i32) (i32.const 0))
        (func (export "add") (param i32)
          (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
          (if (i32.eq (global.get $calls) (i32.const 5)) (then (drop (memory.grow (i32.const 1)))))))""",
    )
    result = nogrow("run", "--search", "--budget", "60", "state.wasm")
    assert result.exit_code == 0
    assert "Traceback" not in result.output
    printed = result.output.split("\n")
    scenario = [line.strip() for line in printed if line.startswith("   ")]
    pasted = scenario[: scenario.index("]") + 1]
    (folder / "nogrow.toml").write_text("schema = 1\n[[artifact]]\npath = 'state.wasm'\n" + "\n".join(pasted))
    result_again = nogrow("run")
    assert result_again.exit_code == 0
    assert "1 -> 2 pages, grew" in result_again.output


def test_search_writes_nothing_into_the_working_folder(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    words = ("run", "--search", "--budget", "60", "growing.wasm")
    result = subprocess.run(
        [sys.executable, "-m", "nogrow", *words], cwd=folder, capture_output=True, timeout=120, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"grows the memory" in result.stdout
    assert sorted(folder.rglob("*")) == before
