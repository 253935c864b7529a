"""Tests of sealed copies of built modules."""

from pathlib import Path

import pytest

from nogrow.contract.build_plan import Plan
from nogrow.contract.model import Seal
from nogrow.errors import ToolError, UsageError
from nogrow.project.manifest import Entry, Manifest, read_manifest, sha256_of, write_manifest
from nogrow.project.project import Project
from nogrow.project.seal import seal_all, seal_for_release
from nogrow.rewrite.rewrite import Mode, sealed
from tests.machine.fakes import ignore
from tests.support.modules import GROWING, assemble


def built(root: Path, contents: dict[str, bytes]) -> Project:
    entries = []
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
        entries.append(Entry(path, "a", "release", sha256_of(content), len(content), (), (), "00"))
    project = Project(root, Plan())
    write_manifest(project, Manifest(tuple(entries)))
    return project


def test_each_module_has_a_copy_under_its_own_path(tmp_path: Path) -> None:
    growing = assemble(GROWING)
    project = built(tmp_path, {"build/release/a b.wasm": growing, "dist/b.wasm": growing, "dist/b.js": b"js"})
    copies = seal_all(project, Seal(Mode.DENY), ignore)
    assert [(copy.artifact, copy.copy, copy.mode, copy.before, copy.after) for copy in copies] == [
        ("build/release/a b.wasm", "build/sealed/release/a b.wasm", "deny", "reachable", "absent"),
        ("dist/b.wasm", "build/sealed/dist/b.wasm", "deny", "reachable", "absent"),
    ]
    recorded = read_manifest(project).others
    assert recorded == {copy.copy: sha256_of((tmp_path / copy.copy).read_bytes()) for copy in copies}
    assert (tmp_path / "dist/b.wasm").read_bytes() == growing


def test_two_modules_with_the_same_copy_are_an_error(tmp_path: Path) -> None:
    project = built(tmp_path, {"build/dist/a.wasm": assemble(GROWING), "dist/a.wasm": assemble(GROWING)})
    with pytest.raises(
        ToolError, match=r"both be sealed to build/sealed/dist/a\.wasm; change the output path of dist/a"
    ):
        seal_all(project, Seal(Mode.CAP), ignore)


def test_file_that_is_not_a_module_cannot_be_sealed(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^build/a\.wasm cannot be sealed: offset 0x0: "):
        seal_all(built(tmp_path, {"build/a.wasm": b"js"}), Seal(Mode.CAP), ignore)


def test_nothing_built_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing is built yet"):
        seal_all(Project(tmp_path, Plan()), Seal(Mode.CAP), ignore)


# `once` may grow the memory once, from 1 page to 2, and traps if it can't.
NEEDS = """(module (memory (export "memory") 1)
  (func (export "once") (result i32)
    (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
    memory.size))"""
SCENARIO = 'scenario = [{ name = "s", steps = [{ call = "once", expect = 2 }] }]\n'


def contracted(root: Path, clauses: str) -> Project:
    project = built(root, {"build/release/a.wasm": assemble(NEEDS), "vendor/b.wasm": assemble(GROWING)})
    (root / "nogrow.toml").write_text(f"schema = 1\n{clauses}")
    return project


def clause(path: str, seal: str, more: str = "") -> str:
    return f'[[artifact]]\npath = "{path}"\nseal = {{ {seal} }}\n{more}'


def test_clauses_say_what_is_sealed_and_how(tmp_path: Path) -> None:
    reserve = clause("build/**/*.wasm", 'mode = "reserve", pages = "scenarios"', SCENARIO)
    project = contracted(tmp_path, reserve + clause("vendor/b.wasm", 'mode = "cap", pages = 4'))
    for _ in range(2):
        # The copy of the first time matches the glob too.
        copies = seal_all(project, None, ignore)
        assert [(copy.copy, copy.mode, copy.after) for copy in copies] == [
            ("build/sealed/release/a.wasm", "reserve, 3 pages", "absent"),
            ("build/sealed/vendor/b.wasm", "cap, 4 pages", "capped"),
        ]
    expected = sealed(assemble(NEEDS), Mode.RESERVE, 3).data
    assert (tmp_path / "build/sealed/release/a.wasm").read_bytes() == expected
    assert copies[0].notes == ("1 scenario ended the same in both",)
    assert sorted(read_manifest(project).others) == [copy.copy for copy in copies]


def test_copy_that_ends_a_scenario_differently_is_not_written(tmp_path: Path) -> None:
    project = contracted(tmp_path, clause("build/release/a.wasm", 'mode = "reserve", pages = 1', SCENARIO))
    message = r"^build/release/a\.wasm cannot be sealed: not sealed: scenario 's' differs: "
    for wanted in (None, Seal(Mode.RESERVE, 1)):
        with pytest.raises(ToolError, match=message):
            seal_all(project, wanted, ignore)
    assert not (tmp_path / "build/sealed").exists()


def test_modules_without_clause_are_reserved_too(tmp_path: Path) -> None:
    project = contracted(tmp_path, "")
    notes = [copy.notes for copy in seal_all(project, Seal(Mode.RESERVE, 9), ignore)]
    assert notes == [("no scenario was run",)] * 2


@pytest.mark.parametrize(
    ("clauses", "error", "message"),
    [
        ("", UsageError, "no artifact in nogrow.toml has the key `seal`: add it, or give --mode"),
        (
            clause("gone.wasm", 'mode = "deny"'),
            ToolError,
            "gone.wasm cannot be sealed: there is no such file",
        ),
        (
            clause("gone/*.wasm", 'mode = "deny"'),
            ToolError,
            r"gone/\*.wasm cannot be sealed: there is no such",
        ),
        (
            clause("vendor/b.wasm", 'mode = "reserve"'),
            UsageError,
            "b.wasm cannot be sealed: memory 0 declares no",
        ),
        (
            clause("vendor/b.wasm", 'mode = "reserve", pages = "scenarios"'),
            UsageError,
            "vendor/b.wasm cannot be sealed: the contract has no scenario that tells the pages",
        ),
        (
            clause("vendor/b.*", 'mode = "deny"') + clause("vendor/*", 'mode = "trap"'),
            UsageError,
            "vendor/b.wasm: several clauses of the contract match the file, and their `seal` differ",
        ),
    ],
)
def test_unusable_seal_of_a_clause_writes_nothing(
    tmp_path: Path, clauses: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        seal_all(contracted(tmp_path, clauses), None, ignore)
    assert not (tmp_path / "build/sealed").exists()


def test_release_seals_nothing_without_seal(tmp_path: Path) -> None:
    assert seal_for_release(contracted(tmp_path, '[[artifact]]\npath = "vendor/b.wasm"'), ignore) == ()
