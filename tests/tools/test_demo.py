"""The demonstration: the hosts over every guest, with each sort of view."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tools.browser import demo
from tools.browser.chromium import NO_CHROMIUM
from tools.browser.demo import Views, find_node, run_demo

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from tests.machine.fakes import FakeMachine, collect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How the sentence goes on depends on V8's version.
DETACHED = "TypeError: Cannot perform %TypedArray%.prototype.slice on a detached "
NAMES = ("greeting", "greeting_growth", "greeting_nogrowth", "greeting_nogrowth_std")
GUESTS = [f"build/{profile}/{name}.wasm" for profile in ("debug", "release") for name in NAMES]


def test_only_the_growing_guest_fails_and_only_with_a_kept_view(built_root: Path, browser: "Browser") -> None:
    lines: list[str] = []
    shown = run_demo(built_root, Machine.current(), collect(lines), lambda machine: nullcontext(browser))
    assert shown.skipped is None
    expected = [(host, guest, views) for host in ("node", "browser") for guest in GUESTS for views in Views]
    assert [(row.host, row.artifact, row.views) for row in shown.rows] == expected
    for row in shown.rows:
        assert row.failed is ("greeting_growth" in row.artifact and row.views is Views.KEPT)
        greeted = row.output == "Ahoy there, Testy McTestface!"
        assert row.output.startswith(DETACHED) if row.failed else greeted
    assert len(lines) == len(GUESTS) + 1


def test_without_chromium_the_node_host_is_run_and_the_other_is_skipped(
    built_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(machine: Machine) -> Path:
        raise ToolError(NO_CHROMIUM)

    monkeypatch.setattr(demo, "find_chromium", missing)
    shown = run_demo(built_root, Machine.current(), print)
    assert {row.host for row in shown.rows} == {"node"}
    assert shown.skipped == NO_CHROMIUM


def test_nothing_built_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing is built yet; this builds it: invoke build"):
        run_demo(tmp_path, Machine.current(), print)


def test_no_node_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="node is not on the PATH"):
        find_node(FakeMachine(tmp_path).machine())


@pytest.mark.parametrize(
    ("answer", "message"),
    [("v18.19.1", "v18.19.1; Node 20 or later is needed"), ("hello", "does not say which version")],
)
def test_a_node_too_old_or_unknown_is_an_error(tmp_path: Path, answer: str, message: str) -> None:
    fake = FakeMachine(tmp_path)
    fake.program(fake.bin / "node", f"echo {answer}")
    with pytest.raises(ToolError, match=message):
        find_node(fake.machine())


def test_node_20_is_taken(tmp_path: Path) -> None:
    fake = FakeMachine(tmp_path)
    node = fake.program(fake.bin / "node", "echo v20.0.0")
    assert find_node(fake.machine()) == node
