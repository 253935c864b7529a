from pathlib import Path, PurePosixPath

import pytest

from nogrow.contract.model import ArtifactContract, Contract, Scenario, Seal
from nogrow.contract.seal_clauses import artifacts_to_seal, copy_path
from nogrow.errors import UsageError
from nogrow.rewrite.rewrite import Mode

DENY, CAP = Seal(Mode.DENY), Seal(Mode.CAP, 2)
FILES = (
    "build/release/a.wasm",
    "build/sealed/release/a.wasm",
    "build/stressed/release/a.wasm",
    "vendor/b.wasm",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in FILES:
        (tmp_path / "project" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / file).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "project"


def found(folder: Path, *clauses: ArtifactContract) -> list[tuple[str, str, Seal, bool]]:
    contract = Contract(folder / "nogrow.toml", clauses)
    artifacts = artifacts_to_seal(contract, PurePosixPath("build"))
    return [(one.path, str(one.copy), one.seal, one.target.found) for one in artifacts]


@pytest.mark.parametrize("absolute", [False, True])
def test_artifacts_with_seal_have_a_copy_in_the_output_folder(folder: Path, absolute: bool) -> None:
    clauses = ArtifactContract("build/release/a.wasm", seal=DENY), ArtifactContract("vendor/*", seal=CAP)
    expected = [
        ("build/release/a.wasm", "build/sealed/release/a.wasm", DENY, True),
        ("vendor/b.wasm", "build/sealed/vendor/b.wasm", CAP, True),
    ]
    given = folder if absolute else Path("project")
    assert found(given, *clauses, ArtifactContract("gone.wasm")) == expected


def test_sealed_and_stressed_copies_are_not_sealed(folder: Path) -> None:
    paths = [path for path, *_ in found(folder, ArtifactContract("**/*.wasm", seal=DENY))]
    assert paths == ["build/release/a.wasm", "vendor/b.wasm"]


def test_missing_artifact_is_yielded(folder: Path) -> None:
    missing = ("gone.wasm", "build/sealed/gone.wasm", DENY, False)
    assert found(folder, ArtifactContract("gone.wasm", seal=DENY)) == [missing]


def test_clauses_without_seal_need_no_look_at_the_disk(folder: Path) -> None:
    assert found(folder / "gone", ArtifactContract("vendor/b.wasm")) == []


def test_all_matching_clauses_count(folder: Path) -> None:
    scenario = Scenario("s", ())
    first = ArtifactContract("vendor/*", seal=DENY)
    second = ArtifactContract("**/b.wasm", scenarios=(scenario,))
    contract = Contract(folder / "nogrow.toml", (first, second))
    (artifact,) = artifacts_to_seal(contract, PurePosixPath("build"))
    assert (artifact.seal, artifact.scenarios) == (DENY, (scenario,))
    assert found(folder, first, second._replace(seal=DENY))[0][2] == DENY
    with pytest.raises(UsageError, match=r"^vendor/b\.wasm: several clauses .* and their `seal` differ"):
        found(folder, first, second._replace(seal=CAP))


def test_path_of_a_copy_leaves_out_only_the_output_folder() -> None:
    assert copy_path("out put/a.wasm", PurePosixPath("out put")) == PurePosixPath("out put/sealed/a.wasm")
    assert copy_path("builds/a.wasm", PurePosixPath("build")) == PurePosixPath("build/sealed/builds/a.wasm")
