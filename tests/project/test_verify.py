from pathlib import Path

import pytest
from click.testing import CliRunner

from nogrow.cli.main import cli
from nogrow.errors import ToolError
from nogrow.project import verify as stage
from nogrow.project.manifest import Entry, Manifest, write_manifest
from nogrow.project.verify import Places, by_objdump, cross_checked, verify
from nogrow.report.result import ArtifactReport, Outcome
from tests.cli.modules import GROWING, QUIET, cut, module
from tests.contract.made import SITE
from tests.report.made import BROKEN, KEPT, NOT_JUDGED
from tests.report.validated import validated
from tests.support.assemble import assemble

HERE = (SITE.function.index, SITE.offset)
CONTROL = '[[artifact]]\npath = "build/growing.wasm"\nexpect = { bad = "reachable" }\n'
STILL = '[[artifact]]\npath = "build/quiet.wasm"\nallow = ["absent"]\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    module(tmp_path / "build" / "quiet.wasm", QUIET)
    module(tmp_path / "build" / "growing.wasm", GROWING)
    (tmp_path / "nogrow.toml").write_text(f"schema = 1\n{STILL}{CONTROL}")
    return tmp_path


def test_two_decoders_that_agree_leave_the_report_as_it_is() -> None:
    assert cross_checked(KEPT, lambda path: {HERE}) is KEPT
    assert cross_checked(BROKEN, lambda path: {HERE}) is BROKEN


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (set(), "only nogrow sees offset 0x52 (func[7])"),
        ({HERE, (1, 9)}, "only wasm-objdump sees offset 0x9 (func[1])"),
        (
            {(8, SITE.offset)},
            "only nogrow sees offset 0x52 (func[7]); only wasm-objdump sees offset 0x52 (func[8])",
        ),
    ],
)
def test_two_decoders_that_disagree_leave_no_verdict(places: Places, message: str) -> None:
    artifact = cross_checked(KEPT, lambda path: places)
    assert artifact.outcome is Outcome.NOT_JUDGED
    assert artifact.judgement is None
    (violation,) = artifact.violations
    assert violation.message == (f"build/quiet.wasm: two decoders disagree on memory.grow: {message}")


def test_a_second_decoder_that_fails_leaves_no_verdict() -> None:
    def failing(path: Path) -> Places:
        raise ToolError(f"{path}: wasm-objdump printed nonsense")

    artifact = cross_checked(KEPT, failing)
    assert artifact.outcome is Outcome.NOT_JUDGED
    assert artifact.violations[0].message == (
        "build/quiet.wasm: no second opinion on the grow sites: wasm-objdump printed nonsense"
    )


def test_what_was_not_judged_is_not_asked_about() -> None:
    assert cross_checked(NOT_JUDGED, lambda path: {HERE}) is NOT_JUDGED


def test_artifacts_that_keep_the_contract(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(root) == 0
    output = capsys.readouterr().out
    assert "build/growing.wasm" in output
    assert "error" not in output
    document = validated((root / "build" / "report.json").read_text())
    assert document["contract"] == "nogrow.toml"
    assert [one["path"] for one in document["artifacts"]] == [
        "build/growing.wasm",
        "build/quiet.wasm",
    ]


def test_an_artifact_that_starts_to_grow(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module(root / "build" / "quiet.wasm", GROWING)
    assert verify(root) == 1
    assert "error[NG001]" in capsys.readouterr().out


def test_a_control_that_stops_growing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module(root / "build" / "growing.wasm", QUIET)
    assert verify(root) == 1
    assert "error[NG008]" in capsys.readouterr().out


def test_a_cut_artifact(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut(root / "build" / "quiet.wasm", QUIET)
    assert verify(root) == 4
    assert "not judged[NG010]: not-judged: build/quiet.wasm: offset 0x" in capsys.readouterr().out


def test_a_missing_artifact(root: Path) -> None:
    (root / "build" / "quiet.wasm").unlink()
    assert verify(root) == 3


def test_a_failing_scenario(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = 'steps = [{ call = "ok", must_grow = true }]\n'
    with (root / "nogrow.toml").open("a") as contract:
        contract.write(f'[[artifact.scenario]]\nname = "grows"\n{steps}')
    assert verify(root) == 1
    assert "error[NG009]" in capsys.readouterr().out


def test_a_disagreement_is_never_a_pass(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(artifact: ArtifactReport) -> ArtifactReport:
        return cross_checked(artifact, lambda path: {(1, 1)})

    monkeypatch.setattr(stage, "cross_checked", other)
    assert verify(root) == 4


def test_a_wrong_contract(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "nogrow.toml").write_text("schema = 2")
    assert verify(root) == 2
    assert capsys.readouterr().err.startswith("nogrow.toml:1: schema: expected 1")


def test_an_artifact_that_was_altered_since_it_was_built_is_named(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = Entry("build/quiet.wasm", "quiet.wat", "release", "00", 8, (), (), "00")
    write_manifest(root, Manifest((entry,)))
    assert verify(root) == 0
    assert "build/quiet.wasm was altered since it was built; it is judged" in capsys.readouterr().out


def test_the_second_opinion_on_a_component_has_offsets_of_its_file(root: Path) -> None:
    path = root / "build" / "component.wasm"
    grows = "(core module (memory 1) (func (drop (memory.grow (i32.const 1)))))"
    path.write_bytes(assemble(f"(component (core module) {grows})"))
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('[[artifact]]\npath = "build/component.wasm"\n')
    ((_, offset),) = by_objdump(Path(f"{path}#1"))
    assert path.read_bytes()[offset : offset + 2] == b"\x40\x00"
    assert verify(root) == 0


def test_the_report_goes_where_the_contract_says_what_is_built(root: Path) -> None:
    with (root / "nogrow.toml").open("a") as contract:
        contract.write('[build]\noutput = "out put"\n')
    assert verify(root) == 0
    validated((root / "out put" / "report.json").read_text())
    assert not (root / "build" / "report.json").exists()


def test_with_a_lock_nothing_becomes_worse(
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
    module(root / "build" / "quiet.wasm", GROWING)
    assert verify(root) == 0
    assert verify(root, locked=True) == 1
    assert "error[NG011]: pin-broken" in capsys.readouterr().out
    (root / "nogrow.lock").write_text("{")
    assert verify(root, locked=True) == 2
