"""The browser host's page in Chromium: what it says, what it draws, and what it looks like."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tools.browser.browse import PICTURES, browse, take_pictures
from tools.browser.demo import Views
from tools.browser.serve import PageServer

from nogrow.errors import ToolError
from tests.hosts.pages import Opened, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GREETING = "Ahoy there, Testy McTestface!"
# How the sentence ends depends on Chromium's version.
DETACHED = "TypeError: Cannot perform %TypedArray%.prototype.slice on a detached "
GUESTS = ("greeting", "greeting_growth", "greeting_nogrowth", "greeting_nogrowth_std")
PROFILES = ("debug", "release")
VIEWS = tuple(each.value for each in Views)
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"


def artifact(guest: str, profile: str = "release") -> str:
    return f"build/{profile}/{guest}.wasm"


def states(page: "Page") -> list[str]:
    """The state of the view at each moment, as the page draws it."""
    return [one.get_attribute("data-view") or "" for one in page.locator("[data-view]").all()]


def pages(page: "Page") -> list[int]:
    """How many pages are drawn at each moment."""
    return [one.locator(".page").count() for one in page.locator(".moment").all()]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("guest", GUESTS)
def test_the_page_shows_the_greeting_or_the_very_error(
    browser: "Browser", server: PageServer, guest: str, profile: str
) -> None:
    with opened(browser) as found:
        for view in VIEWS:
            found.console.clear()
            shown = browse(found.page, server.url, artifact(guest, profile), view)
            fails = (guest, view) == ("greeting_growth", "kept")
            assert shown.failed is fails
            assert shown.text.startswith(DETACHED) if fails else shown.text == GREETING
            # The console says the same, in the same words.
            assert found.console == [("error" if fails else "log", shown.text)]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("kept", ["attached", "detached", "detached"]),
        ("watched", ["attached", "detached", "attached"]),
        ("live", ["attached", "detached", "attached"]),
    ],
)
def test_a_growth_is_drawn_with_what_it_does_to_the_view(
    browser: "Browser", server: PageServer, view: str, expected: list[str]
) -> None:
    with opened(browser) as found:
        browse(found.page, server.url, artifact("greeting_growth"), view)
        before, after, reading = pages(found.page)
        assert states(found.page) == expected
        assert (after - before, reading - after) == (1, 0)
        assert found.page.locator(".page.new").count() == 1
        drawn = found.page.locator("[data-moment=after]").inner_text()
        assert "+1 page" in drawn
        # It is not the data that is lost, whatever became of the view.
        assert f"holds “{GREETING}”" in drawn


@pytest.mark.parametrize("view", VIEWS)
def test_a_memory_that_does_not_grow_keeps_its_buffer(
    browser: "Browser", server: PageServer, view: str
) -> None:
    with opened(browser) as found:
        browse(found.page, server.url, artifact("greeting"), view)
        assert states(found.page) == ["attached"] * 3
        assert pages(found.page) == [1, 1, 1]
        assert found.page.locator(".buffer").count() == 3


def test_what_is_chosen_is_run_and_stands_in_the_address(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as found:
        page = found.page
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


def test_an_address_that_asks_for_nothing_known_shows_the_first_choice(
    browser: "Browser", server: PageServer
) -> None:
    with opened(browser) as found:
        found.page.goto(f"{server.url}?guest=../../x&view=toString&other=1")
        found.page.wait_for_selector("#result[data-outcome=error]")
        assert found.page.inner_text("#said").startswith(DETACHED)


def test_a_guest_that_is_not_built_says_what_builds_it(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as found:
        answer = {"status": 404, "body": "not built yet: run `invoke build`\n"}
        found.page.route("**/*.wasm", lambda route: route.fulfill(**answer))
        shown = browse(found.page, server.url, artifact("greeting"), "kept")
        assert shown.failed
        assert shown.text.endswith("/greeting.wasm: not built yet: run `invoke build`")
        assert found.page.locator(".moment").count() == 0


def test_a_slow_guest_does_not_overwrite_what_was_chosen_after_it(
    browser: "Browser", server: PageServer
) -> None:
    with opened(browser) as found:
        page = found.page
        waiting = []
        page.route("**/release/greeting_growth.wasm", lambda route: waiting.append(route))
        page.goto(server.url)
        page.get_by_label("greeting by hand").check()
        page.wait_for_selector("#result[data-outcome=greeting]")
        with page.expect_event("console") as said:
            waiting[0].continue_()
        assert said.value.type == "error"
        page.evaluate("new Promise(requestAnimationFrame)")
        assert page.inner_text("#said") == GREETING


def test_the_page_asks_for_nothing_from_elsewhere(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as found:
        browse(found.page, server.url, artifact("greeting"), "live")
        origin = server.url.removesuffix("/hosts/browser/")
        assert len(found.requests) > 5
        assert [one for one in found.requests if not one.startswith((f"{origin}/", "data:"))] == []
        assert found.page.evaluate("crossOriginIsolated && typeof SharedArrayBuffer") == "function"


def test_a_server_that_is_gone_is_one_line(browser: "Browser") -> None:
    with opened(browser) as found, pytest.raises(ToolError, match="shows nothing") as caught:
        browse(found.page, "http://127.0.0.1:9/", artifact("greeting"), "kept")
    assert "\n" not in str(caught.value)


def test_everything_is_chosen_by_keyboard(browser: "Browser", server: PageServer) -> None:
    with opened(browser) as found:
        browse(found.page, server.url, artifact("greeting_growth"), "kept")
        names = []
        for _ in range(4):
            found.page.keyboard.press("Tab")
            names.append(found.page.evaluate("document.activeElement.name ?? document.activeElement.id"))
        assert names == ["guest", "view", "profile", "code"]
        found.page.get_by_label("kept").focus()
        found.page.keyboard.press("ArrowDown")
        found.page.wait_for_selector("#result[data-outcome=greeting]")
        assert found.page.get_by_label("watched").is_checked()


def kept_picture(found: Opened, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    found.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize("width", [1240, 760, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("view", "state"), [("kept", "detached"), ("live", "attached")])
def test_both_outcomes_fit_in_both_schemes_on_wide_and_narrow_screens(
    browser: "Browser", server: PageServer, view: str, state: str, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    with opened(browser, color_scheme=scheme, viewport=size) as found:
        browse(found.page, server.url, artifact("greeting_growth"), view)
        assert states(found.page)[-1] == state
        kept_picture(found, f"browser-{state}-{scheme}-{width}")
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width
        light = found.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 251, 250)"
        assert light is (scheme == "light")


def test_the_documentation_s_pictures_are_taken_and_there(
    browser: "Browser", server: PageServer, tmp_path: Path
) -> None:
    """They are taken anew by `invoke pictures` only: fonts differ from machine to machine."""
    taken = take_pictures(server.root, browser, tmp_path)
    assert [path.name for path in taken] == ["detached.png", "attached.png", "report.png"]
    for path in taken:
        committed = server.root / PICTURES / path.name
        assert path.read_bytes()[:8] == committed.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
