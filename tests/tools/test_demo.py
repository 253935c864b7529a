"""Test the demonstration, which runs the hosts over every guest with each kind of view."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tools.browser import demo
from tools.browser.chromium import NO_CHROMIUM
from tools.browser.demo import Case, Views, find_node, run_demo

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from tests.machine.fakes import FakeMachine, collect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The rest of the sentence depends on V8's version.
DETACHED = "TypeError: Cannot perform %TypedArray%.prototype.slice on a detached "
SEALED = "greeting_growth.sealed"
NAMES = ("greeting", "greeting_growth", SEALED, "greeting_nogrowth", "greeting_nogrowth_std")
STRESSED = tuple(f"{name}.stressed" for name in NAMES)
CASES = [Case(f"build/{profile}/{name}.wasm") for profile in ("debug", "release") for name in NAMES]
WARM = [Case(f"build/release/{name}.wasm", warm=True) for name in ("greeting_growth", *STRESSED)]
FAILING = {
    Case("build/debug/greeting_growth.wasm"),
    Case("build/release/greeting_growth.wasm"),
    Case("build/release/greeting_growth.stressed.wasm", warm=True),
}


def assert_only_growth_fails(shown: demo.Demo, hosts: tuple[str, ...]) -> None:
    expected = {(host, case, views) for host in hosts for case in (*CASES, *WARM) for views in Views}
    assert len(shown.rows) == len(expected)
    assert {(row.host, row.case, row.views) for row in shown.rows} == expected
    for row in shown.rows:
        assert row.failed is (row.case in FAILING and row.views is Views.KEPT)
        greeted = row.output == "Ahoy there, Testy McTestface!"
        assert row.output.startswith(DETACHED) if row.failed else greeted


@pytest.mark.exhaustive
def test_only_the_growing_guest_with_a_kept_view_fails(built_root: Path, browser: "Browser") -> None:
    lines: list[str] = []
    shown = run_demo(built_root, Machine.current(), collect(lines), lambda machine: nullcontext(browser))
    assert shown.skipped is None
    assert_only_growth_fails(shown, ("node", "browser"))
    assert len(lines) == len(CASES) + len(WARM) + 1


def test_without_chromium_only_the_node_host_runs(built_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(machine: Machine) -> Path:
        raise ToolError(NO_CHROMIUM)

    monkeypatch.setattr(demo, "find_chromium", missing)
    shown = run_demo(built_root, Machine.current(), print)
    assert_only_growth_fails(shown, ("node",))
    assert shown.skipped == NO_CHROMIUM


def test_missing_build_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing is built yet: run `invoke build`"):
        run_demo(tmp_path, Machine.current(), print)


def test_missing_node_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="node is not on the PATH"):
        find_node(FakeMachine(tmp_path).machine())


@pytest.mark.parametrize(
    ("answer", "message"),
    [("v18.19.1", "v18.19.1; Node 20 or later is needed"), ("hello", "did not print a version")],
)
def test_old_or_unknown_node_is_an_error(tmp_path: Path, answer: str, message: str) -> None:
    fake = FakeMachine(tmp_path)
    fake.program(fake.bin / "node", f"echo {answer}")
    with pytest.raises(ToolError, match=message):
        find_node(fake.machine())


def test_node_20_is_accepted(tmp_path: Path) -> None:
    fake = FakeMachine(tmp_path)
    node = fake.program(fake.bin / "node", "echo v20.0.0")
    assert find_node(fake.machine()) == node
