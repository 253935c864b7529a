from pathlib import Path

import pytest
import tasks
from invoke.context import MockContext
from invoke.exceptions import Exit

from nogrow.build.release import ATTESTATION, release
from tests.dist.made import GROWING_WASM, QUIET_WASM, wheel_of


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "dist").mkdir(parents=True)
    (root / "dist" / "p.whl").write_bytes(wheel_of({"x.wasm": QUIET_WASM}))
    (root / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "dist/*!**"\nallow = ["absent"]\n')
    monkeypatch.chdir(tmp_path)
    return root


def test_a_shipment_that_keeps_the_contract_is_attested(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release(root, ["project/dist"]) == 0
    assert "kept: dist/p.whl!x.wasm: absent" in capsys.readouterr().out
    assert '"p.whl!x.wasm"' in (root / ATTESTATION).read_text()


def test_a_shipment_that_grows_is_not(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "dist" / "p.whl").write_bytes(wheel_of({"x.wasm": GROWING_WASM}))
    assert release(root, ["project/dist"]) == 1
    assert not (root / ATTESTATION).exists()
    assert "only what is kept is attested" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dist", "message"), [([], "name what is shipped with --dist DIR"), (["gone"], "gone is not there")]
)
def test_a_mistake_is_one_line(
    root: Path, capsys: pytest.CaptureFixture[str], dist: list[str], message: str
) -> None:
    assert release(root, dist) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_the_task_builds_first_and_ends_as_the_gate_does(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    def gate(root: Path, dist: list[str]) -> int:
        done.append(dist)
        return 4

    monkeypatch.setattr(tasks, "_set_up", lambda: None)
    monkeypatch.setattr(tasks, "build_all", lambda *arguments: done.append("built"))
    monkeypatch.setattr(tasks, "release_from", gate)
    with pytest.raises(Exit) as error:
        tasks.release(MockContext(), dist=["dist"])
    assert error.value.code == 4
    assert done == ["built", ["dist"]]
