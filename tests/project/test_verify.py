from pathlib import Path

import pytest
from click.testing import CliRunner

from nogrow.cli.commands import cli
from nogrow.errors import ToolError
from nogrow.project import verify as stage
from nogrow.project.manifest import Entry, Manifest, write_manifest
from nogrow.project.project import open_project
from nogrow.project.verify import Sites, cross_checked, objdump_sites, verify
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport
from tests.report.validated import validated
from tests.support.judgements import SITE
from tests.support.modules import GROWING, QUIET, write_cut_module, write_module
from tests.support.reports import BROKEN, KEPT, NOT_JUDGED

HERE = (SITE.function.index, SITE.offset)
CONTROL = '[[artifact]]\npath = "build/growing.wasm"\nexpect = { bad = "reachable" }\n'
STILL = '[[artifact]]\npath = "build/quiet.wasm"\nallow = ["absent"]\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_module(tmp_path / "build" / "quiet.wasm", QUIET)
    write_module(tmp_path / "build" / "growing.wasm", GROWING)
    (tmp_path / "nogrow.toml").write_text(f"schema = 1\n{STILL}{CONTROL}")
    return tmp_path


def test_report_is_unchanged_if_two_decoders_agree() -> None:
    assert cross_checked(KEPT, lambda path: {HERE}) is KEPT
    assert cross_checked(BROKEN, lambda path: {HERE}) is BROKEN


@pytest.mark.parametrize(
    ("sites", "message"),
    [
        (set(), "only nogrow finds offset 0x52 (func[7])"),
        ({HERE, (1, 9)}, "only wasm-objdump finds offset 0x9 (func[1])"),
        (
            {(8, SITE.offset)},
            "only nogrow finds offset 0x52 (func[7]); only wasm-objdump finds offset 0x52 (func[8])",
        ),
    ],
)
def test_no_verdict_if_two_decoders_disagree(sites: Sites, message: str) -> None:
    artifact = cross_checked(KEPT, lambda path: sites)
    assert artifact.outcome is Outcome.NOT_JUDGED
    assert artifact.judgement is None
    (violation,) = artifact.violations
    assert violation.message == (f"build/quiet.wasm: two decoders disagree on memory.grow: {message}")


def test_no_verdict_if_the_second_decoder_fails() -> None:
    def failing(path: Path) -> Sites:
        raise ToolError(f"{path}: wasm-objdump printed nonsense")

    artifact = cross_checked(KEPT, failing)
    assert artifact.outcome is Outcome.NOT_JUDGED
    assert artifact.violations[0].message == (
        "build/quiet.wasm: no second opinion on the grow sites: wasm-objdump printed nonsense"
    )


def test_second_decoder_is_skipped_without_a_judgement() -> None:
    assert cross_checked(NOT_JUDGED, lambda path: {HERE}) is NOT_JUDGED


STALE = "const v = new Uint8Array(w.exports.memory.buffer); w.exports.bad(); v[0];\n"


def test_kept_contract_exits_with_0(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(root) == 0
    output = capsys.readouterr().out
    assert "build/growing.wasm" in output
    assert "error" not in output
    document = validated((root / "build" / "report.json").read_text())
    assert document["contract"] == "nogrow.toml"
    assert [artifact["path"] for artifact in document["artifacts"]] == [
        "build/growing.wasm",
        "build/quiet.wasm",
    ]


def test_artifact_that_starts_to_grow_exits_with_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_module(root / "build" / "quiet.wasm", GROWING)
    assert verify(root) == 1
    assert "error[NG001]" in capsys.readouterr().out


def test_stale_view_in_host_code_exits_with_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract = (root / "nogrow.toml").read_text()
    clause = 'path = "build/growing.wasm"\n'
    (root / "nogrow.toml").write_text(contract.replace(clause, f'{clause}js = ["use.js"]\n'))
    (root / "use.js").write_text(STALE)
    assert verify(root) == 1
    assert "error[NG012]: cached-view: `v`" in capsys.readouterr().out
    document = validated((root / "build" / "report.json").read_text())
    assert [artifact["outcome"] for artifact in document["artifacts"]] == ["kept", "kept", "broken"]


def test_control_that_stops_growing_exits_with_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_module(root / "build" / "growing.wasm", QUIET)
    assert verify(root) == 1
    assert "error[NG008]" in capsys.readouterr().out


def test_truncated_artifact_exits_with_4(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_cut_module(root / "build" / "quiet.wasm", QUIET)
    assert verify(root) == 4
    assert "not judged[NG010]: not-judged: build/quiet.wasm: offset 0x" in capsys.readouterr().out


def test_missing_artifact_exits_with_3(root: Path) -> None:
    (root / "build" / "quiet.wasm").unlink()
    assert verify(root) == 3


def test_failing_scenario_exits_with_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = 'steps = [{ call = "ok", must_grow = true }]\n'
    with (root / "nogrow.toml").open("a") as contract:
        contract.write(f'[[artifact.scenario]]\nname = "grows"\n{steps}')
    assert verify(root) == 1
    assert "error[NG009]" in capsys.readouterr().out


def test_disagreement_of_decoders_exits_with_4(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disagreeing(artifact: ArtifactReport) -> ArtifactReport:
        return cross_checked(artifact, lambda path: {(1, 1)})

    monkeypatch.setattr(stage, "cross_checked", disagreeing)
    assert verify(root) == 4


def test_wrong_contract_exits_with_2(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "nogrow.toml").write_text("schema = 2")
    assert verify(root) == 2
    assert capsys.readouterr().err.startswith("nogrow.toml:1: schema: expected 1")


def test_altered_artifact_is_announced(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = Entry("build/quiet.wasm", "quiet.wat", "release", "00", 8, (), (), "00")
    write_manifest(open_project(root), Manifest((entry,)))
    assert verify(root) == 0
    assert (
        "build/quiet.wasm was altered since it was built; nogrow judges the altered file"
        in capsys.readouterr().out
    )


def test_second_decoder_gives_file_offsets_in_a_component(root: Path) -> None:
    path = root / "build" / "component.wasm"
    grows = "(core module (memory 1) (func (drop (memory.grow (i32.const 1)))))"
    write_module(path, f"(component (core module) {grows})")
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('[[artifact]]\npath = "build/component.wasm"\n')
    ((_, offset),) = objdump_sites(Path(f"{path}#1"))
    assert path.read_bytes()[offset : offset + 2] == b"\x40\x00"
    assert verify(root) == 0


def test_report_is_written_to_the_build_folder(root: Path) -> None:
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('[build]\noutput = "out put"\n')
    assert verify(root) == 0
    validated((root / "out put" / "report.json").read_text())
    assert not (root / "build" / "report.json").exists()


def test_locked_verdict_must_not_become_worse(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "nogrow.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "build/*.wasm"\nallow = ["reachable"]\n'
    )
    monkeypatch.chdir(root)
    assert verify(root, locked=True) == 2
    assert "nogrow.lock: no such lock; write it with `nogrow pin`" in capsys.readouterr().err
    assert CliRunner().invoke(cli, ["pin"]).exit_code == 0
    assert verify(root, locked=True) == 0
    write_module(root / "build" / "quiet.wasm", GROWING)
    assert verify(root) == 0
    assert verify(root, locked=True) == 1
    assert "error[NG011]: pin-broken" in capsys.readouterr().out
    (root / "nogrow.lock").write_text("{")
    assert verify(root, locked=True) == 2
