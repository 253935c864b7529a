from pathlib import Path

import pytest

from nogrow.report.formats import Format
from tests.cli.conftest import Nogrow

FORMATS_PAGE = Path(__file__).parents[2] / "docs" / "report-formats.md"
STARTS = {
    Format.TEXT: ("error[NG001]", "growing.wasm: 1 grow site"),
    Format.JSON: ('{\n  "schema": "nogrow/report/1"',),
    Format.SARIF: ('{"$schema":"https://docs.oasis-open.org/sarif',),
    Format.JUNIT: ("<?xml",),
    Format.GITHUB: ("::error file=growing.wasm,line=1,col=1,title=NG001 growth-reachable::",),
    Format.MARKDOWN: ("## nogrow: broken\n",),
    Format.HTML: ("<!doctype html>",),
}


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize(("command", "code"), [("check", 1), ("sites", 0)])
def test_every_format_goes_to_standard_output_or_a_file(
    nogrow: Nogrow, folder: Path, form: Format, command: str, code: int
) -> None:
    result = nogrow(command, "growing.wasm", "--format", form.value)
    assert (result.exit_code, result.stderr) == (code, "")
    assert result.stdout.startswith(STARTS[form])
    written = nogrow(command, "growing.wasm", "--format", f"{form.value}=report", "--quiet")
    assert written.exit_code == code
    assert (folder / "report").read_text() == result.stdout


@pytest.mark.parametrize("form", Format)
def test_run_supports_every_format(nogrow: Nogrow, folder: Path, form: Format) -> None:
    steps = 'steps = [{ call = "bad", may_grow = false }]'
    scenario = f'[[artifact.scenario]]\nname = "stays"\n{steps}\n'
    (folder / "nogrow.toml").write_text(f'schema = 1\n[[artifact]]\npath = "growing.wasm"\n{scenario}')
    result = nogrow("run", "--format", form.value)
    assert result.exit_code == 1
    assert "stays" in result.stdout


@pytest.mark.parametrize("command", ["check", "run", "sites"])
def test_help_and_documentation_name_every_format(nogrow: Nogrow, command: str) -> None:
    text = " ".join(nogrow(command, "--help").output.split())
    names = [form.value for form in Format]
    assert f"{', '.join(names[:-1])} or {names[-1]}, to standard output" in text
    rows = [line.split("`")[1] for line in FORMATS_PAGE.read_text().split("\n") if line.startswith("| `")]
    # The second table of the page names formats again, several in a row.
    assert [row for row in rows if row in names][: len(names)] == names
