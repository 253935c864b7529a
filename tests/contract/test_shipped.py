import hashlib
from pathlib import Path

import pytest

from nogrow.contract.model import ArtifactContract, Contract, Expectation
from nogrow.contract.select import targets
from nogrow.contract.shipped import built, clause_at, parts_at
from nogrow.proof.judgement import Verdict


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "[odd] name"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def contract(*paths: str) -> Contract:
    return Contract(Path("nogrow.toml"), tuple(ArtifactContract(path) for path in paths))


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("dist/a.whl!p/x.wasm", "dist/a.whl!p/x.wasm"),
        ("dist/*.whl!p/x.wasm", "dist/a.whl!p/x.wasm"),
        ("dist/*!**/*.wasm", "dist/a.whl!x.wasm"),
        ("dist/*!**/*.wasm", "dist/a.whl!p/q/x.wasm"),
        ("**/*.zip!**", "dist/sub/a.zip!p/x"),
        ("dist/*.zip!*.tgz!package/**/x.wasm", "dist/a.zip!b.tgz!package/x.wasm"),
        ("dist/x.wasm", "dist/x.wasm"),
        ("./dist/x.wasm", "dist/../dist/x.wasm"),
    ],
)
def test_a_pattern_names_a_member(pattern: str, path: str) -> None:
    found = clause_at(contract(pattern), path)
    assert found is not None
    assert found.path == pattern
    assert clause_at(contract(pattern), str(Path(path).absolute())) == found


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("dist/*.whl", "dist/a.whl!x.wasm"),
        ("dist/*", "dist/a.zip!x.wasm"),
        ("dist/**", "dist/a.zip!x.wasm"),
        ("dist/*!*.wasm", "dist/a.whl!p/x.wasm"),
        ("dist/*!x.wasm", "dist/a.zip!b.zip!x.wasm"),
        ("dist/a.whl!p/X.wasm", "dist/a.whl!p/x.wasm"),
        ("other/*!**", "dist/a.whl!x.wasm"),
        ("dist/*!p/**/q/x.wasm", "dist/a!p/x.wasm"),
    ],
)
def test_a_pattern_does_not_go_past_slashes_and_archives(pattern: str, path: str) -> None:
    assert clause_at(contract(pattern), path) is None


def test_an_exact_path_goes_before_a_glob_and_the_first_glob_before_others() -> None:
    both = contract("dist/*!*.wasm", "dist/*!x*", "dist/a!x.wasm")
    assert getattr(clause_at(both, "dist/a!x.wasm"), "path", None) == "dist/a!x.wasm"
    assert getattr(clause_at(both, "dist/b!x.wasm"), "path", None) == "dist/*!*.wasm"


def test_core_modules_of_a_component_have_clauses_by_number() -> None:
    one, two = ArtifactContract("dist/*!c.wasm#1"), ArtifactContract("dist/*!d.wasm#0")
    assert parts_at(Contract(Path("nogrow.toml"), (one, two)), "dist/a.whl!c.wasm") == ((1, one),)


def test_clauses_on_members_are_not_missing_from_what_was_built() -> None:
    Path("a!b.wasm").write_bytes(b"")
    found = targets(contract("dist/*.whl!**/*.wasm", "dist/a.whl!x.wasm", "a!b.wasm"), ())
    assert [one.path for one in found] == ["a!b.wasm"]


class TestDigests:
    def test_the_same_bytes_have_the_clause_of_what_was_built(self) -> None:
        Path("b.wasm").write_bytes(b"two")
        Path("a.wasm").write_bytes(b"two")
        found = built(contract("b.wasm", "a.wasm", "gone.wasm"))
        assert {key: one.path for key, one in found.items()} == {hashlib.sha256(b"two").hexdigest(): "a.wasm"}

    def test_a_control_gives_nobody_its_clause(self) -> None:
        Path("bad.wasm").write_bytes(b"bad")
        Path("good.wasm").write_bytes(b"good")
        clause = ArtifactContract("bad.wasm", expect=(Expectation("grow", Verdict.REACHABLE),))
        found = built(Contract(Path("nogrow.toml"), (clause, ArtifactContract("good.wasm"))))
        assert [one.path for one in found.values()] == ["good.wasm"]

    def test_what_can_not_be_read_gives_nobody_its_clause(self) -> None:
        Path("link.wasm").symlink_to("gone")
        Path("there.wasm").write_bytes(b"there")
        assert [one.path for one in built(contract("link.wasm", "there.wasm")).values()] == ["there.wasm"]
