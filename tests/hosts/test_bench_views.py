"""What the benchmark of the views measures, and what an access through live views allocates."""

from typing import TYPE_CHECKING, Any

from tools.bench.views import measure_views, rows_of
from tools.browser.serve import PageServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A million reads by each way, after as many that let the engine compile them.
READS = """async way => {
  const { liveViews } = await import("/hosts/views/index.mjs");
  const memory = new WebAssembly.Memory({ initial: 16 });
  const views = liveViews(memory);
  const ways = {
    live: () => views.u8[7] + views.i32[7] + views.dv.getInt32(7),
    fresh: () => new Uint8Array(memory.buffer)[7],
  };
  globalThis.read = () => {
    let sum = 0;
    for (let i = 0; i < 1e6; i++) sum += ways[way]();
    return sum;
  };
  return read() + read();
}"""


def allocated(browser: "Browser", server: PageServer, way: str) -> int:
    """The bytes that Chromium's heap profiler sees allocated during a million reads."""
    page = browser.new_page()
    page.goto(server.url)
    page.wait_for_selector("#result[aria-busy=false]")
    assert page.evaluate(READS, way) == 0
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
    """The bytes of the node and of what it called."""
    return int(node["selfSize"]) + sum(total(child) for child in node["children"])


def test_access_through_live_views_allocates_nothing(browser: "Browser", server: PageServer) -> None:
    """The profiler itself, and the call of `read`, take some; a byte per read would be a million."""
    assert allocated(browser, server, "live") < 100_000
    assert allocated(browser, server, "fresh") > 10_000_000


def test_every_view_is_measured_for_every_access(browser: "Browser", server: PageServer) -> None:
    found = measure_views(server.root, browser, 1 << 18, 1)
    assert list(found) == ["u8 read", "i32 read", "f64 read", "dv read", "u8 write", "f32 write", "dv write"]
    for ways in found.values():
        assert {"kept", "live", "live, has grown", "watched", "new each time"} <= set(ways)
        assert all(spent > 0 for spent in ways.values())


def test_table_shows_the_ratio_to_a_kept_view() -> None:
    assert rows_of({"u8 read": {"kept": 0.5, "live": 0.5, "watched": 20.0}}) == [
        ("u8 read", "0.50", "1.00", "40.00")
    ]
