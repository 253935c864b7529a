import hashlib
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Verdict
from nogrow.contract.model import ArtifactContract, Contract, Expectation
from nogrow.contract.select import targets
from nogrow.contract.shipped_clauses import built, clauses_at, parts_at, unmatched
from tests.support.posix import posix_only


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "[odd] name"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


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
def test_pattern_names_a_member(pattern: str, path: str) -> None:
    (clause,) = clauses_at(contract(pattern), path)
    assert clause.path == pattern
    assert clauses_at(contract(pattern), str(Path(path).absolute())) == (clause,)


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
def test_wildcards_stop_at_slashes_and_archives(pattern: str, path: str) -> None:
    assert clauses_at(contract(pattern), path) == ()


def test_exact_path_wins_over_globs_which_all_apply() -> None:
    three = contract("dist/*!*.wasm", "dist/*!x*", "dist/a!x.wasm")
    assert [clause.path for clause in clauses_at(three, "dist/a!x.wasm")] == ["dist/a!x.wasm"]
    assert [clause.path for clause in clauses_at(three, "dist/b!x.wasm")] == ["dist/*!*.wasm", "dist/*!x*"]
    parts = contract("dist/*!*.wasm#0", "dist/*!x*#0", "dist/a!x.wasm#0", "dist/*!*.wasm#1")
    assert [(number, clause.path) for number, clause in parts_at(parts, "dist/a!x.wasm")] == [
        (0, "dist/a!x.wasm#0"),
        (1, "dist/*!*.wasm#1"),
    ]
    assert [number for number, _ in parts_at(parts, "dist/b!x.wasm")] == [0, 0, 1]


@pytest.mark.parametrize(
    ("pattern", "named", "other"),
    [
        ("dist/a.zip![!_]*.wasm", "dist/a.zip!x.wasm", "dist/a.zip!_x.wasm"),
        ("dist/[!a].zip!x.wasm", "dist/b.zip!x.wasm", "dist/a.zip!x.wasm"),
        ("dist/[]!].zip!x.wasm", "dist/].zip!x.wasm", "dist/a.zip!x.wasm"),
    ],
)
def test_exclamation_mark_in_brackets_is_a_wildcard(pattern: str, named: str, other: str) -> None:
    assert [clause.path for clause in clauses_at(contract(pattern), named)] == [pattern]
    assert clauses_at(contract(pattern), other) == ()


def test_member_named_like_a_core_module_lacks_its_clause() -> None:
    assert clauses_at(contract("a.zip!c.wasm#0"), "a.zip!c.wasm#0") == ()


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "dist/gone.zip!x.wasm",
            "dist/a.zip!gone.wasm",
            "dist/a.zip!*.wsm",
            "**/*.whl!**",
            "dist/*!gone.wasm",
        ),
        *("dist/gone.wasm", "dist/g*.wasm", "dist/gone.wasm#0", "dist/a.zip!gone.wasm#0", "*/*.whl!x.wasm"),
    ],
)
def test_unmatched_clause_is_reported(pattern: str) -> None:
    shipped = ("dist/a.zip!x.wasm", "dist/b.wasm")
    assert unmatched(contract(pattern), ["dist"], shipped, ()) == (pattern,)


@pytest.mark.parametrize(
    "pattern",
    [
        *("dist/a.zip!x.wasm", "dist/*!*.wasm", "dist/a.zip!x.wasm#0", "dist/b.wasm", "**/b.wasm"),
        *("other/a.zip!gone.wasm", "gone.wasm", "**/gone.wasm", "dist2/gone.wasm", "dist/bad.zip!gone.wasm"),
    ],
)
def test_matched_or_unrelated_clause_is_not_reported(pattern: str) -> None:
    shipped = ("dist/a.zip!x.wasm", "dist/b.wasm")
    assert unmatched(contract(pattern), ["dist"], shipped, ("dist/bad.zip",)) == ()


@posix_only
def test_root_can_be_any_path_to_the_folder() -> None:
    Path("dist").mkdir()
    Path("link").symlink_to("dist")
    for root in ("./dist", "link", str(Path("dist").absolute())):
        assert unmatched(contract("dist/gone.wasm"), [root], (), ()) == ("dist/gone.wasm",)


def test_core_modules_of_a_component_have_clauses_by_number() -> None:
    clause, two = ArtifactContract("dist/*!c.wasm#1"), ArtifactContract("dist/*!d.wasm#0")
    assert parts_at(Contract(Path("nogrow.toml"), (clause, two)), "dist/a.whl!c.wasm") == ((1, clause),)


def test_clauses_on_members_have_no_targets() -> None:
    Path("a!b.wasm").write_bytes(b"")
    selected = targets(contract("dist/*.whl!**/*.wasm", "dist/a.whl!x.wasm", "a!b.wasm"), ())
    assert [target.path for target in selected] == ["a!b.wasm"]


class TestDigests:
    def test_equal_bytes_share_all_clauses(self) -> None:
        Path("b.wasm").write_bytes(b"two")
        Path("a.wasm").write_bytes(b"two")
        targets_by_key = built(contract("b.wasm", "a.wasm", "gone.wasm"))
        assert {
            key: [clause.path for clause in target.clauses] for key, target in targets_by_key.items()
        } == {hashlib.sha256(b"two").hexdigest(): ["a.wasm", "b.wasm"]}

    def test_control_is_left_out(self) -> None:
        Path("bad.wasm").write_bytes(b"bad")
        Path("good.wasm").write_bytes(b"good")
        clause = ArtifactContract("bad.wasm", expect=(Expectation("grow", Verdict.REACHABLE),))
        targets_by_key = built(Contract(Path("nogrow.toml"), (clause, ArtifactContract("good.wasm"))))
        assert [target.path for target in targets_by_key.values()] == ["good.wasm"]

    @posix_only
    def test_unreadable_artifact_is_left_out(self) -> None:
        Path("link.wasm").symlink_to("gone")
        Path("there.wasm").write_bytes(b"there")
        assert [target.path for target in built(contract("link.wasm", "there.wasm")).values()] == [
            "there.wasm"
        ]
