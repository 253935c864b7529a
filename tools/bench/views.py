"""Measure in Chromium what an access to memory costs with each kind of view."""

from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.machine.machine import Machine
from nogrow.machine.process import Progress
from nogrow.project.console import print_table
from tools.browser.browse import served
from tools.browser.chromium import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ACCESSES = 1 << 22
_KEPT = "kept"
_RUN = "([accesses, rounds]) => import('/hosts/bench/views.mjs').then(all => all.measured(accesses, rounds))"


def measure_views(root: Path, browser: "Browser", accesses: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return nanoseconds per access, by kind of access and by kind of view."""
    with served(root) as server:
        # The server isolates the page, and an isolated page has a clock with 5 microseconds.
        page = browser.new_page()
        page.goto(server.url)
        times: dict[str, dict[str, float]] = page.evaluate(_RUN, [accesses, rounds])
        page.close()
    return times


def rows_of(times: dict[str, dict[str, float]]) -> list[tuple[str, ...]]:
    """Return the rows of the table: access, nanoseconds with a kept view, and multiples of that."""
    return [
        (
            access,
            f"{ways[_KEPT]:.2f}",
            *(f"{spent / ways[_KEPT]:.2f}" for way, spent in ways.items() if way != _KEPT),
        )
        for access, ways in times.items()
    ]


def run_bench_views(root: Path, machine: Machine, rounds: int, progress: Progress) -> None:
    """Measure the accesses and print the table; raises `ToolError` without Chromium."""
    progress(
        f"measuring {ACCESSES:,} accesses of each kind in Chromium, {rounds} rounds; the fastest round counts"
    )
    with chromium(machine) as browser:
        times = measure_views(root, browser, ACCESSES, rounds)
    ways = [way for way in next(iter(times.values())) if way != _KEPT]
    columns = ("access", "kept, ns", *(f"{way}, times" for way in ways))
    print_table("views", columns, rows_of(times))
