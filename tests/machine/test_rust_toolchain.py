"""Tests of the order of the search for Rust, and of the error when there is none."""

import time
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.rust_toolchain import ADVICE, find_rust
from tests.machine.fakes import FakeMachine, collect, ignore

PANIC = "echo \"thread 'main' panicked at src/dist.rs\" >&2; exit 101"


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def test_environment_comes_before_rustup(fake: FakeMachine) -> None:
    cargo, rustc = fake.rust(fake.root / "mine", "mine")
    fake.rust(fake.root / "active", "active")
    fake.rustup(fake.root / "active", target_add="exit 0")
    machine = fake.machine(environ={"NOGROW_CARGO": str(cargo), "NOGROW_RUSTC": str(rustc)})
    choice = find_rust(machine, ignore)
    assert (choice.rust.cargo, choice.rust.rustc, choice.step) == (cargo, rustc, "environment")
    assert fake.calls == []


@pytest.mark.parametrize("variable", ["NOGROW_CARGO", "NOGROW_RUSTC"])
def test_one_variable_also_selects_the_program_beside_it(fake: FakeMachine, variable: str) -> None:
    fake.rust(fake.bin, "on-path")
    cargo, rustc = fake.rust(fake.root / "mine", "mine")
    value = cargo if variable == "NOGROW_CARGO" else rustc
    rust = find_rust(fake.machine(environ={variable: str(value)}), ignore).rust
    assert (rust.cargo, rust.rustc) == (cargo, rustc)


def test_relative_path_starts_at_the_working_directory(
    fake: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, rustc = fake.rust(fake.root / "mine", "mine")
    monkeypatch.chdir(fake.root)
    rust = find_rust(fake.machine(environ={"NOGROW_RUSTC": "mine/rustc"}), ignore).rust
    assert rust.rustc == rustc


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("missing", "is not a program"),
        ("no target", "has no standard library for wasm32-unknown-unknown"),
        ("no linker", "linker `rust-lld` not found"),
    ],
)
def test_unusable_rust_in_the_environment_is_an_error(fake: FakeMachine, kind: str, expected: str) -> None:
    fake.rust(fake.bin, "good")
    mine = fake.root / "mine"
    if kind != "missing":
        error = "error: linker \\`rust-lld\\` not found" if kind == "no linker" else ""
        fake.rust(mine, "mine", target=kind != "no target", linker_error=error)
    with pytest.raises(ToolError, match=expected) as caught:
        find_rust(fake.machine(environ={"NOGROW_RUSTC": str(mine / "rustc")}), ignore)
    assert f"NOGROW_RUSTC={mine}/rustc cannot be used" in str(caught.value)


def test_active_rustup_toolchain_with_the_target_is_used(fake: FakeMachine) -> None:
    cargo, rustc = fake.rust(fake.root / "active", "active")
    fake.rustup(fake.root / "active", target_add="exit 1")
    fake.rust(fake.usr_bin, "system")
    choice = find_rust(fake.machine(), ignore)
    assert (choice.rust.cargo, choice.rust.rustc) == (cargo, rustc)
    assert choice.step == "active rustup toolchain"
    assert not [call for call in fake.calls if "target add" in call]


def test_rustup_adds_the_target_before_another_rustc_is_tried(fake: FakeMachine) -> None:
    _, rustc = fake.rust(fake.root / "active", "active", target=False)
    fake.rustup(fake.root / "active", target_add=f': > "{fake.root}/lib-active/libstd-0.rlib"')
    fake.rust(fake.usr_bin, "system")
    lines: list[str] = []
    choice = find_rust(fake.machine(), collect(lines))
    assert (choice.rust.rustc, choice.step) == (rustc, "rustup target add")
    assert "rustup target add wasm32-unknown-unknown" in fake.calls
    assert lines == ["rustup target add wasm32-unknown-unknown (at most 60 s)"]


def test_panic_of_rustup_fails_only_its_step(fake: FakeMachine) -> None:
    fake.rust(fake.root / "active", "active", target=False)
    fake.rustup(fake.root / "active", target_add=PANIC)
    _, rustc = fake.rust(fake.usr_bin, "system")
    choice = find_rust(fake.machine(), ignore)
    assert (choice.rust.rustc, choice.step) == (rustc, "another rustc")
    assert "thread 'main' panicked" in str(choice)


def test_hanging_rustup_is_killed_with_its_children(fake: FakeMachine) -> None:
    fake.rust(fake.root / "active", "active", target=False)
    fake.rustup(fake.root / "active", target_add="/bin/sleep 60; exit 0")
    _, rustc = fake.rust(fake.usr_bin, "system")
    start = time.monotonic()
    choice = find_rust(fake.machine(seconds=0.5), ignore)
    assert time.monotonic() - start < 30
    assert choice.rust.rustc == rustc
    assert "took longer than 0.5 s" in str(choice)


