import os
from pathlib import Path

import pytest

from nogrow.contract.violations import Rule, Violation
from nogrow.report.locations import Position, Positions, inside, repository
from nogrow.report.model import ArtifactReport, Report
from nogrow.source.model import Frame
from tests.support.posix import posix_only
from tests.support.reports import BROKEN, GROWING, STD, USER, WITH_SOURCES

VIOLATION = BROKEN.violations[0]
CONTRACT = 'schema = 1\n[[artifact]]\npath = "build/growing.wasm"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of(artifact: ArtifactReport, violation: Violation = VIOLATION, contract: str | None = None) -> Position:
    return Positions(Report(contract, (artifact,))).violation(artifact, violation)


def test_user_source_comes_first() -> None:
    assert of(WITH_SOURCES._replace(sources={0x40: (STD, USER)})) == Position("src/lib.rs", 12, 5)


def test_frame_without_line_is_not_a_position() -> None:
    unknown = WITH_SOURCES._replace(sources={0x40: (USER._replace(line=0),)})
    assert of(unknown) == Position("build/growing.wasm", 1, 1)


def test_source_outside_the_repository_is_not_the_users(folder: Path) -> None:
    assert of(WITH_SOURCES._replace(sources={0x40: (STD,)})) == Position("build/growing.wasm", 1, 1)
    here = USER._replace(file=str(folder / "src" / "lib.rs"))
    assert of(WITH_SOURCES._replace(sources={0x40: (here,)})).file == here.file


def test_cause_comes_before_its_callers() -> None:
    """The cause is the user's last line before the library, not the first line on the path."""
    deeper = Frame("compose", "src/deep.rs", 3, 9)
    sources = {0x40: (USER,), 0x52: (STD._replace(function="alloc::alloc::alloc"), deeper)}
    assert of(WITH_SOURCES._replace(sources=sources)) == Position("src/deep.rs", 3, 9)


def test_site_violation_is_at_the_first_site() -> None:
    sites = Violation(Rule.SITE_PRESENT, "1 grow site")
    assert of(WITH_SOURCES, sites) == Position("src/other.rs", 7, 0)


def test_contract_line_is_used_without_sources(folder: Path) -> None:
    (folder / "nogrow.toml").write_text(CONTRACT)
    assert of(BROKEN, contract="nogrow.toml") == Position("nogrow.toml", 3)
    other = BROKEN._replace(path="other.wasm")
    assert of(other, contract="nogrow.toml") == Position("other.wasm", 1, 1)


def test_core_module_is_shown_in_its_component() -> None:
    assert of(BROKEN._replace(path="a.wasm#1")) == Position("a.wasm", 1, 1)
    assert of(BROKEN._replace(path="a#b.wasm")) == Position("a#b.wasm", 1, 1)


def test_step_is_shown_in_user_code_if_possible() -> None:
    positions = Positions(Report(None, (WITH_SOURCES,)))
    first, second = GROWING.entries[0].witness
    assert positions.step(WITH_SOURCES, first) == Position("src/lib.rs", 12, 5)
    assert positions.step(WITH_SOURCES, second) == Position("src/other.rs", 7, 0)
    assert positions.step(WITH_SOURCES._replace(sources={0x40: (STD,)}), first) == Position(STD.file, 95, 9)
    assert positions.step(BROKEN, first) is None


@posix_only
def test_paths_start_at_the_repository_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repository() == str(folder)
    (folder / ".git").mkdir()
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    assert repository() == str(folder)
    root = repository()
    assert inside("a.wasm", root) == "sub/a.wasm"
    assert inside("../b/./a.wasm", root) == "b/a.wasm"
    assert inside(str(folder / "c"), root) == "c"
    assert inside("../../a.wasm", root) is None
    assert inside(os.sep, root) is None
