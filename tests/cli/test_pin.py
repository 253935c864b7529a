import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.cli.test_check import HOSTED, contract
from tests.support.modules import GROWING, QUIET, write_module
from tests.support.posix import posix_only

LOCK = "nogrow.lock"


def pinned(folder: Path, lock: str = LOCK) -> list[str]:
    return list(json.loads((folder / lock).read_text())["artifacts"])


def test_bad_verdicts_are_pinned_as_well(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("pin", "growing.wasm", "quiet.wasm")
    assert result.exit_code == 0
    assert result.stdout == (
        "nogrow.lock: 2 modules pinned, 3 entry points\n"
        "  new: growing.wasm: reachable\n  new: quiet.wasm: absent\n"
    )
    assert result.stderr == "nogrow: the contract is broken; `nogrow check` shows where\n"
    artifact = json.loads((folder / LOCK).read_text())["artifacts"]["growing.wasm"]
    assert artifact["size"] == (folder / "growing.wasm").stat().st_size
    assert artifact["exports"] == {"reachable": ["bad"], "unreachable": ["ok"]}


def test_kept_contract_is_not_mentioned(nogrow: Nogrow) -> None:
    assert nogrow("pin", "quiet.wasm").stderr == ""


@pytest.mark.parametrize(("file", "code"), [("cut.wasm", 4), ("gone.wasm", 3), ("empty", 3)])
@pytest.mark.parametrize("other_files", [[], ["growing.wasm"]], ids=["alone", "with a good one"])
def test_unjudged_module_leaves_the_lock_unchanged(
    nogrow: Nogrow, folder: Path, file: str, code: int, other_files: list[str]
) -> None:
    result = nogrow("pin", file, *other_files)
    assert (result.exit_code, (folder / LOCK).exists()) == (code, False)
    nogrow("pin", "quiet.wasm")
    before = (folder / LOCK).read_bytes()
    result = nogrow("pin", file, *other_files)
    assert (result.exit_code, (folder / LOCK).read_bytes()) == (code, before)
    assert file in result.stdout
    assert "nogrow.lock is left unchanged" in result.stderr


def test_nothing_to_pin_is_explained(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("pin")
    assert (result.exit_code, (folder / LOCK).exists()) == (3, False)
    assert "give a PATH, or write nogrow.toml" in result.stderr


def test_named_module_is_added_and_other_pins_stay(nogrow: Nogrow, folder: Path) -> None:
    nogrow("pin", "quiet.wasm")
    nogrow("pin", "growing.wasm")
    assert pinned(folder) == ["growing.wasm", "quiet.wasm"]
    write_module(folder / "growing.wasm", QUIET)
    result = nogrow("pin")
    assert "  improved: growing.wasm: `bad` is gone, pinned as reachable\n" in result.stdout
    assert pinned(folder) == ["growing.wasm", "quiet.wasm"]


def test_contract_determines_which_modules_are_pinned(nogrow: Nogrow, folder: Path) -> None:
    nogrow("pin", "growing.wasm")
    contract(folder, '[[artifact]]\npath = "quiet.wasm"\n')
    assert "  no longer pinned: growing.wasm\n" in nogrow("pin").stdout
    assert pinned(folder) == ["quiet.wasm"]


def test_lock_and_its_paths_are_beside_the_contract(nogrow: Nogrow, folder: Path) -> None:
    contract(folder, '[[artifact]]\npath = "*ing.wasm"\nallow = ["reachable"]\n')
    (folder / "sub").mkdir()
    os.chdir(folder / "sub")
    assert nogrow("pin", "--contract", "../nogrow.toml").exit_code == 0
    assert pinned(folder) == ["growing.wasm"]
    os.chdir(folder)
    assert nogrow("check", "--locked").exit_code == 0


def test_pinning_again_changes_nothing(nogrow: Nogrow, folder: Path) -> None:
    nogrow("pin", "growing.wasm")
    os.utime(folder / LOCK, (1, 1))
    assert nogrow("pin").stdout == "nogrow.lock: 1 module pinned, 2 entry points\n"
    assert (folder / LOCK).stat().st_mtime == 1


def test_worse_verdict_is_reported(nogrow: Nogrow, folder: Path) -> None:
    nogrow("pin", "quiet.wasm")
    write_module(folder / "quiet.wasm", GROWING)
    assert "  worse: quiet.wasm: `bad` is reachable and not pinned" in nogrow("pin").stdout
    assert nogrow("check", "--locked").stdout.count("NG011") == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema = 1\n", "line 1: not valid JSON"),
        ("", "the file is empty"),
        ("{\n<<<<<<< ours\n=======\n", "line 2: unresolved merge conflict; keep one of the two sides"),
    ],
)
def test_other_file_is_not_overwritten_by_a_lock(
    nogrow: Nogrow, folder: Path, text: str, message: str
) -> None:
    (folder / "mine").write_text(text)
    result = nogrow("pin", "quiet.wasm", "--lock", "mine")
    assert (result.exit_code, message in result.stderr, result.stderr.count("\n")) == (2, True, 1)
    assert (folder / "mine").read_text() == text