def test_result_of_rustup_target_add_is_checked(fake: FakeMachine) -> None:
    fake.rust(fake.root / "active", "active", target=False)
    fake.rustup(fake.root / "active", target_add="exit 0")
    _, rustc = fake.rust(fake.usr_bin, "system")
    assert find_rust(fake.machine(), ignore).rust.rustc == rustc


def test_each_rustc_is_tried_until_one_has_the_target(fake: FakeMachine) -> None:
    fake.rust(fake.bin, "first", target=False)
    _, rustc = fake.rust(fake.usr_bin, "second")
    choice = find_rust(fake.machine(), ignore)
    assert choice.rust.rustc == rustc


def test_rustc_in_another_rustup_toolchain_is_found(fake: FakeMachine) -> None:
    folder = fake.root / "home" / ".rustup" / "toolchains" / "nightly" / "bin"
    _, rustc = fake.rust(folder, "nightly")
    assert find_rust(fake.machine(), ignore).rust.rustc == rustc


def test_proxy_of_rustup_is_not_another_rustc(fake: FakeMachine) -> None:
    fake.rustup(fake.root / "nowhere", target_add="exit 1")
    (fake.bin / "rustc").symlink_to(fake.bin / "rustup")
    with pytest.raises(ToolError, match="another rustc: there is no other rustc"):
        find_rust(fake.machine(), ignore)


def test_rustc_that_cannot_link_is_not_used(fake: FakeMachine) -> None:
    fake.rust(fake.bin, "linkerless", linker_error="error: no linker")
    _, rustc = fake.rust(fake.usr_bin, "whole")
    assert find_rust(fake.machine(), ignore).rust.rustc == rustc


def test_packages_are_installed_as_root_on_debian(fake: FakeMachine) -> None:
    fake.rust(fake.root / "stock", "apt")
    copies = f'/bin/mkdir -p "{fake.usr_bin}"; /bin/cp "{fake.root}"/stock/* "{fake.usr_bin}"'
    fake.program(fake.bin / "apt-get", f'[ "$1" = update ] || {{ {copies}; }}', logged=True)
    lines: list[str] = []
    choice = find_rust(fake.machine(is_root=True, distribution="ID=debian"), collect(lines))
    assert (choice.rust.rustc, choice.step) == (fake.usr_bin / "rustc", "apt-get install")
    packages = "cargo rustc libstd-rust-dev-wasm32 lld"
    assert fake.calls == [
        "apt-get update",
        f"apt-get install -y --no-install-recommends {packages}",
    ]
    assert [line.split(" (at most")[0] for line in lines] == [f"{fake.bin}/{call}" for call in fake.calls]


@pytest.mark.parametrize(
    ("is_root", "distribution", "reason"),
    [
        (False, "ID=debian", "only root may install packages"),
        (False, 'ID=mint\nID_LIKE="ubuntu debian"', "only root may install packages"),
        (True, "ID=fedora", "this system is neither Debian nor Ubuntu"),
    ],
    ids=["debian as a user", "a relative of ubuntu", "fedora"],
)
def test_packages_are_not_installed_elsewhere(
    fake: FakeMachine, is_root: bool, distribution: str, reason: str
) -> None:
    fake.program(fake.bin / "apt-get", "exit 0", logged=True)
    with pytest.raises(ToolError) as caught:
        find_rust(fake.machine(is_root=is_root, distribution=distribution), ignore)
    assert f"apt-get install: {reason}" in str(caught.value)
    assert fake.calls == []


def test_failing_apt_shows_its_output(fake: FakeMachine) -> None:
    fake.program(fake.bin / "apt-get", 'echo "E: no such package: error" >&2; exit 100')
    with pytest.raises(ToolError, match="apt-get install: E: no such package"):
        find_rust(fake.machine(is_root=True, distribution="ID=ubuntu"), ignore)


def test_error_lists_every_step_and_the_advice(
    fake: FakeMachine,
) -> None:
    with pytest.raises(ToolError) as caught:
        find_rust(fake.machine(), ignore)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:-1]] == [
        "environment",
        "active rustup toolchain",
        "rustup target add",
        "another rustc",
        "apt-get install",
    ]
    assert lines[-1].endswith(ADVICE)
    assert ADVICE == "apt-get install cargo rustc libstd-rust-dev-wasm32 lld"


def test_cargo_gets_the_chosen_rustc(fake: FakeMachine) -> None:
    _, rustc = fake.rust(fake.usr_bin, "system")
    rust = find_rust(fake.machine(), ignore).rust
    assert rust.environ({"PATH": "/p"}) == {"PATH": "/p", "RUSTC": str(rustc)}
