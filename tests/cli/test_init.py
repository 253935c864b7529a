import tomllib
from pathlib import Path

import pytest

from nogrow.init.discover import Found
from tests.cli.conftest import Nogrow
from tests.support.locales import unicode_names
from tests.support.modules import GROWING, write_module
from tests.support.posix import posix_only


@pytest.fixture
def kept(folder: Path) -> Path:
    """The working folder without the module that can't be judged."""
    (folder / "cut.wasm").unlink()
    return folder


def test_drafted_contract_is_written(nogrow: Nogrow, kept: Path) -> None:
    result = nogrow("init")
    assert result.exit_code == 0
    assert (kept / "nogrow.toml").read_text() == (
        """\
# What the modules of this project must keep; `nogrow check` enforces it.
# All modules pass today. A line marked `tighten` allows more than it should.

schema = 1

# Growth can be reached from 1 of 2 entry points.
[[artifact]]
path = "growing.wasm"
allow = ["absent", "unreachable"]

[artifact.exports]
"bad" = ["reachable"]  # tighten: nogrow explain growing.wasm bad

# No entry point can grow the memory.
[[artifact]]
path = "quiet.wasm"
allow = ["absent", "unreachable"]

# No entry point can grow the memory.
[[artifact]]
path = "unused.wasm"
allow = ["absent", "unreachable"]
"""
    )
    assert nogrow("check").exit_code == 0


def test_init_lists_modules_and_skipped_folders(nogrow: Nogrow, kept: Path) -> None:
    (kept / "node_modules").mkdir()
    assert nogrow("init").output == (
        "nogrow.toml: written, 3 modules found\n"
        "  growing.wasm: reachable, 1 entry point to tighten\n"
        "  quiet.wasm: absent\n"
        "  unused.wasm: unreachable\n"
        "  skipped folders: node_modules\n"
        "Next: run `nogrow check`, and tighten the clauses that are marked.\n"
    )


@posix_only
def test_existing_contract_needs_force(nogrow: Nogrow, kept: Path) -> None:
    (kept / "nogrow.toml").write_text("mine")
    result = nogrow("init")
    assert (result.exit_code, result.stderr) == (
        2,
        "nogrow: nogrow.toml: the file exists; use --force to overwrite it\n",
    )
    assert (kept / "nogrow.toml").read_text() == "mine"
    assert nogrow("init", "--force").exit_code == 0
    assert nogrow("check").exit_code == 0
    (kept / "link.toml").symlink_to("gone.toml")
    assert nogrow("init", "--contract", "link.toml").exit_code == 2
    assert not (kept / "gone.toml").exists()


def test_failed_init_leaves_no_file(nogrow: Nogrow, folder: Path) -> None:
    assert nogrow("init", "gone").exit_code == 2
    assert nogrow("init", "--contract", "quiet.wasm/nogrow.toml").exit_code == 2
    assert nogrow("init", "--contract", "empty", "--force").exit_code == 2
    assert sorted(path.suffix for path in folder.iterdir()) == ["", ".wasm", ".wasm", ".wasm", ".wasm"]


def test_unjudged_module_is_left_out_and_reported(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("init")
    assert result.exit_code == 4
    assert "  left out: cut.wasm: offset 0x" in result.output
    text = (folder / "nogrow.toml").read_text()
    assert "# Not in this contract: cut.wasm\n# offset 0x" in text
    assert all(artifact["path"] != "cut.wasm" for artifact in tomllib.loads(text)["artifact"])
    assert nogrow("check").exit_code == 0


def test_unsearchable_folder_is_reported(nogrow: Nogrow, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    discovered = Found(("quiet.wasm",), (), (), (), ("./shut: can't be searched: Permission denied",))
    monkeypatch.setattr("nogrow.api.init.discover", lambda paths: discovered)
    result = nogrow("init")
    assert result.exit_code == 4
    assert "  ./shut: can't be searched: Permission denied\n" in result.output


def test_contract_without_modules_explains_how_to_build(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("init", "empty")
    assert result.exit_code == 3
    assert 'path = "build/*.wasm"\n' in (folder / "nogrow.toml").read_text()
    assert nogrow("check").exit_code == 3
    (folder / "empty/guest.wat").write_text("")
    assert nogrow("init", "empty", "--force").exit_code == 3
    text = (folder / "nogrow.toml").read_text()
    assert "#   wat2wasm empty/guest.wat -o build/guest.wasm\n" in text
    assert tomllib.loads(text)["artifact"][0]["path"] == "build/guest.wasm"
    write_module(folder / "build/guest.wasm", GROWING)
    assert nogrow("check").exit_code == 1


def test_component_without_modules_leaves_no_gap(nogrow: Nogrow, folder: Path) -> None:
    (folder / "empty/c.wasm").write_bytes(b"\0asm\x0d\0\x01\0")
    result = nogrow("init", "empty", "quiet.wasm")
    assert result.exit_code == 0
    assert "left out: empty/c.wasm: it contains no core module" in result.output


@unicode_names
def test_nothing_in_a_name_is_obeyed(nogrow: Nogrow, folder: Path) -> None:
    name = "\x1b[31m\n::error::\u202e##[x].wasm"
    (folder / "growing.wasm").rename(folder / name)
    result = nogrow("init", name)
    text = (folder / "nogrow.toml").read_text()
    assert all(line.isprintable() for line in (result.output + text).split("\n"))
    assert "::error::" not in {line[:9] for line in text.split("\n")}
    assert nogrow("check").exit_code == 0
