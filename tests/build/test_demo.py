"""The demonstration: the host over every guest, with each sort of view."""

from pathlib import Path

import pytest

from nogrow.build.demo import Views, find_node, run_demo
from nogrow.build.machine import Machine
from nogrow.errors import ToolError
from tests.build.fakes import FakeMachine, collect

DETACHED = "TypeError: Cannot perform %TypedArray%.prototype.slice on a detached ArrayBuffer"


def test_only_the_growing_guest_fails_and_only_with_a_kept_view(built_root: Path) -> None:
    rows = run_demo(built_root, Machine.current(), print)
    failed = {(row.artifact, row.views): row.output for row in rows if row.exit_code != 0}
    assert failed == {
        ("build/debug/greeting_growth.wasm", Views.KEPT): DETACHED,
        ("build/release/greeting_growth.wasm", Views.KEPT): DETACHED,
    }
    others = {row.output for row in rows if row.exit_code == 0}
    assert others == {"Ahoy there, Testy McTestface!"}


def test_every_guest_runs_with_each_sort_of_view_and_no_kernel_does(built_root: Path) -> None:
    lines: list[str] = []
    rows = run_demo(built_root, Machine.current(), collect(lines))
    names = ("greeting", "greeting_growth", "greeting_nogrowth", "greeting_nogrowth_std")
    guests = [f"build/{profile}/{name}.wasm" for profile in ("debug", "release") for name in names]
    expected = [("node", guest, views) for guest in guests for views in Views]
    assert [(row.host, row.artifact, row.views) for row in rows] == expected
    assert lines == [
        f"running hosts/node/server.mjs over {guest}, with each sort of view" for guest in guests
    ]


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
