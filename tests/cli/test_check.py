import json
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.report.validated import validated
from tests.support.locales import unicode_names
from tests.support.modules import CALLING, write_module

KEPT = "quiet.wasm"
BROKEN = "growing.wasm"
NOTHING = "gone.wasm"
NOT_JUDGED = "cut.wasm"


def contract(folder: Path, text: str) -> None:
    (folder / "nogrow.toml").write_text(f"schema = 1\n{text}")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([KEPT], 0),
        (["unused.wasm"], 0),
        ([KEPT, "unused.wasm"], 0),
        ([BROKEN], 1),
        ([BROKEN, KEPT], 1),
        (["--bogus"], 2),
        (["--contract", "gone.toml", KEPT], 2),
        (["--contract", "gone.toml", NOT_JUDGED, BROKEN, NOTHING], 2),
        ([NOTHING], 3),
        (["gone/*.wasm"], 3),
        (["empty"], 3),
        ([], 3),
        ([NOTHING, KEPT], 3),
        ([NOTHING, BROKEN], 1),
        ([NOT_JUDGED], 4),
        ([NOT_JUDGED, KEPT], 4),
        ([NOT_JUDGED, BROKEN], 4),
        ([NOT_JUDGED, BROKEN, NOTHING, KEPT], 4),
        (["."], 4),
    ],
    ids=str,
)
def test_worst_exit_code_wins(nogrow: Nogrow, words: list[str], code: int) -> None:
    result = nogrow("check", *words)
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_report_goes_to_standard_output(nogrow: Nogrow) -> None:
    result = nogrow("check", BROKEN)
    assert result.stdout.startswith("error[NG001]: growth-reachable: `bad` can grow memory 0")
    assert "  --> growing.wasm\n" in result.stdout
    assert result.stdout.endswith("checked 1 module: 0 kept, 1 broken\n")
    assert result.stderr == ""


def test_unjudged_module_has_file_and_offset(nogrow: Nogrow) -> None:
    result = nogrow("check", NOT_JUDGED)
    assert "error" not in result.stdout
    assert result.stdout.startswith("not judged[NG010]: not-judged: cut.wasm: offset 0x")


def test_unmatched_path_is_named(nogrow: Nogrow) -> None:
    assert "nothing: gone.wasm: no module found\n" in nogrow("check", NOTHING, KEPT).stdout


def test_nothing_to_check_is_explained_on_standard_error(nogrow: Nogrow) -> None:
    result = nogrow("check")
    assert result.stderr == "nogrow: nothing to check: give a PATH, or write nogrow.toml\n"


def test_contract_in_the_working_folder_is_the_default(nogrow: Nogrow, folder: Path) -> None:
    contract(folder, '[[artifact]]\npath = "growing.wasm"\nexpect = { bad = "reachable" }\n')
    assert nogrow("check").exit_code == 0
    assert nogrow("check", "growing.wasm").exit_code == 0


def test_lost_control_breaks_the_contract(nogrow: Nogrow, folder: Path) -> None:
    contract(folder, '[[artifact]]\npath = "quiet.wasm"\nexpect = { ok = "reachable" }\n')
    result = nogrow("check")
    assert result.exit_code == 1
    assert "NG008" in result.stdout


def test_stricter_clause_applies_to_its_artifact_only(nogrow: Nogrow, folder: Path) -> None:
    contract(folder, '[[artifact]]\npath = "unused.wasm"\nallow = ["absent"]\n')
    result = nogrow("check")
    assert result.exit_code == 1
    assert "NG004" in result.stdout
    assert nogrow("check", "quiet.wasm").exit_code == 0
    assert nogrow("check", "growing.wasm").exit_code == 1


def test_missing_artifact_of_the_contract_is_nothing(nogrow: Nogrow, folder: Path) -> None:
    contract(folder, '[[artifact]]\npath = "quiet.wasm"\n[[artifact]]\npath = "dist/*.wasm"\n')
    result = nogrow("check")
    assert result.exit_code == 3
    assert "nothing: dist/*.wasm: no module found" in result.stdout


def test_imports_are_trusted_or_denied(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "calling.wasm", CALLING)
    clause = '[[artifact]]\npath = "calling.wasm"\n[artifact.imports]\npolicy = "deny"\n'
    contract(folder, clause)
    result = nogrow("check")
    assert result.exit_code == 1
    assert "NG005" in result.stdout
    contract(folder, clause + 'trusted = ["env.log"]\n')
    assert nogrow("check").exit_code == 0


