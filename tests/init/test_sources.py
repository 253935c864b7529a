"""Test which sources are suggested for building modules."""

import json
from pathlib import Path

import pytest

from nogrow.init.discover import discover
from nogrow.init.sources import Buildable, buildable

CDYLIB = '[package]\nname = "two-words"\n[lib]\ncrate-type = ["cdylib"]\n'


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(path: str, text: str = "") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def hints(folder: str = ".") -> tuple[Buildable, ...]:
    return buildable(discover(["."]), Path(folder))


def test_cdylib_crate_gives_a_hint() -> None:
    put("guest/Cargo.toml", CDYLIB)
    (hint,) = hints()
    assert hint.description == "the crate two-words"
    assert hint.command == (
        "cargo build --release --target wasm32-unknown-unknown --manifest-path guest/Cargo.toml"
    )
    assert hint.output == "guest/target/wasm32-unknown-unknown/release/two_words.wasm"
    assert (hint.kind, hint.path) == ("crate", "guest")


def test_crate_is_built_into_its_workspace() -> None:
    put("Cargo.toml", "[workspace]\n")
    put("crates/guest/Cargo.toml", CDYLIB.replace("[lib]", '[lib]\nname = "other"'))
    (hint,) = hints()
    assert hint.output == "target/wasm32-unknown-unknown/release/other.wasm"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no TOML",
        '[package]\nname = "a"\n',
        CDYLIB.replace("cdylib", "rlib"),
        "lib = 3",
        "[lib]\ncrate-type = 1",
    ],
)
def test_other_crates_give_no_hint(text: str) -> None:
    put("Cargo.toml", text)
    assert hints() == ()


@pytest.mark.parametrize("built", ["pkg/two_words_bg.wasm", "target/x/release/two_words.wasm"])
def test_built_source_gives_no_hint(built: str) -> None:
    put("Cargo.toml", CDYLIB)
    put(built)
    assert hints() == ()


def test_paths_of_texts_are_relative_to_the_contract() -> None:
    put("a b/guest[1].wat")
    (hint,) = hints("sub")
    assert hint.command == "wat2wasm 'a b/guest[1].wat' -o 'build/guest[1].wasm'"
    assert hint.output == "../build/guest[[]1].wasm"
    assert (hint.kind, hint.path) == ("wat", "../a b/guest[1].wat")


def test_package_with_a_build_script_gives_a_hint() -> None:
    put("web/package.json", json.dumps({"scripts": {"asbuild:debug": "", "asbuild": "", "test": ""}}))
    assert hints() == (
        Buildable("the npm package of web/package.json", "npm --prefix web run asbuild", None),
    )
    put("web/package.json", json.dumps({"scripts": {"test": ""}}))
    assert hints() == ()
    put("web/package.json", "[1]")
    assert hints() == ()
