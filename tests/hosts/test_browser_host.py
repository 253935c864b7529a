"""Tests of the page of the browser host, in Chromium."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tools.browser import guest_copies
from tools.browser.browse import PICTURES, browse, take_pictures
from tools.browser.demo import Views
from tools.browser.guest_copies import stressed_name
from tools.browser.serve import PageServer

from nogrow.errors import ToolError
from tests.hosts.pages import Opened, opened
from tests.support.sample import sampled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GREETING = "Ahoy there, Testy McTestface!"
# The end of the message depends on the version of Chromium.
DETACHED = "TypeError: Cannot perform %TypedArray%.prototype.slice on a detached "
SEALED = "greeting_growth.sealed"
GUESTS = ("greeting", "greeting_growth", SEALED, "greeting_nogrowth", "greeting_nogrowth_std")
PROFILES = ("debug", "release")
VIEWS = tuple(views.value for views in Views)
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"


def artifact(guest: str, profile: str = "release") -> str:
    return f"build/{profile}/{guest}.wasm"


def states(page: "Page") -> list[str]:
    """Return the drawn state of the view at each step."""
    return [element.get_attribute("data-view") or "" for element in page.locator("[data-view]").all()]


def pages(page: "Page") -> list[int]:
    """Return the number of pages that are drawn at each step."""
    return [element.locator(".page").count() for element in page.locator(".moment").all()]


@pytest.mark.parametrize("profile", sampled(PROFILES))
@pytest.mark.parametrize("guest", GUESTS)
def test_page_shows_the_greeting_or_the_error(
    browser: "Browser", server: PageServer, guest: str, profile: str
) -> None:
    with opened(browser) as host:
        for view in VIEWS:
            host.console.clear()
            shown = browse(host.page, server.url, artifact(guest, profile), view)
            fails = (guest, view) == ("greeting_growth", "kept")
            assert shown.failed is fails
            assert shown.text.startswith(DETACHED) if fails else shown.text == GREETING
            # The console has the same message.
            assert host.console == [("error" if fails else "log", shown.text)]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("kept", ["attached", "detached", "detached"]),
        ("watched", ["attached", "detached", "attached"]),
        ("live", ["attached", "detached", "attached"]),
    ],
)
def test_growth_is_drawn_with_its_effect_on_the_view(
    browser: "Browser", server: PageServer, view: str, expected: list[str]
) -> None:
    with opened(browser) as host:
        browse(host.page, server.url, artifact("greeting_growth"), view)
        before, after, reading = pages(host.page)
        assert states(host.page) == expected
        assert (after - before, reading - after) == (1, 0)
        assert host.page.locator(".page.new").count() == 1
        drawn = host.page.locator("[data-moment=after]").inner_text()
        assert "+1 page" in drawn
        # The data is still there, even if the view is detached.
        assert f"holds “{GREETING}”" in drawn


@pytest.mark.parametrize("view", VIEWS)
def test_memory_that_does_not_grow_keeps_its_buffer(
    browser: "Browser", server: PageServer, view: str
) -> None:
    with opened(browser) as host:
        browse(host.page, server.url, artifact("greeting"), view)
        assert states(host.page) == ["attached"] * 3
        assert pages(host.page) == [1, 1, 1]
        assert host.page.locator(".buffer").count() == 3


@pytest.mark.parametrize("profile", PROFILES)
def test_sealed_guest_keeps_its_buffer_and_greets(
    browser: "Browser", server: PageServer, profile: str
) -> None:
    with opened(browser) as host:
        assert browse(host.page, server.url, artifact("greeting_growth", profile), "kept").failed
        shown = browse(host.page, server.url, artifact(SEALED, profile), "kept")
        assert (shown.failed, shown.text) == (False, GREETING)
        assert states(host.page) == ["attached"] * 3
        assert pages(host.page) == [guest_copies.PAGES] * 3
        assert "the guest counts its own" in host.page.inner_text("#meaning")


@pytest.mark.parametrize("profile", sampled(PROFILES))
@pytest.mark.parametrize("guest", GUESTS)
def test_stress_fails_a_kept_view_of_a_guest_that_may_grow(
    browser: "Browser", server: PageServer, guest: str, profile: str
) -> None:
    with opened(browser) as host:
        for view in VIEWS:
            path = artifact(guest, profile)
            # The memory has room, so each view works by chance.
            assert not browse(host.page, server.url, path, view, warm=True).failed
            shown = browse(host.page, server.url, stressed_name(path), view, warm=True)
            fails = (guest, view) == ("greeting_growth", "kept")
            assert shown.failed is fails
            assert shown.text.startswith(DETACHED) if fails else shown.text == GREETING
            before, after, _ = pages(host.page)
            assert before == after


@pytest.mark.parametrize(
    ("guest", "view", "meaning"),
    [
        ("greeting_growth", "kept", "under stress its buffer is detached, and the"),
        ("greeting_growth", "live", "is detached. The host made a new view before it read."),
        ("greeting", "kept", "The guest cannot grow its memory, so stress leaves the buffer alone"),
        (SEALED, "kept", "The memory has all its pages from the start"),
    ],
)
def test_page_explains_what_stress_does(
    browser: "Browser", server: PageServer, guest: str, view: str, meaning: str
) -> None:
    with opened(browser) as host:
        browse(host.page, server.url, stressed_name(artifact(guest)), view, warm=True)
        assert meaning in host.page.inner_text("#meaning")


def test_switches_are_put_into_the_address(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as host:
        page = host.page
        page.goto(server.url)
        page.wait_for_selector("#result[data-outcome=error]")
        page.get_by_label("warm").check()
        page.wait_for_selector("#result[data-outcome=greeting]")
        assert "did not need to grow this time" in page.inner_text("#meaning")
        page.get_by_label("stress").check()
        page.wait_for_selector("#result[data-outcome=error]")
        assert page.url.endswith("?guest=greeting_growth&view=kept&warm=on&stress=on&profile=release")
        page.reload()
        page.wait_for_selector("#result[data-outcome=error]")
        assert page.get_by_label("warm").is_checked()
        assert page.get_by_label("stress").is_checked()


def test_choice_is_run_and_put_into_the_address(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as host:
        page = host.page
        page.goto(server.url)
        page.wait_for_selector("#result[data-outcome=error]")
        page.get_by_label("watched").check()
        page.wait_for_selector("#result[data-outcome=greeting]")
        assert page.inner_text("#said") == GREETING
        assert "if (mem8.buffer !== memory.buffer)" in page.inner_text("#code")
        assert page.url.endswith("?guest=greeting_growth&view=watched&profile=release")
        page.reload()
        page.wait_for_selector("#result[data-outcome=greeting]")
        assert page.get_by_label("watched").is_checked()


def test_unknown_address_shows_the_first_choice(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as host:
        host.page.goto(f"{server.url}?guest=../../x&view=toString&other=1")
        host.page.wait_for_selector("#result[data-outcome=error]")
        assert host.page.inner_text("#said").startswith(DETACHED)


def test_missing_guest_names_the_build_command(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as host:
        answer = {"status": 404, "body": "not built yet: run `invoke build`\n"}
        host.page.route("**/*.wasm", lambda route: route.fulfill(**answer))
        shown = browse(host.page, server.url, artifact("greeting"), "kept")
        assert shown.failed
        assert shown.text.endswith("/greeting.wasm: not built yet: run `invoke build`")
        assert host.page.locator(".moment").count() == 0


def test_slow_guest_does_not_replace_a_later_choice(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as host:
        page = host.page
        waiting = []
        page.route("**/release/greeting_growth.wasm", lambda route: waiting.append(route))
        page.goto(server.url)
        page.get_by_label("greeting by hand").check()
        page.wait_for_selector("#result[data-outcome=greeting]")
        with page.expect_event("console") as message:
            waiting[0].continue_()
        assert message.value.type == "error"
        page.evaluate("new Promise(requestAnimationFrame)")
        assert page.inner_text("#said") == GREETING


def test_page_loads_nothing_from_other_servers(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as host:
        browse(host.page, server.url, artifact("greeting"), "live")
        origin = server.url.removesuffix("/hosts/browser/")
        assert len(host.requests) > 5
        assert [url for url in host.requests if not url.startswith((f"{origin}/", "data:"))] == []
        assert host.page.evaluate("crossOriginIsolated && typeof SharedArrayBuffer") == "function"


def test_missing_server_is_one_line(browser: "Browser") -> None:
    with opened(browser) as host, pytest.raises(ToolError, match="shows nothing") as caught:
        browse(host.page, "http://127.0.0.1:9/", artifact("greeting"), "kept")
    assert "\n" not in str(caught.value)


def test_all_choices_work_by_keyboard(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as host:
        browse(host.page, server.url, artifact("greeting_growth"), "kept")
        names = []
        for _ in range(6):
            host.page.keyboard.press("Tab")
            names.append(host.page.evaluate("document.activeElement.name ?? document.activeElement.id"))
        assert names == ["guest", "view", "warm", "stress", "profile", "code"]
        host.page.get_by_label("kept").focus()
        host.page.keyboard.press("ArrowDown")
        host.page.wait_for_selector("#result[data-outcome=greeting]")
        assert host.page.get_by_label("watched").is_checked()


def save_screenshot(host: Opened, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    host.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize("width", sampled([360, 760, 1240]))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("view", "state"), [("kept", "detached"), ("live", "attached")])
def test_outcomes_fit_on_wide_and_narrow_screens(
    browser: "Browser", server: PageServer, view: str, state: str, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    with opened(browser, color_scheme=scheme, viewport=size) as host:
        browse(host.page, server.url, artifact("greeting_growth"), view)
        assert states(host.page)[-1] == state
        save_screenshot(host, f"browser-{state}-{scheme}-{width}")
        assert host.page.evaluate("document.documentElement.scrollWidth") <= width
        light = host.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 251, 250)"
        assert light is (scheme == "light")


def test_pictures_of_the_documentation_are_taken(
    browser: "Browser", server: PageServer, tmp_path: Path
) -> None:
    """Compare only the file type, because fonts differ between machines."""
    taken = take_pictures(server.root, browser, tmp_path)
    assert [path.name for path in taken] == ["detached.png", "attached.png", "stressed.png", "report.png"]
    for path in taken:
        committed = server.root / PICTURES / path.name
        assert path.read_bytes()[:8] == committed.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
