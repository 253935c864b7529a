"""Run commands by the path rules of Windows: arguments have backslashes, and all results have slashes."""

import json
import ntpath
from pathlib import Path

import pytest

from nogrow.util import paths
from tests.cli.conftest import Nogrow
from tests.report.validated import validated
from tests.support.windows import windows_paths

__all__ = ["windows_paths"]

CONTRACT = """schema = 1
[[artifact]]
path = 'dist\\growing.wasm'
allow = ["reachable"]
[[artifact]]
path = 'dist\\q*.wasm'
"""


@pytest.fixture
def project(folder: Path) -> Path:
    """Return the working folder, with two modules in `dist`."""
    (folder / "dist").mkdir()
    for name in ("growing.wasm", "quiet.wasm"):
        (folder / name).rename(folder / "dist" / name)
    (folder / "nogrow.toml").write_text(CONTRACT)
    return folder


@pytest.mark.usefixtures("windows_paths")
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("dist",),
        ("dist\\growing.wasm", "dist\\quiet.wasm"),
        ("dist\\*.wasm",),
        (".\\dist\\..\\dist\\growing.wasm", "dist/quiet.wasm"),
    ],
)
def test_backslashes_name_the_artifacts_of_the_contract(
    nogrow: Nogrow, project: Path, words: tuple[str, ...]
) -> None:
    result = nogrow("check", "--format", "json", *words)
    artifacts = validated(result.stdout)["artifacts"]
    assert (result.exit_code, [artifact["outcome"] for artifact in artifacts]) == (0, ["kept", "kept"])
    assert "\\\\" not in result.stdout


@pytest.mark.usefixtures("windows_paths")
@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github", "markdown", "html", "text"])
def test_no_format_has_backslashes_in_paths(nogrow: Nogrow, project: Path, form: str) -> None:
    (project / "nogrow.toml").write_text(CONTRACT.replace("reachable", "absent"))
    result = nogrow("check", "--format", form, "dist\\growing.wasm")
    assert result.exit_code == 1
    assert "dist\\" not in result.stdout
    assert "dist/growing.wasm" in result.stdout


def test_lock_of_windows_is_the_same(nogrow: Nogrow, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portable = CONTRACT.replace("\\", "/")
    (project / "nogrow.toml").write_text(portable)
    assert nogrow("pin").exit_code == 0
    here = (project / "nogrow.lock").read_bytes()
    (project / "nogrow.lock").unlink()
    (project / "nogrow.toml").write_text(CONTRACT)
    with monkeypatch.context() as patch:
        patch.setattr(paths, "rules", ntpath)
        assert nogrow("pin").exit_code == 0
        assert (project / "nogrow.lock").read_bytes() == here
        assert list(json.loads(here)["artifacts"]) == ["dist/growing.wasm", "dist/quiet.wasm"]
        assert nogrow("check", "--locked").exit_code == 0
        assert nogrow("check", "--locked", "--exact", "dist\\quiet.wasm").exit_code == 0
    (project / "nogrow.toml").write_text(portable)
    assert nogrow("check", "--locked", "--exact").exit_code == 0


def test_statement_of_windows_is_the_same(
    nogrow: Nogrow, project: Path, request: pytest.FixtureRequest
) -> None:
    (project / "dist" / "sub").mkdir()
    (project / "dist" / "quiet.wasm").rename(project / "dist" / "sub" / "quiet.wasm")
    (project / "nogrow.toml").write_text(CONTRACT.replace("dist\\q*", "dist/**/q*").replace("\\", "/"))
    assert nogrow("check", "--dist", "dist", "--attest", "statement.json").exit_code == 0
    here = (project / "statement.json").read_bytes()
    request.getfixturevalue("windows_paths")
    words = ("check", "--dist", "./dist", "--attestation", "statement.json", "--attest", "again.json")
    assert nogrow(*words).exit_code == 0
    assert (project / "again.json").read_bytes() == here


@pytest.mark.usefixtures("windows_paths")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "dist\\growing.wasm", "--format", "json"), 0),
        (("sites", "dist\\growing.wasm", "--format", "json"), 0),
        (("diff", "dist\\quiet.wasm", "dist\\growing.wasm", "--format", "json"), 1),
        (("host", "dist\\host.mjs", "--module", "dist\\growing.wasm", "--format", "json"), 1),
        (("check", "dist\\growing.wasm", "--js", "dist/host.mjs", "--format", "json"), 1),
    ],
)
def test_commands_accept_backslashes(
    nogrow: Nogrow, project: Path, words: tuple[str, ...], code: int
) -> None:
    (project / "dist" / "host.mjs").write_text(
        "const { instance } = await WebAssembly.instantiateStreaming(fetch('growing.wasm'));\n"
        "const view = new Uint8Array(instance.exports.memory.buffer);\n"
        "instance.exports.bad();\n"
        "view[0] = 1;\n"
    )
    result = nogrow(*words)
    assert (result.exit_code, "dist\\" in result.stdout) == (code, False), result.output
    assert "dist/growing.wasm" in result.stdout


@pytest.mark.usefixtures("windows_paths")
def test_init_writes_slashes(nogrow: Nogrow, project: Path) -> None:
    (project / "nogrow.toml").unlink()
    assert nogrow("init", ".\\dist").exit_code == 0
    text = (project / "nogrow.toml").read_text()
    assert 'path = "dist/growing.wasm"' in text
    assert "\\" not in text


@pytest.mark.usefixtures("windows_paths")
def test_module_on_another_drive_is_not_pinned(
    nogrow: Nogrow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "relative", lambda path, folder: f"D:/{path}")
    monkeypatch.setattr("nogrow.baseline.lock_file.relative", paths.relative)
    result = nogrow("pin")
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert "another drive" in result.output
