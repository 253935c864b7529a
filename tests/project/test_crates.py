"""Tests of building crates with the real cargo."""

import dataclasses
from pathlib import Path, PurePosixPath

import pytest

from nogrow.contract.build_plan import CrateSource, Plan
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.project.builder import BuildTools, build_all, set_up
from nogrow.project.project import Project, open_project
from nogrow.wasm.decode import decode
from tests.machine.fakes import ignore

PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
GUEST = """#![no_std]
#[no_mangle]
pub extern "C" fn f() -> i32 { helper::VALUE }
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
"""
MODULE = "build/small/my guest.wasm"
CAPPED = '["-C", "link-arg=--max-memory=2097152", "-C", "link-arg=--initial-memory=2097152"]'


@pytest.fixture(scope="module")
def tools() -> BuildTools:
    """Return the Rust of this machine; nothing is installed for a test."""
    machine = dataclasses.replace(Machine.current(), is_root=False)
    plan = Plan(crates=(CrateSource("any", PurePosixPath("any")),))
    return set_up(Project(Path(), plan), machine, ignore)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a workspace with a profile of its own and a guest that uses a crate in another folder."""
    folder = tmp_path / "my project"
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["guest", "helper"]\n[profile.small]\ninherits = "release"\n',
        "guest/Cargo.toml": PACKAGE.format("my-guest")
        + '[lib]\ncrate-type = ["cdylib"]\n[dependencies]\nhelper = { path = "../helper" }\n',
        "guest/src/lib.rs": GUEST,
        "helper/Cargo.toml": PACKAGE.format("helper"),
        "helper/src/lib.rs": "#![no_std]\npub const VALUE: i32 = 1;\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    contract(folder)
    return folder


def contract(folder: Path, *keys: str) -> None:
    crate = '[[build.crate]]\npath = "guest"\nname = "my guest"\n'
    (folder / "nogrow.toml").write_text(
        "\n".join(('schema = 1\n[build]\nprofiles = ["small"]', crate, *keys))
    )


def built(root: Path, tools: BuildTools) -> tuple[str, ...]:
    return build_all(open_project(root), tools, ignore).built


def most_pages(root: Path) -> int | None:
    return decode((root / MODULE).read_bytes()).memories[0].maximum


def test_change_in_a_dependency_rebuilds_the_crate(root: Path, tools: BuildTools) -> None:
    assert built(root, tools) == (MODULE,)
    assert built(root, tools) == ()
    before = (root / MODULE).read_bytes()
    (root / "helper/src/lib.rs").write_text("#![no_std]\npub const VALUE: i32 = 2;\n")
    assert built(root, tools) == (MODULE,)
    assert (root / MODULE).read_bytes() != before
    assert built(root, tools) == ()


def test_rustflags_come_from_the_contract(root: Path, tools: BuildTools) -> None:
    built(root, tools)
    assert most_pages(root) is None
    contract(root, f"rustflags = {CAPPED}")
    assert built(root, tools) == (MODULE,)
    assert most_pages(root) == 32


def test_rustflags_of_the_configuration_are_the_default(root: Path, tools: BuildTools) -> None:
    (root / ".cargo").mkdir()
    (root / ".cargo" / "config.toml").write_text(f"[build]\nrustflags = {CAPPED}\n")
    built(root, tools)
    assert most_pages(root) == 32


@pytest.mark.parametrize("is_configured", [False, True])
def test_rustflags_of_the_shell_are_ignored(root: Path, tools: BuildTools, is_configured: bool) -> None:
    if is_configured:
        (root / ".cargo").mkdir()
        (root / ".cargo" / "config.toml").write_text(f"[build]\nrustflags = {CAPPED}\n")
    environ = {**tools.machine.environ, "RUSTFLAGS": "--no-such-flag"}
    machine = dataclasses.replace(tools.machine, environ=environ)
    assert built(root, dataclasses.replace(tools, machine=machine)) == (MODULE,)


def test_error_in_the_source_shows_the_output_of_cargo(root: Path, tools: BuildTools) -> None:
    (root / "guest/src/lib.rs").write_text("fn f( {}")
    with pytest.raises(ToolError, match=r"failed with exit code 101\n(.|\n)*\| error: "):
        built(root, tools)
