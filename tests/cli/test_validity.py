"""No command judges what is not valid, and each says of what was not validated that it was not."""

import json
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.support.modules import assemble

# Its array is immutable. Nothing grows, and its size is that of a large module.
INVALID = assemble(
    """(module (type $a (array i8)) (memory (export "m") 1)
    (func (export "f") unreachable array.set $a))"""
)
UNSUPPORTED = assemble(
    '(module (memory (export "m") 1) (tag $t) (func (export "f") try throw $t catch_all end))'
)
COMPONENT = assemble("(component (core module (memory 1)) (core instance (instantiate 7)))")
COMMANDS = (
    ("check", "a.wasm"),
    ("check", "a.wasm", "--jobs", "2"),
    ("sites", "a.wasm"),
    ("explain", "a.wasm"),
    ("diff", "a.wasm", "a.wasm"),
    ("seal", "a.wasm", "-o", "b.wasm", "--mode", "deny"),
    ("check", "--dist", "dist"),
    ("pin", "a.wasm"),
)


@pytest.fixture
def written(folder: Path) -> Path:
    (folder / "nogrow.toml").unlink(missing_ok=True)
    (folder / "dist").mkdir(exist_ok=True)
    return folder


def ship(folder: Path, data: bytes) -> None:
    (folder / "a.wasm").write_bytes(data)
    with tarfile.open(folder / "dist" / "a.tgz", "w:gz") as archive:
        member = tarfile.TarInfo("package/a.wasm")
        member.size = len(data)
        archive.addfile(member, BytesIO(data))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "data", [INVALID, COMPONENT, INVALID + b"\0\x80\x80\x80\1\1a" + bytes((2 << 20) - 2)]
)
def test_no_command_judges_an_invalid_module(
    words: tuple[str, ...], data: bytes, nogrow: Nogrow, written: Path
) -> None:
    ship(written, data)
    result = nogrow(*words)
    assert result.exit_code == 4
    assert "not a valid module, says wasmtime" in result.stdout + result.stderr
    assert not (written / "nogrow.lock").exists()


@pytest.mark.parametrize("words", [*COMMANDS, ("init", "a.wasm")], ids=" ".join)
def test_each_command_reports_a_missing_validation(
    words: tuple[str, ...], nogrow: Nogrow, written: Path
) -> None:
    ship(written, UNSUPPORTED)
    result = nogrow(*words)
    assert result.exit_code == 0
    assert "not validated" in result.stdout + result.stderr


def test_omitted_validation_is_reported(nogrow: Nogrow, written: Path) -> None:
    ship(written, UNSUPPORTED)
    assert "kept, not validated: a.wasm" in nogrow("check", "a.wasm", "--no-validate", "--quiet").stdout


def test_statement_records_missing_validation(nogrow: Nogrow, written: Path) -> None:
    ship(written, UNSUPPORTED)
    assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
    (file,) = json.loads((written / "s.json").read_text())["predicate"]["files"]
    (module,) = file["modules"]
    assert module["verdicts"][0]["assumptions"][0] == "the module is valid, though it was not validated"


def test_compared_report_stays_not_validated(nogrow: Nogrow, written: Path) -> None:
    ship(written, UNSUPPORTED)
    (written / "r.json").write_text(nogrow("check", "a.wasm", "--format", "json").stdout)
    assert nogrow("diff", "r.json", "r.json").stdout.count("a.wasm: not validated") == 2
