from pathlib import Path

import pytest

from nogrow.project.project import Project, open_project
from nogrow.project.verify import release
from tests.support.archives import wheel_of
from tests.support.modules import GROWING_WASM, QUIET_WASM


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "project"
    (root / "dist").mkdir(parents=True)
    (root / "dist" / "p.whl").write_bytes(wheel_of({"x.wasm": QUIET_WASM}))
    (root / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "dist/*!**"\nallow = ["absent"]\n')
    monkeypatch.chdir(tmp_path)
    return open_project(root)


def test_release_that_keeps_the_contract_is_attested(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release(project, ["project/dist"]) == 0
    assert "kept: dist/p.whl!x.wasm: absent" in capsys.readouterr().out
    assert '"p.whl!x.wasm"' in (project.root / project.attestation).read_text()


def test_release_that_grows_is_not_attested(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (project.root / "dist" / "p.whl").write_bytes(wheel_of({"x.wasm": GROWING_WASM}))
    assert release(project, ["project/dist"]) == 1
    assert not (project.root / project.attestation).exists()
    assert "not every contract is kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dist", "message"), [([], "name them with --dist DIR"), (["gone"], "gone does not exist")]
)
def test_user_error_is_one_line(
    project: Project, capsys: pytest.CaptureFixture[str], dist: list[str], message: str
) -> None:
    assert release(project, dist) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