@pytest.mark.parametrize(
    ("declared", "reached", "name"),
    [
        (
            '(table (export "t") 1 funcref) (func (export "f") (call_indirect (i32.const 0)))',
            "can call the host's functions in `(table t)`",
            "(table t)",
        ),
        (
            '(import "env" "t" (table 1 funcref)) (func (export "f") (call_indirect (i32.const 0)))',
            "can call the host's functions in the imported table `env.t`",
            "env.t",
        ),
        (
            '(type $t (func)) (func (export "f") (param (ref $t)) (call_ref $t (local.get 0)))',
            "can call `(function references)` that the host hands in",
            "(function references)",
        ),
    ],
    ids=["exported table", "imported table", "references"],
)
def test_untrusted_table_is_not_called_an_import(
    nogrow: Nogrow, folder: Path, declared: str, reached: str, name: str
) -> None:
    write_module(folder / "calling.wasm", f'(module {declared} (memory (export "memory") 1))')
    clause = '[[artifact]]\npath = "calling.wasm"\n[artifact.imports]\npolicy = "deny"\n'
    contract(folder, clause)
    result = nogrow("check")
    assert f"untrusted-import: `f` {reached}, which the contract does not trust; " in result.stdout
    assert f"deny: add `{name}` to `trusted`, or don't call" in result.stdout
    contract(folder, f'{clause}trusted = ["{name}"]\n')
    assert nogrow("check").exit_code == 0


def test_malformed_contract_is_one_line_on_stderr(nogrow: Nogrow, folder: Path) -> None:
    contract(folder, '[[artifact]]\npath = "a.wasm"\nalow = []\n')
    result = nogrow("check", BROKEN)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == ("nogrow: nogrow.toml:4: artifact#1.alow: unknown key; did you mean `allow`?\n")


def test_check_runs_no_scenario(nogrow: Nogrow, folder: Path) -> None:
    steps = 'steps = [{ call = "no such function" }]'
    contract(
        folder,
        f'[[artifact]]\npath = "quiet.wasm"\n[[artifact.scenario]]\nname = "s"\n{steps}\n',
    )
    assert nogrow("check").exit_code == 0


@pytest.mark.parametrize("words", [[KEPT], [BROKEN], [NOT_JUDGED], [NOTHING], [], ["."]], ids=str)
def test_json_is_valid_and_the_same_twice(nogrow: Nogrow, words: list[str]) -> None:
    first, second = (nogrow("check", "--format", "json", *words) for _ in range(2))
    validated(first.stdout)
    assert first.stdout == second.stdout


