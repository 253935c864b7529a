"""Tests of the benchmark of views, and of the allocations of an access through live views."""

from typing import TYPE_CHECKING, Any

from tools.bench.views import measure_views, rows_of
from tools.browser.serve import PageServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A million reads, after a million that let the engine compile the code.
READS = """async kind => {
  const { liveViews } = await import("/js/nogrow-views/index.mjs");
  const memory = new WebAssembly.Memory({ initial: 16 });
  const views = liveViews(memory);
  const reads = {
    live: () => views.u8[7] + views.i32[7] + views.dv.getInt32(7),
    fresh: () => new Uint8Array(memory.buffer)[7],
  };
  globalThis.read = () => {
    let sum = 0;
    for (let i = 0; i < 1e6; i++) sum += reads[kind]();
    return sum;
  };
  return read() + read();
}"""


def allocated(browser: "Browser", server: PageServer, kind: str) -> int:
    """Return the bytes that a million reads allocate, by Chromium's heap profiler."""
    page = browser.new_page()
    page.goto(server.url)
    page.wait_for_selector("#result[aria-busy=false]")
    assert page.evaluate(READS, kind) == 0
    session = page.context.new_cdp_session(page)
    session.send(
        "HeapProfiler.startSampling",
        {
            "samplingInterval": 1024,
            "includeObjectsCollectedByMajorGC": True,
            "includeObjectsCollectedByMinorGC": True,
        },
    )
    session.send("Runtime.evaluate", {"expression": "read()"})
    profile = session.send("HeapProfiler.stopSampling")["profile"]
    page.close()
    return total(profile["head"])


def total(node: dict[str, Any]) -> int:
    """Return the bytes of the node and of its children."""
    return int(node["selfSize"]) + sum(total(child) for child in node["children"])


def test_access_through_live_views_allocates_nothing(browser: "Browser", server: PageServer) -> None:
    """Allow some bytes for the profiler and the call of `read`; one byte per read would be a million."""
    assert allocated(browser, server, "live") < 100_000
    assert allocated(browser, server, "fresh") > 10_000_000


def test_every_view_is_measured_for_every_access(browser: "Browser", server: PageServer) -> None:
    results = measure_views(server.root, browser, 1 << 18, 1)
    assert list(results) == [
        "u8 read",
        "i32 read",
        "f64 read",
        "dv read",
        "u8 write",
        "f32 write",
        "dv write",
    ]
    for times in results.values():
        assert {"kept", "live", "live, has grown", "watched", "new each time"} <= set(times)
        assert all(spent > 0 for spent in times.values())


def test_table_shows_the_ratio_to_a_kept_view() -> None:
    assert rows_of({"u8 read": {"kept": 0.5, "live": 0.5, "watched": 20.0}}) == [
        ("u8 read", "0.50", "1.00", "40.00")
    ]