@posix_only
def test_folder_or_dangling_link_is_not_overwritten(nogrow: Nogrow, folder: Path) -> None:
    (folder / "link").symlink_to("nowhere")
    for lock in ("empty", "link", "quiet.wasm/lock"):
        assert nogrow("pin", "quiet.wasm", "--lock", lock).exit_code == 2
    assert not (folder / "nowhere").exists()


@posix_only
def test_lock_keeps_its_permissions_and_leaves_no_draft(nogrow: Nogrow, folder: Path) -> None:
    nogrow("pin", "quiet.wasm")
    (folder / LOCK).chmod(0o640)
    nogrow("pin", "growing.wasm")
    assert (folder / LOCK).stat().st_mode & 0o777 == 0o640
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_glue_beside_the_module_is_found(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.format(pages="1"))
    assert nogrow("pin", "hosted.wasm").exit_code == 4
    (folder / "host.mjs").write_text(
        'var m; WebAssembly.instantiate("hosted.wasm", {a: {t: () => m.grow(1)}}); m.buffer'
    )
    result = nogrow("pin", "hosted.wasm")
    assert "new: hosted.wasm: reachable" in result.stdout
    assert "NG011" not in nogrow("check", "--locked").stdout


def test_glue_counts(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "hosted.wasm", HOSTED.replace('"a" "t"', '"env" "tick"').format(pages="1"))
    (folder / "glue.js").write_text(
        "var m; WebAssembly.instantiate(x, {env: {tick: () => m.grow(1)}}); m.buffer"
    )
    nogrow("pin", "hosted.wasm")
    assert nogrow("check", "--locked").exit_code == 0
    result = nogrow("check", "--locked", "--glue", "glue.js")
    assert "NG011" in result.stdout
    assert "byte for byte" in result.stdout
    nogrow("pin", "hosted.wasm", "--glue", "glue.js")
    assert "NG011" not in nogrow("check", "--locked", "--glue", "glue.js").stdout


def test_terminal_control_in_a_name_is_escaped(nogrow: Nogrow, folder: Path) -> None:
    name = "\x1b[2J##[x]\udcff.wasm"
    (folder / "growing.wasm").rename(folder / name)
    result = nogrow("pin", name)
    assert result.exit_code == 0
    assert all(line.isprintable() for line in result.output.split("\n"))
    assert pinned(folder) == [name]
    assert "NG011" not in nogrow("check", "--locked", "--color", "never").stdout


def test_removed_core_module_is_unpinned(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "c.wasm", "(component (core module) (core module))")
    nogrow("pin", "quiet.wasm", "c.wasm")
    assert pinned(folder) == ["c.wasm#0", "c.wasm#1", "quiet.wasm"]
    write_module(folder / "c.wasm", "(component (core module))")
    assert "  no longer pinned: c.wasm#1\n" in nogrow("pin", "c.wasm").stdout
    assert pinned(folder) == ["c.wasm#0", "quiet.wasm"]


def test_modules_with_the_same_name_are_rejected(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "c.wasm", "(component (core module))")
    (folder / "growing.wasm").rename(folder / "c.wasm#0")
    result = nogrow("pin", "c.wasm", "c.wasm#0")
    assert (result.exit_code, "two modules" in result.stderr, (folder / LOCK).exists()) == (2, True, False)