def test_format_goes_to_a_file_beside_the_text(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("check", "--format", "json=out/report.json", BROKEN)
    assert result.exit_code == 1
    assert result.stdout.startswith("error[NG001]")
    document = validated((folder / "out" / "report.json").read_text())
    assert document["outcome"] == "broken"


def test_html_page_goes_to_a_file(nogrow: Nogrow, folder: Path) -> None:
    assert nogrow("check", "--format", "html=report.html", BROKEN).exit_code == 1
    assert (folder / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_formats_go_to_several_places(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("check", "--format", "text=a.txt", "--format", "json", BROKEN)
    assert json.loads(result.stdout)["outcome"] == "broken"
    assert (folder / "a.txt").read_text().startswith("error[NG001]")


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        (["yaml"], "unknown format 'yaml'; expected text, json, sarif, junit, github, markdown or html"),
        (["json="], "no file after the ="),
        (["text", "json"], "standard output can take one format only"),
        (["text=a", "json=./a"], "can take one format only"),
    ],
    ids=str,
)
def test_unknown_format_is_a_usage_error(nogrow: Nogrow, formats: list[str], message: str) -> None:
    words = [word for form in formats for word in ("--format", form)]
    result = nogrow("check", *words, KEPT)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_unwritable_report_is_a_usage_error(nogrow: Nogrow) -> None:
    result = nogrow("check", "--format", "json=quiet.wasm/report.json", KEPT)
    assert result.exit_code == 2
    assert result.stderr.startswith("nogrow: quiet.wasm/report.json: can't write the report")


def test_quiet_hides_kept_modules(nogrow: Nogrow) -> None:
    assert nogrow("check", "--quiet", KEPT).output == ""
    assert "quiet.wasm" not in nogrow("check", "-q", KEPT, BROKEN).stdout


def test_colours(nogrow: Nogrow, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in nogrow("check", BROKEN).stdout
    assert nogrow("check", "--color", "sometimes", BROKEN).exit_code == 2
    assert "\x1b[" not in nogrow("check", "--color", "never", BROKEN).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" in nogrow("check", "--color", "always", BROKEN).stdout


@unicode_names
def test_hostile_file_name_never_reaches_the_terminal(nogrow: Nogrow, folder: Path) -> None:
    name = "\x1b[31m\n::error::\u202e.wasm"
    (folder / "growing.wasm").rename(folder / name)
    result = nogrow("check", "--color", "never", name, "\x1b[2Jgone")
    assert result.exit_code == 1
    assert all(line.isprintable() for line in result.output.split("\n"))


HOSTED = """(module (import "a" "t" (func $t))
  (memory (export "m") {pages})
  (func (export "ok") call $t))"""
GLUE = 'var m; WebAssembly.instantiate("hosted.wasm", {a: {t: () => m.grow(1)}}); m.buffer'


def test_glue_locates_the_growing_import(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    (folder / "glue.js").write_text(GLUE)
    result = nogrow("check", "hosted.wasm", "quiet.wasm", "--glue", "glue.js")
    assert result.exit_code == 1
    assert "error[NG006]" in result.stdout
    assert f"   = host grows: a.t, glue.js:1:{GLUE.index('m.grow') + 1}\n" in result.stdout
    assert "kept: quiet.wasm: absent, 0 grow sites\n" in result.stdout


def test_without_glue_the_verdict_names_its_assumption(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.replace('"a" "t"', '"env" "tick"').format(pages="1"))
    result = nogrow("check", "hosted.wasm")
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "kept: hosted.wasm: absent, assuming that env.tick neither grows the memory nor calls back in; "
    )


def test_minified_imports_of_a_growable_module_need_glue(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    result = nogrow("check", "hosted.wasm")
    assert result.exit_code == 4
    assert "hosted.wasm: its imports have minified names" in result.stdout
    assert (
        "a.t; name the JavaScript that belongs to the module with --js FILE (or --glue FILE)" in result.stdout
    )


@pytest.mark.parametrize("option", ["--js", "--glue"])
def test_glue_that_serves_no_import_is_rejected(nogrow: Nogrow, folder: Path, option: str) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    write_module(folder / "named.wasm", HOSTED.replace('"a" "t"', '"env" "tick"').format(pages="1"))
    (folder / "empty.js").write_text("")
    result = nogrow("check", "hosted.wasm", option, "empty.js")
    assert result.exit_code == 4
    assert "empty.js serves none of its imports, as far as they can be followed: a.t; name" in result.stdout
    result = nogrow("check", "named.wasm", option, "empty.js")
    assert result.exit_code == 4
    assert "empty.js serves none of its imports; not served: env.tick; name" in result.stdout


def test_sites_of_minified_modules_need_no_glue(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    assert nogrow("sites", "hosted.wasm").exit_code == 0


def test_contract_can_name_the_glue(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    (folder / "js").mkdir()
    (folder / "js" / "glue.js").write_text(GLUE)
    contract = 'schema = 1\n[[artifact]]\npath = "hosted.wasm"\njs = ["js/*.js"]\n'
    (folder / "nogrow.toml").write_text(contract)
    result = nogrow("check")
    assert result.exit_code == 1
    assert "host grows: a.t, js/glue.js:1:" in result.stdout
    assert "host grows: a.t, js/glue.js:1:" in nogrow("explain", "hosted.wasm", "ok").stdout


def test_missing_glue_of_a_contract_prevents_judging(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    (folder / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "hosted.wasm"\njs = ["gone.js"]\n')
    result = nogrow("check")
    assert result.exit_code == 4
    assert "hosted.wasm: no file matches `js` of its contract: gone.js" in result.stdout


def test_fixed_memory_has_its_assumptions_printed(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1 1"))
    result = nogrow("check", "hosted.wasm")
    assert result.stdout.startswith(
        "kept: hosted.wasm: absent, assuming that a.t neither grows the memory nor calls back in; "
    )
    assert "--glue" not in result.stdout


def test_glue_that_cannot_be_analysed_prevents_judging(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    (folder / "glue.js").write_text("var = ;")
    result = nogrow("check", "hosted.wasm", "--glue", "glue.js")
    assert result.exit_code == 4
    assert "hosted.wasm: glue.js:1: the glue is not JavaScript that can be read" in result.stdout
    assert "glue.js: line 1, column 1: not JavaScript that can be read" in result.stdout


def test_glue_that_does_not_exist_is_a_usage_error(nogrow: Nogrow) -> None:
    result = nogrow("check", KEPT, "--glue", "gone.js")
    assert result.exit_code == 2
    assert result.stderr == "nogrow: gone.js: can't read the glue: No such file or directory\n"


def test_validation_can_be_left_out(nogrow: Nogrow) -> None:
    validated_by_options = {
        words: validated(nogrow("check", KEPT, "--format", "json", *words).stdout)["artifacts"][0][
            "validated"
        ]
        for words in ((), ("--validate",), ("--no-validate",))
    }
    assert validated_by_options == {(): True, ("--validate",): True, ("--no-validate",): None}


def test_report_is_independent_of_the_number_of_jobs(nogrow: Nogrow) -> None:
    serial, parallel = (nogrow("check", ".", "--format", "json", "--jobs", jobs) for jobs in ("1", "2"))
    assert serial.exit_code == parallel.exit_code == 4
    assert serial.stdout == parallel.stdout
    assert nogrow("check", ".", "--jobs", "0").exit_code == 2


MANY = '(module (memory (export "m") 1) (func $grow (drop (memory.grow (i32.const 1)))) {})'.format(
    " ".join(f'(func (export "f{number}") (call $grow))' for number in range(7))
)


def test_option_all_lists_every_entry_point(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "many.wasm", MANY)
    few, every = (nogrow("check", "many.wasm", *words) for words in ((), ("--all",)))
    assert few.exit_code == every.exit_code == 1
    assert (few.stdout.count("error[NG001]"), every.stdout.count("error[NG001]")) == (1, 7)


def test_sarif_has_a_result_for_each_entry_point_on_request(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "many.wasm", MANY)
    words = ("check", "many.wasm", "--format", "sarif")
    few, every = (json.loads(nogrow(*words, *more).stdout) for more in ((), ("--sarif-per-entry",)))
    assert [len(log["runs"][0]["results"]) for log in (few, every)] == [1, 7]
