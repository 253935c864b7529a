import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.select import Target, targets
from tests.support.locales import unicode_names
from tests.support.posix import posix_only


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
    return [(target.path, target.clause.path) for target in targets(contract, paths)]


def held(selected: Iterable[Target]) -> dict[str, list[str]]:
    return {target.path: [clause.path for clause in target.clauses] for target in selected}


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
        assert [target.path for target in targets(None, given)] == found

    @pytest.mark.parametrize("path", ["gone.wasm", "gone/*.wasm", "empty", "a.wasm/x.wasm", "emp*"])
    def test_path_without_a_module_is_reported(self, path: str) -> None:
        Path("empty").mkdir()
        assert targets(None, [path]) == (Target(path, ArtifactContract(), found=False),)

    def test_no_paths_and_no_contract_give_no_targets(self) -> None:
        assert targets(None, []) == ()

    def test_unreadable_path_counts_as_existing(self) -> None:
        path = "n" * 300 + ".wasm"
        (selected,) = targets(None, [path])
        assert (selected.path, selected.found) == (path, True)

    def test_file_named_like_a_glob_is_a_file(self) -> None:
        Path("[a].wasm").write_bytes(b"")
        assert [target.path for target in targets(None, ["[a].wasm"])] == ["[a].wasm"]

    @posix_only
    def test_dangling_link_counts_as_existing(self) -> None:
        Path("link.wasm").symlink_to("gone")
        assert targets(None, ["link.wasm"]) == (Target("link.wasm", ArtifactContract()),)

    def test_unlistable_folder_is_a_problem(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(path: str) -> None:
            raise PermissionError(13, "Permission denied", path)

        monkeypatch.setattr(os, "scandir", denied)
        (target,) = targets(None, ["sub"])
        assert (target.path, target.problem) == ("sub", "can't be read: Permission denied")


@pytest.mark.usefixtures("folder")
class TestContract:
    def test_without_paths_every_artifact_is_a_target(self) -> None:
        selected = chosen(contract("a.wasm", "sub/**/*.wasm"))
        assert selected == [
            ("a.wasm", "a.wasm"),
            ("sub/c.wasm", "sub/**/*.wasm"),
            ("sub/deep/d.wasm", "sub/**/*.wasm"),
        ]

    def test_paths_are_relative_to_the_contract(self) -> None:
        assert chosen(contract("c.wasm", at="sub/nogrow.toml")) == [("sub/c.wasm", "c.wasm")]

    def test_missing_artifact_is_reported(self) -> None:
        selected = targets(contract("gone.wasm", "gone/*.wasm", "a.wasm"), ())
        assert [(target.path, target.found) for target in selected] == [
            ("a.wasm", True),
            ("gone.wasm", False),
            ("gone/*.wasm", False),
        ]

    def test_glob_matches_no_folders(self) -> None:
        assert chosen(contract("*")) == [("a.wasm", "*"), ("b.wasm", "*")]

    def test_exact_path_wins_over_a_glob(self) -> None:
        selected = chosen(contract("*.wasm", "a.wasm"))
        assert selected == [("a.wasm", "a.wasm"), ("b.wasm", "*.wasm")]

    def test_clauses_of_all_matching_globs_apply(self) -> None:
        for paths in ((), ("a.wasm", "b.wasm")):
            selected = targets(contract("a*", "*.wasm"), paths)
            assert held(selected) == {"a.wasm": ["a*", "*.wasm"], "b.wasm": ["*.wasm"]}

    def test_path_has_its_clause_or_the_default(self) -> None:
        both = contract("a.wasm", "gone.wasm")
        assert chosen(both, "a.wasm", "b.wasm") == [("a.wasm", "a.wasm"), ("b.wasm", "")]
        assert chosen(both, str(Path("a.wasm").absolute()))[0][1] == "a.wasm"
        assert chosen(contract("sub/../a.wasm"), "a.wasm")[0][1] == "sub/../a.wasm"

    @posix_only
    def test_link_without_a_clause_has_those_of_its_target(self) -> None:
        Path("link.wasm").symlink_to("a.wasm")
        assert chosen(contract("a.wasm"), "link.wasm") == [("link.wasm", "a.wasm")]
        Path("other.wasm").symlink_to("a.wasm")
        selected = targets(contract("other.wasm", "a.wasm"), ("link.wasm",))
        assert held(selected) == {"link.wasm": ["other.wasm", "a.wasm"]}

    @posix_only
    @pytest.mark.parametrize("paths", [(), ("a.wasm", "link.wasm"), ("./link.wasm", "sub/../a.wasm")])
    @pytest.mark.parametrize("hard", [False, True])
    def test_linked_path_has_its_own_clause(self, paths: tuple[str, ...], hard: bool) -> None:
        if hard:
            Path("link.wasm").hardlink_to("a.wasm")
        else:
            Path("link.wasm").symlink_to("a.wasm")
        selected = targets(contract("a.wasm", "link.wasm"), paths)
        assert {Path(path).name: clauses for path, clauses in held(selected).items()} == {
            "a.wasm": ["a.wasm"],
            "link.wasm": ["link.wasm"],
        }

    @posix_only
    def test_path_through_a_linked_folder_has_its_own_clause(self) -> None:
        Path("current").symlink_to("sub")
        both = contract("sub/c.wasm", "current/*.wasm")
        expected = {"current/c.wasm": ["current/*.wasm"], "sub/c.wasm": ["sub/c.wasm"]}
        assert held(targets(both, ())) == expected
        assert held(targets(both, ("current/c.wasm", "sub/c.wasm"))) == expected

    def test_exclamation_mark_in_brackets_is_a_wildcard(self) -> None:
        Path("_a.wasm").write_bytes(b"")
        selected = chosen(contract("_*.wasm", "[!_]*.wasm"))
        assert selected == [("_a.wasm", "_*.wasm"), ("a.wasm", "[!_]*.wasm"), ("b.wasm", "[!_]*.wasm")]

    @posix_only
    def test_part_of_a_linked_component_has_its_own_clause(self) -> None:
        Path("link.wasm").symlink_to("a.wasm")
        selected = targets(contract("a.wasm#0", "link.wasm"), ())
        assert [(target.path, [clause.path for _, clause in target.parts]) for target in selected] == [
            ("a.wasm", ["a.wasm#0"]),
            ("link.wasm", []),
        ]

    @posix_only
    @pytest.mark.parametrize("paths", [(), ("a.wasm", "link.wasm")], ids=["contract", "paths"])
    def test_clause_for_a_core_module_does_not_name_the_component(self, paths: tuple[str, ...]) -> None:
        Path("link.wasm").symlink_to("a.wasm")
        found = targets(contract("a.wasm", "link.wasm#0"), paths)
        assert held(found) == {"a.wasm": ["a.wasm"], "link.wasm": ["a.wasm"]}
        assert [clause.path for _, clause in found[1].parts] == ["link.wasm#0"]

    @unicode_names
    @pytest.mark.parametrize("path", ["a.wasm#00", "a.wasm#+1", "a.wasm#\u0663", "a.wasm#1_0"])
    def test_only_plain_digits_number_a_core_module(self, path: str) -> None:
        assert targets(contract(path), ()) == (Target(path, ArtifactContract(path), found=False),)

    def test_clause_can_name_a_core_module_of_a_component(self) -> None:
        by_part = contract("a.wasm#1", "a.wasm#0", "b.wasm")
        (target,) = targets(by_part, ("a.wasm",))
        assert target.clause.path == ""
        assert [(number, clause.path) for number, clause in target.parts] == [
            (1, "a.wasm#1"),
            (0, "a.wasm#0"),
        ]
        assert chosen(by_part) == [("a.wasm", ""), ("b.wasm", "b.wasm")]

    def test_whole_component_may_have_a_clause(self) -> None:
        (target,) = targets(contract("a.wasm#1", "a.wasm"), ())
        assert target.clause.path == "a.wasm"
        assert [number for number, _ in target.parts] == [1]

    def test_missing_component_is_reported(self) -> None:
        (target,) = targets(contract("gone.wasm#1"), ())
        assert (target.path, target.found) == ("gone.wasm", False)

    def test_hash_without_a_number_is_part_of_the_name(self) -> None:
        selected = targets(contract("gone#x.wasm", "7"), ())
        assert [(target.path, target.clause.path, target.parts) for target in selected] == [
            ("7", "7", ()),
            ("gone#x.wasm", "gone#x.wasm", ()),
        ]


@posix_only
@pytest.mark.usefixtures("folder")
def test_dotdot_after_a_link_is_the_parent_of_its_target() -> None:
    Path("link").symlink_to("sub/deep")
    Path("sub/a.wasm").write_bytes(b"")
    assert chosen(contract("a.wasm"), "link/../a.wasm") == [("link/../a.wasm", "")]
    assert chosen(contract("sub/a.wasm"), "link/../a.wasm") == [("link/../a.wasm", "sub/a.wasm")]
