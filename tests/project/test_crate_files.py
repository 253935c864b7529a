"""Tests of the files that a crate is built from, and of reading its manifest and configuration."""

from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.project.crate_step import crate_files, has_rustflags, is_locked, library_of

CDYLIB = '[lib]\ncrate-type = ["cdylib"]\n'


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """Return the folder of the crate `a b` in a workspace with another crate."""
    for name in (
        "Cargo.toml",
        "Cargo.lock",
        "other/Cargo.toml",
        "other/src/lib.rs",
        "a b/Cargo.toml",
        "a b/src/lib.rs",
        "a b/src/target/kept.rs",
        "a b/target/debug/x",
        "a b/.git/HEAD",
        "a b/build/release/a.wasm",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path / "a b"


def names(crate: Path, dependencies: str = "") -> set[str]:
    dependency_file = crate / "build" / "a.d"
    dependency_file.write_text(dependencies)
    files = crate_files(crate, crate / "build", dependency_file)
    return {str(file.relative_to(crate.parent)) for file in files if file.is_relative_to(crate.parent)}


OWN = {"a b/Cargo.toml", "a b/src/lib.rs", "a b/src/target/kept.rs", "Cargo.toml", "Cargo.lock"}


def test_files_are_the_sources_and_the_manifests_above(crate: Path) -> None:
    assert names(crate) == OWN


def test_files_include_the_sources_that_cargo_reported(crate: Path) -> None:
    escaped = str(crate).replace(" ", "\\ ")
    dependencies = f"{escaped}/build/a.wasm: {escaped}/src/lib.rs {crate.parent}/other/src/lib.rs /gone.rs\n"
    assert names(crate, dependencies) == OWN | {"other/src/lib.rs", "other/Cargo.toml"}


def test_output_of_a_build_script_is_not_an_input(crate: Path) -> None:
    escaped = str(crate).replace(" ", "\\ ")
    (crate / "build/out.rs").touch()
    assert names(crate, f"x: {escaped}/build/out.rs\n") == OWN


@pytest.mark.parametrize("name", [".cargo/config.toml", "rust-toolchain.toml"])
def test_cargo_files_in_folders_above_are_inputs(crate: Path, name: str) -> None:
    path = crate.parent / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert names(crate) == OWN | {name}


@pytest.mark.parametrize(
    ("text", "is_set"),
    [
        ('[build]\nrustflags = ["-g"]', True),
        ('[target.wasm32-unknown-unknown]\nrustflags = ["-g"]', True),
        ('[build]\ntarget = "wasm32-unknown-unknown"', False),
        ("target = 1", False),
    ],
)
def test_rustflags_in_a_configuration_above_are_found(crate: Path, text: str, is_set: bool) -> None:
    (crate.parent / ".cargo").mkdir()
    (crate.parent / ".cargo" / "config.toml").write_text(text)
    assert has_rustflags(crate) is is_set


def test_lock_file_is_found_in_crate_or_workspace(crate: Path) -> None:
    assert is_locked(crate)
    (crate.parent / "Cargo.toml").unlink()
    assert not is_locked(crate)
    (crate / "Cargo.lock").touch()
    assert is_locked(crate)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f'[package]\nname = "my-guest"\n{CDYLIB}', "my_guest"),
        (f'[package]\nname = "my-guest"\n{CDYLIB}name = "other"', "other"),
    ],
)
def test_module_has_the_name_of_the_library(crate: Path, text: str, name: str) -> None:
    (crate / "Cargo.toml").write_text(text)
    assert library_of(crate) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[package]\nname = "a"', r'makes no module: its \[lib\] needs crate-type = \["cdylib"\]'),
        ("lib = 1", "is not the manifest of a crate"),
        ("[lib", "cannot be read: "),
    ],
)
def test_crate_without_a_module_is_an_error(crate: Path, text: str, message: str) -> None:
    (crate / "Cargo.toml").write_text(text)
    with pytest.raises(ToolError, match=f"Cargo.toml {message}"):
        library_of(crate)


def test_folder_without_a_crate_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"is missing, or has no Cargo\.toml"):
        library_of(tmp_path)
