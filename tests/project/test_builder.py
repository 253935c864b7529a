"""Tests of what a build makes again and what it keeps, with a fake cargo."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from nogrow.machine.rust_toolchain import Rust
from nogrow.project.builder import BuildResult, BuildTools, build_all
from nogrow.project.project import open_project
from tests.machine.fakes import FakeMachine, collect, ignore

MANIFEST = "build/manifest.json"
GROWTH = "build/release/greeting_growth.wasm"
PLAN = """schema = 1
[build]
profiles = ["debug", "release"]
[[build.wat]]
path = "wat/greeting.wat"
[[build.wat]]
path = "verify/nogrow/wasm/scan.wat"
profiles = ["kernel"]
[[build.crate]]
path = "crates/greeting_growth"
[[build.crate]]
path = "crates/greeting_nogrowth"
[[build.crate]]
name = "greeting_nogrowth_std"
path = "crates/greeting_nogrowth"
features = ["std"]
"""
CARGO = """
release=debug
for word in "$@"; do
  [ "$previous" = --target-dir ] && target="$word"
  [ "$word" = --release ] && release=release
  previous="$word"
done
out="$target/wasm32-unknown-unknown/$release"
/bin/mkdir -p "$out"
/bin/cat src/lib.rs > "$out/${PWD##*/}.wasm"
echo "RUSTC=$RUSTC" >> "$target/../../../../environment"
"""


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def project(folder: Path) -> Path:
    """Write a small project with the same source paths as the real one."""
    for crate in ("greeting_growth", "greeting_nogrowth"):
        source = folder / "crates" / crate / "src" / "lib.rs"
        source.parent.mkdir(parents=True)
        source.write_text(f"// {crate}\n")
        manifest = f'[package]\nname = "{crate}"\n[lib]\ncrate-type = ["cdylib"]\n'
        (folder / "crates" / crate / "Cargo.toml").write_text(manifest)
    (folder / "nogrow.toml").write_text(PLAN)
    for file, text in (
        ("wat/greeting.wat", "(module (func $named))"),
        ("verify/nogrow/wasm/scan.wat", "(module (memory 1 1))"),
    ):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return folder


@pytest.fixture
def root(fake: FakeMachine) -> Path:
    return project(fake.root / "project")


def tools(fake: FakeMachine, *, version: str = "1", cargo: str = CARGO) -> BuildTools:
    program = fake.program(fake.bin / "cargo", cargo, logged=True)
    tools = BuildTools(fake.machine(), ignore)
    tools.rust = Rust(program, fake.bin / "rustc", "cargo 1", f"rustc {version}")
    return tools


def built(root: Path, tools: BuildTools, progress: Progress = ignore) -> BuildResult:
    return build_all(open_project(root), tools, progress)


def test_first_build_makes_every_guest_and_kernel(fake: FakeMachine, root: Path) -> None:
    result = built(root, tools(fake))
    guests = ("greeting", "greeting_growth", "greeting_nogrowth", "greeting_nogrowth_std")
    expected = {f"build/{p}/{guest}.wasm" for p in ("debug", "release") for guest in guests}
    assert set(result.built) == expected | {"build/kernel/scan.wasm"}
    assert all((root / path).is_file() for path in result.built)


def test_second_build_makes_nothing_and_does_not_run_cargo(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    calls, manifest = fake.calls, (root / MANIFEST).read_bytes()
    assert built(root, tools(fake)).built == ()
    assert fake.calls == calls
    assert (root / MANIFEST).read_bytes() == manifest


def touch(root: Path) -> None:
    for file in root.rglob("*"):
        os.utime(file, (0, 0))


def change_crate(root: Path) -> None:
    (root / "crates/greeting_growth/src/lib.rs").write_text("// changed\n")


def add_file(root: Path) -> None:
    (root / "crates/greeting_growth/build.rs").write_text("")


def remove_output(root: Path) -> None:
    (root / GROWTH).unlink()


def cut_output(root: Path) -> None:
    (root / GROWTH).write_bytes((root / GROWTH).read_bytes()[:-1])


def remove_manifest(root: Path) -> None:
    (root / MANIFEST).unlink()


def leave_target(root: Path) -> None:
    (root / "crates/greeting_growth/target").mkdir()
    (root / "crates/greeting_growth/target/left").write_text("")


@pytest.mark.parametrize(
    ("change", "rebuilt"),
    [
        (touch, 0),
        (leave_target, 0),
        (change_crate, 2),
        (add_file, 2),
        (remove_output, 1),
        (cut_output, 1),
        (remove_manifest, 9),
    ],
)
def test_only_changed_content_is_rebuilt(
    fake: FakeMachine, root: Path, change: Callable[[Path], None], rebuilt: int
) -> None:
    built(root, tools(fake))
    change(root)
    result = built(root, tools(fake))
    assert len(result.built) == rebuilt
    assert all("greeting_growth" in path for path in result.built) or rebuilt == 9
    assert built(root, tools(fake)).built == ()


def test_another_rustc_rebuilds_only_the_crates(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    result = built(root, tools(fake, version="2"))
    assert len(result.built) == 6
    assert not any(path.endswith(("/greeting.wasm", "/scan.wasm")) for path in result.built)


def test_manifest_does_not_depend_on_the_folder(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    elsewhere = project(fake.root / "deeper" / "elsewhere")
    built(elsewhere, tools(fake))
    assert (root / MANIFEST).read_bytes() == (elsewhere / MANIFEST).read_bytes()


def test_manifest_has_digest_size_profile_source_and_tools(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    document = json.loads((root / MANIFEST).read_text())
    entry = next(artifact for artifact in document["artifacts"] if artifact["path"] == GROWTH)
    content = b"// greeting_growth\n"
    assert entry["size"] == len(content)
    assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert (entry["profile"], entry["source"]) == ("release", "crates/greeting_growth")
    assert entry["tools"] == {"cargo": "cargo 1", "rustc": "rustc 1"}


def test_each_feature_variant_has_its_own_cargo_folder(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    folders = {call.split("--target-dir ")[1] for call in fake.calls if "--release" in call}
    names = ("greeting_growth", "greeting_nogrowth", "greeting_nogrowth_std")
    assert folders == {str(root / "build" / "cargo" / name) for name in names}
    with_std = [call for call in fake.calls if "--features=std" in call]
    assert len(with_std) == 2
    assert all(call.endswith("greeting_nogrowth_std") for call in with_std)


def test_cargo_runs_with_the_chosen_rustc(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    environment = set((fake.root / "environment").read_text().splitlines())
    assert environment == {f"RUSTC={fake.bin}/rustc"}


def test_only_the_release_build_of_a_wat_file_has_no_names(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    assert b"named" in (root / "build/debug/greeting.wasm").read_bytes()
    assert b"named" not in (root / "build/release/greeting.wasm").read_bytes()


def test_artifact_whose_source_is_gone_is_removed(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    text = PLAN.replace('[[build.wat]]\npath = "verify/nogrow/wasm/scan.wat"\nprofiles = ["kernel"]\n', "")
    (root / "nogrow.toml").write_text(text)
    result = built(root, tools(fake))
    assert not (root / "build/kernel/scan.wasm").exists()
    assert all(entry.profile != "kernel" for entry in result.manifest.entries)


def test_altered_artifact_whose_source_is_gone_is_kept(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    (root / "build/kernel/scan.wasm").write_bytes(b"mine")
    text = PLAN.replace('[[build.wat]]\npath = "verify/nogrow/wasm/scan.wat"\nprofiles = ["kernel"]\n', "")
    (root / "nogrow.toml").write_text(text)
    built(root, tools(fake))
    assert (root / "build/kernel/scan.wasm").read_bytes() == b"mine"


def test_altered_artifact_is_announced(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    cut_output(root)
    lines: list[str] = []
    built(root, tools(fake), collect(lines))
    assert lines[0] == f"building {GROWTH}: it was altered since the last build"


def test_artifacts_built_before_a_failure_are_kept(fake: FakeMachine, root: Path) -> None:
    with pytest.raises(ToolError):
        built(root, tools(fake, cargo="exit 1"))
    result = built(root, tools(fake))
    assert len(result.built) == 6


def test_each_step_is_announced_before_it_runs(fake: FakeMachine, root: Path) -> None:
    lines: list[str] = []
    result = built(root, tools(fake), collect(lines))
    assert lines[:-1] == [f"building {path}" for path in result.built]


def test_failing_cargo_shows_its_output(fake: FakeMachine, root: Path) -> None:
    broken = tools(fake, cargo='echo "error[E0425]: cannot find value" >&2; exit 101')
    with pytest.raises(ToolError, match="exit code 101") as caught:
        built(root, broken)
    assert "error[E0425]: cannot find value" in str(caught.value)


def test_cargo_that_makes_nothing_is_an_error(fake: FakeMachine, root: Path) -> None:
    with pytest.raises(ToolError, match="the build did not make"):
        built(root, tools(fake, cargo="exit 0"))


def test_error_in_a_wat_file_shows_the_line(fake: FakeMachine, root: Path) -> None:
    (root / "wat/greeting.wat").write_text("(module\n(fnuc))")
    with pytest.raises(ToolError, match=r"greeting\.wat:2:2: error"):
        built(root, tools(fake))


def test_missing_source_is_an_error(fake: FakeMachine, root: Path) -> None:
    shutil.rmtree(root / "crates/greeting_nogrowth")
    with pytest.raises(ToolError, match="greeting_nogrowth is missing"):
        built(root, tools(fake))


def test_failing_build_keeps_the_last_artifacts(fake: FakeMachine, root: Path) -> None:
    built(root, tools(fake))
    before = (root / GROWTH).read_bytes()
    change_crate(root)
    with pytest.raises(ToolError):
        built(root, tools(fake, cargo="exit 1"))
    assert (root / GROWTH).read_bytes() == before
    assert not list((root / "build").rglob("*.part"))
