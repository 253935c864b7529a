import os
from pathlib import Path

import pytest

from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.select import Target, targets


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b.wasm", "a.wasm", "sub/c.wasm", "sub/deep/d.wasm", "sub/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def contract(*paths: str, at: str = "nogrow.toml") -> Contract:
    return Contract(Path(at), tuple(ArtifactContract(path) for path in paths))


def chosen(contract: Contract | None, *paths: str) -> list[tuple[str, str]]:
    return [(one.path, one.clause.path) for one in targets(contract, paths)]


@pytest.mark.usefixtures("folder")
class TestPaths:
    @pytest.mark.parametrize(
        ("given", "found"),
        [
            (["a.wasm"], ["a.wasm"]),
            (["sub/notes.txt"], ["sub/notes.txt"]),
            (["b.wasm", "a.wasm"], ["a.wasm", "b.wasm"]),
            (["sub"], ["sub/c.wasm", "sub/deep/d.wasm"]),
            (["sub/"], ["sub/c.wasm", "sub/deep/d.wasm"]),
            (["."], ["a.wasm", "b.wasm", "sub/c.wasm", "sub/deep/d.wasm"]),
            (["*.wasm"], ["a.wasm", "b.wasm"]),
            (["**/d.wasm"], ["sub/deep/d.wasm"]),
            (["sub/*"], ["sub/c.wasm", "sub/deep/d.wasm", "sub/notes.txt"]),
            (["a.wasm", "./a.wasm", "*.wasm"], ["a.wasm", "b.wasm"]),
        ],
        ids=str,
    )
    def test_files_folders_and_globs_are_sorted_and_taken_once(
        self, given: list[str], found: list[str]
    ) -> None:
        assert [one.path for one in targets(None, given)] == found

    @pytest.mark.parametrize("path", ["gone.wasm", "gone/*.wasm", "empty", "a.wasm/x.wasm", "emp*"])
    def test_a_path_that_matches_no_module_is_named(self, path: str) -> None:
        Path("empty").mkdir()
        assert targets(None, [path]) == (Target(path, ArtifactContract(), found=False),)

    def test_without_paths_and_contract_there_is_nothing(self) -> None:
        assert targets(None, []) == ()

    def test_a_path_that_can_not_be_looked_at_counts_as_there(self) -> None:
        path = "n" * 300 + ".wasm"
        (found,) = targets(None, [path])
        assert (found.path, found.found) == (path, True)

    def test_a_file_named_like_a_glob_is_a_file(self) -> None:
        Path("[a].wasm").write_bytes(b"")
        assert [one.path for one in targets(None, ["[a].wasm"])] == ["[a].wasm"]

    def test_a_dangling_link_is_there_but_can_not_be_read(self) -> None:
        Path("link.wasm").symlink_to("gone")
        assert targets(None, ["link.wasm"]) == (Target("link.wasm", ArtifactContract()),)

    def test_a_folder_that_can_not_be_listed_is_a_problem(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(path: str) -> None:
            raise PermissionError(13, "Permission denied", path)

        monkeypatch.setattr(os, "scandir", denied)
        (target,) = targets(None, ["sub"])
        assert (target.path, target.problem) == ("sub", "can't be read: Permission denied")


@pytest.mark.usefixtures("folder")
class TestContract:
    def test_without_paths_every_artifact_is_a_target(self) -> None:
        found = chosen(contract("a.wasm", "sub/**/*.wasm"))
        assert found == [
            ("a.wasm", "a.wasm"),
            ("sub/c.wasm", "sub/**/*.wasm"),
            ("sub/deep/d.wasm", "sub/**/*.wasm"),
        ]

    def test_paths_are_relative_to_the_contract(self) -> None:
        assert chosen(contract("c.wasm", at="sub/nogrow.toml")) == [("sub/c.wasm", "c.wasm")]

    def test_an_artifact_that_is_not_there_is_named(self) -> None:
        found = targets(contract("gone.wasm", "gone/*.wasm", "a.wasm"), ())
        assert [(one.path, one.found) for one in found] == [
            ("a.wasm", True),
            ("gone.wasm", False),
            ("gone/*.wasm", False),
        ]

    def test_a_glob_takes_no_folders(self) -> None:
        assert chosen(contract("*")) == [("a.wasm", "*"), ("b.wasm", "*")]

    def test_an_exact_path_wins_over_a_glob(self) -> None:
        found = chosen(contract("*.wasm", "a.wasm"))
        assert found == [("a.wasm", "a.wasm"), ("b.wasm", "*.wasm")]

    def test_of_two_globs_the_first_wins(self) -> None:
        found = chosen(contract("a*", "*.wasm"))
        assert found == [("a.wasm", "a*"), ("b.wasm", "*.wasm")]

    def test_a_path_has_the_clause_that_names_it_or_the_default(self) -> None:
        both = contract("a.wasm", "gone.wasm")
        assert chosen(both, "a.wasm", "b.wasm") == [("a.wasm", "a.wasm"), ("b.wasm", "")]
        assert chosen(both, str(Path("a.wasm").absolute()))[0][1] == "a.wasm"
        assert chosen(contract("sub/../a.wasm"), "a.wasm")[0][1] == "sub/../a.wasm"

    def test_a_link_has_the_clause_of_its_file(self) -> None:
        Path("link.wasm").symlink_to("a.wasm")
        assert chosen(contract("a.wasm"), "link.wasm") == [("link.wasm", "a.wasm")]

    def test_a_clause_may_be_for_one_core_module_of_a_component(self) -> None:
        by_part = contract("a.wasm#1", "a.wasm#0", "b.wasm")
        (one,) = targets(by_part, ("a.wasm",))
        assert one.clause.path == ""
        assert [(number, clause.path) for number, clause in one.parts] == [(1, "a.wasm#1"), (0, "a.wasm#0")]
        assert chosen(by_part) == [("a.wasm", ""), ("b.wasm", "b.wasm")]

    def test_the_whole_component_may_have_a_clause_as_well(self) -> None:
        (one,) = targets(contract("a.wasm#1", "a.wasm"), ())
        assert one.clause.path == "a.wasm"
        assert [number for number, _ in one.parts] == [1]

    def test_a_component_that_is_not_there_is_named(self) -> None:
        (one,) = targets(contract("gone.wasm#1"), ())
        assert (one.path, one.found) == ("gone.wasm", False)

    def test_a_number_sign_before_no_number_is_a_part_of_the_name(self) -> None:
        found = targets(contract("gone#x.wasm", "7"), ())
        assert [(one.path, one.clause.path, one.parts) for one in found] == [
            ("7", "7", ()),
            ("gone#x.wasm", "gone#x.wasm", ()),
        ]
