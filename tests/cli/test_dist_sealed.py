"""`nogrow check --dist` on sealed copies and their originals."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.report.validated import validated
from tests.support.archives import zip_of
from tests.support.modules import GROWING_WASM, QUIET_WASM

CONTRACT = """schema = 1
[[artifact]]
path = "growing.wasm"
expect = { bad = "reachable" }
seal = { mode = "reserve", pages = 9 }
"""
NAME = "copy.zip!x.wasm"
ORIGINAL = sha256(GROWING_WASM).hexdigest()


@pytest.fixture(autouse=True)
def dist(nogrow: Nogrow, folder: Path) -> Path:
    (folder / "nogrow.toml").write_text(CONTRACT)
    assert nogrow("seal", "growing.wasm", "-o", "copy.wasm").exit_code == 0
    (folder / "dist").mkdir()
    (folder / "dist" / "quiet.zip").write_bytes(zip_of({"x.wasm": QUIET_WASM}))
    (folder / "dist" / "copy.zip").write_bytes(zip_of({"x.wasm": (folder / "copy.wasm").read_bytes()}))
    return folder / "dist"


def test_copy_is_recognized_and_attested_with_its_original(nogrow: Nogrow) -> None:
    result = nogrow("check", "--dist", "dist", "--attest", "s.json")
    assert result.exit_code == 0
    assert result.stdout.count("   = note: it is the copy of growing.wasm (reserve, 9 pages)\n") == 1
    files = json.loads(Path("s.json").read_text(encoding="utf-8"))["predicate"]["files"]
    modules = {module["name"]: module for file in files for module in file["modules"]}
    original = {"digest": {"sha256": ORIGINAL}}
    sealed = {"mode": "reserve", "pages": 9, "original": original}
    assert {name: module.get("sealed") for name, module in modules.items()} == {
        NAME: sealed,
        "quiet.zip!x.wasm": None,
    }
    result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
    assert (result.exit_code, result.stderr) == (0, "")


def test_original_that_the_contract_seals_is_a_violation(nogrow: Nogrow, dist: Path) -> None:
    (dist / "bad.zip").write_bytes(zip_of({"y.wasm": GROWING_WASM}))
    allowed = '[[artifact]]\npath = "dist/*!y.wasm"\nallow = ["reachable"]\n'
    Path("nogrow.toml").write_text(CONTRACT + allowed, encoding="utf-8")
    result = nogrow("check", "--dist", "dist", "--attest", "s.json")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        "error[NG011]: pin-broken: dist/bad.zip!y.wasm: it is growing.wasm, which the contract seals: "
        "ship build/sealed/growing.wasm instead, which `invoke seal` writes\n"
    )
    assert not Path("s.json").exists()


def test_copy_is_held_to_the_clause_of_its_artifact(nogrow: Nogrow) -> None:
    limits = "[artifact.memory]\nmax_pages = 8\n"
    Path("nogrow.toml").write_text(CONTRACT + limits, encoding="utf-8")
    result = nogrow("check", "--dist", "dist", "--format", "json")
    broken = {
        artifact["path"]: [violation["rule"] for violation in artifact["violations"]]
        for artifact in validated(result.stdout)["artifacts"]
        if artifact["violations"]
    }
    assert broken == {f"dist/{NAME}": ["NG007"]}


@pytest.mark.parametrize(
    ("key", "value", "attested"),
    [
        ("mode", "cap", f"cap, 9 pages) of the module with the SHA-256 {ORIGINAL}"),
        ("pages", 8, f"reserve, 8 pages) of the module with the SHA-256 {ORIGINAL}"),
        ("pages", None, f"reserve) of the module with the SHA-256 {ORIGINAL}"),
        ("original", {"digest": {"sha256": "1" * 64}}, f"9 pages) of the module with the SHA-256 {'1' * 64}"),
    ],
)
def test_another_original_than_attested_is_a_violation(
    nogrow: Nogrow, key: str, value: object, attested: str
) -> None:
    assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
    document = json.loads(Path("s.json").read_text(encoding="utf-8"))
    (module,) = document["predicate"]["files"][0]["modules"]
    module["sealed"][key] = value
    Path("s.json").write_text(json.dumps(document), encoding="utf-8")
    result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
    assert result.exit_code == 1
    assert f"{attested}, and is the copy (reserve, 9 pages) of the module" in result.stdout
    assert result.stdout.count("NG011") == 1


def test_module_that_is_no_copy_any_more_is_a_violation(nogrow: Nogrow) -> None:
    assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
    Path("nogrow.toml").write_text(CONTRACT.replace("9", "8"), encoding="utf-8")
    result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
    assert result.exit_code == 1
    assert f"{ORIGINAL}, and is not that copy" in result.stdout


def test_missing_original_and_missing_claim_are_notes(nogrow: Nogrow) -> None:
    assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
    Path("growing.wasm").rename("moved.wasm")
    result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
    assert result.exit_code == 0
    assert f"{ORIGINAL}, which is not here to compare" in result.stderr
    assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
    Path("moved.wasm").rename("growing.wasm")
    result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
    assert result.exit_code == 0
    assert f"{NAME} is the copy (reserve, 9 pages) of the module with" in result.stderr
    assert "which was not attested" in result.stderr
