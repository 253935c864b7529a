"""Tests of the output and the exit codes of the Node host."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tools.browser.demo import HOST, find_node

from nogrow.cli.commands import cli
from nogrow.machine.machine import Machine
from nogrow.rewrite.stress import stressed
from tests.support.modules import write_module

ROOT = Path(__file__).resolve().parents[2]
GREETING = "Ahoy there, Testy McTestface!\n"
DETACHED = "TypeError: Cannot perform %TypedArray%.prototype.slice on a detached ArrayBuffer\n"
PROFILES = ("debug", "release")
GUESTS = ("greeting", "greeting_growth", "greeting_nogrowth", "greeting_nogrowth_std")
USAGE = "usage: node server.mjs [--views kept|watched|live | --watch-growth] [--warm] GUEST.wasm\n"


def host(*arguments: str | Path) -> tuple[int, str, str]:
    """Run the host and return its exit code, standard output and standard error."""
    command = [find_node(Machine.current()), ROOT / HOST, *arguments]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return completed.returncode, completed.stdout, completed.stderr


def nogrow(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("guest", [name for name in GUESTS if name != "greeting_growth"])
def test_kept_view_works_without_growth(built_root: Path, profile: str, guest: str) -> None:
    path = built_root / "build" / profile / f"{guest}.wasm"
    assert host(path) == (0, GREETING, "")
    assert host("--views", "kept", path) == (0, GREETING, "")


@pytest.mark.parametrize("profile", PROFILES)
def test_growing_guest_detaches_a_kept_view(built_root: Path, profile: str) -> None:
    path = built_root / "build" / profile / "greeting_growth.wasm"
    assert host(path) == (1, "", DETACHED)
    assert host("--views=kept", path) == (1, "", DETACHED)


@pytest.mark.parametrize("profile", PROFILES)
def test_kept_view_works_by_chance_but_not_under_stress(
    built_root: Path, tmp_path: Path, profile: str
) -> None:
    path = built_root / "build" / profile / "greeting_growth.wasm"
    assert host("--warm", path) == (0, GREETING, "")
    copy = tmp_path / "stressed.wasm"
    copy.write_bytes(stressed(path.read_bytes()).data)
    assert host("--warm", copy) == (1, "", DETACHED)
    for views in ("watched", "live"):
        assert host("--warm", "--views", views, copy) == (0, GREETING, "")


@pytest.mark.parametrize("profile", PROFILES)
def test_sealed_guest_works_with_a_kept_view(built_root: Path, tmp_path: Path, profile: str) -> None:
    path = built_root / "build" / profile / "greeting_growth.wasm"
    copy = tmp_path / "sealed.wasm"
    assert nogrow("seal", path, "-o", copy, "--mode", "reserve", "--pages", "64").exit_code == 0
    assert f"kept: {copy}: absent, 0 grow sites" in nogrow("check", copy).stdout
    assert host(copy) == (0, GREETING, "")
    assert host("--views", "kept", copy) == (0, GREETING, "")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("guest", GUESTS)
@pytest.mark.parametrize(
    "options", [("--watch-growth",), ("--views", "watched"), ("--watch-growth", "--views=watched")]
)
def test_watched_view_works_with_every_guest(
    built_root: Path, options: tuple[str, ...], profile: str, guest: str
) -> None:
    path = built_root / "build" / profile / f"{guest}.wasm"
    assert host(*options, path) == (0, GREETING, "")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("guest", GUESTS)
def test_live_views_work_with_every_guest(built_root: Path, profile: str, guest: str) -> None:
    path = built_root / "build" / profile / f"{guest}.wasm"
    assert host("--views", "live", path) == (0, GREETING, "")
    assert host(path, "--views=live") == (0, GREETING, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), f"expected one guest, not 0; {USAGE}"),
        (("a", "b"), f"expected one guest, not 2; {USAGE}"),
        (("--grow", "a"), f"Unknown option '--grow'; {USAGE}"),
        (("--views", "old", "a"), f"unknown --views 'old'; expected kept, watched or live; {USAGE}"),
        (
            ("--views", "toString", "a"),
            f"unknown --views 'toString'; expected kept, watched or live; {USAGE}",
        ),
        (
            ("--views", "live", "--watch-growth", "a"),
            f"--watch-growth means --views watched, not live; {USAGE}",
        ),
        (("no/such.wasm",), "cannot read no/such.wasm: ENOENT: no such file or directory\n"),
        (("/",), "cannot read /: EISDIR: illegal operation on a directory\n"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: tuple[str, ...], message: str) -> None:
    assert host(*arguments) == (2, "", message)


MEMORY = '(memory (export "memory") 1)'
POINTERS = "".join(
    f'(func (export "get_{name}_ptr") (result i32) (i32.const 0))' for name in ("salutation", "name", "msg")
)
REFUSING = '(func (export "set_name") (param i32 i32) (result i32) (i32.const -1))'


@pytest.mark.parametrize(
    ("wat", "message"),
    [
        ("(module)", "it exports no memory"),
        (f"(module {MEMORY})", "it exports no function get_salutation_ptr"),
        (f"(module {MEMORY} {POINTERS})", "it exports no function set_name"),
        ('(module (import "env" "f" (func)))', "Imports argument must be present"),
        (f"(module {MEMORY} {POINTERS} {REFUSING})", "set_name returned -1"),
    ],
)
def test_module_that_is_not_a_guest_exits_with_1(tmp_path: Path, wat: str, message: str) -> None:
    path = write_module(tmp_path / "module.wasm", wat)
    code, out, err = host(path)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert message in err


def test_file_that_is_not_a_module_exits_with_1(tmp_path: Path) -> None:
    path = tmp_path / "text.wasm"
    path.write_text("hello")
    code, out, err = host(path)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"{path} is not a guest" in err
