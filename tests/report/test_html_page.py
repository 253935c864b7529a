from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nogrow.report.model import ArtifactReport, Report
from tests.report.browser import opened
from tests.support.judgements import REACHABLE, judgement
from tests.support.reports import EVERYTHING, HOSTILE, NOT_JUDGED, RICH, calling, large

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ONE = Report(None, (RICH,))


def options(page: "Page") -> list[str]:
    return page.locator("[role=option] .what > .name").all_text_contents()


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_every_screen_and_colour_scheme(
    browser: "Browser", tmp_path: Path, scheme: str, width: int
) -> None:
    view = {"width": width, "height": 900}
    with opened(browser, EVERYTHING, tmp_path, color_scheme=scheme, viewport=view) as session:
        page = session.page
        assert page.title() == "nogrow report"
        assert page.locator(".artifacts tbody tr").count() == 5
        page.get_by_role("button", name="build/rich.wasm").click()
        assert page.locator("#artifact-title").text_content() == "build/rich.wasm"
        assert page.locator(".box").count() > 10
        assert page.locator(".plot").count() == 2
        session.screenshot(f"{scheme}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 251, 250)"
        assert light is (scheme == "light")


def test_unjudged_artifact_is_shown_first(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, EVERYTHING, tmp_path) as session:
        assert session.page.locator("#artifact-title").text_content() == NOT_JUDGED.path
        assert "the section is cut off" in (session.page.locator("#artifact").text_content() or "")


def test_empty_report_has_a_page(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, Report(None, ()), tmp_path) as session:
        assert session.page.locator("#summary-title").text_content() == "0 artifacts"
        assert "Nothing was checked." in (session.page.locator("header").text_content() or "")


def test_paths_too_long_to_draw_are_counted(browser: "Browser", tmp_path: Path) -> None:
    long = calling("long", REACHABLE, *range(1000))
    judged = judgement(long, calling("short", REACHABLE, 998, 999))
    with opened(browser, Report(None, (ArtifactReport("a.wasm", judgement=judged),)), tmp_path) as session:
        page = session.page
        assert (
            "The shortest paths of 1 entry point, merged: 2 nodes. 1 more"
            in page.locator("#artifact").inner_text()
        )
        assert page.locator(".steps > li").count() == 50
        page.get_by_label("the selected entry point").check()
        assert "The paths of 1 entry point are too long to draw." in page.locator("#artifact").inner_text()


def test_hostile_names_stay_text(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        page = session.page
        page.locator("input[type=search]").fill("<script>")
        assert len(options(page)) == 1
        assert options(page)[0].startswith(
            "<script>document.title = 'owned'</script>\\x1b[31m]]>\\u{202e}gnp<!--"
        )
        assert page.locator("script").count() == 2
        assert page.locator("img").count() == 0
        assert page.title() == "nogrow report"
        assert HOSTILE[:40] in (page.locator(".detail").text_content() or "")


def test_right_to_left_name_does_not_reorder_the_page(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        session.page.locator("input[type=search]").fill("callback")
        name = session.page.locator("[role=option] .also .name")
        assert name.get_attribute("dir") == "ltr"
        assert name.evaluate("node => getComputedStyle(node).unicodeBidi") == "isolate"


def test_search_and_filters_shorten_the_list(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        page = session.page
        assert len(options(page)) == 18
        page.locator("input[type=search]").fill("SET_1")
        assert options(page) == ["set_1"]
        page.locator("input[type=search]").fill("nowhere")
        assert options(page) == []
        assert "No entry point is selected" in (page.locator(".detail").text_content() or "")
        page.locator("input[type=search]").fill("")
        page.locator(".toggle.v6").click()
        assert options(page)[1:] == ["throws", "panic", "fine", "func[12]"]
        page.get_by_label("only with violations").check()
        assert "fine" not in options(page)
        assert len(options(page)) == 3


def test_selected_entry_point_has_details(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        page = session.page
        page.locator("[role=option]", has_text="set_3").click()
        detail = page.locator(".detail")
        text = detail.text_content() or ""
        assert "It can grow memory 0 and return." in text
        assert "NG001 growth-reachable" in text
        assert "Allowed: absent, unreachable" in text
        assert detail.locator(".steps > li").count() == 4
        assert "gone.rs:3" in text
        lines = detail.locator(".excerpt .line")
        assert lines.count() == 5
        places = [lines.nth(index).bounding_box() for index in range(5)]
        assert len({box["y"] for box in places if box}) == 5
        assert (detail.locator(".excerpt .here").text_content() or "").strip().startswith("5")
        page.locator("[role=option]", has_text="host").click()
        assert "calls the import env.emscripten_resize_heap" in (detail.text_content() or "")
        page.locator("[role=option]", has_text="panic").click()
        assert "only a trap or an endless loop can follow" in (detail.text_content() or "")
        assert "Host functions that may run after the growth (1)env.log" in (detail.text_content() or "")


def test_list_works_with_the_keyboard(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        page = session.page
        page.keyboard.press("/")
        page.keyboard.type("set_")
        page.keyboard.press("ArrowDown")
        assert page.locator("[role=listbox]").evaluate("node => node === document.activeElement")
        for key, name in (("ArrowDown", "set_1"), ("End", "set_8"), ("ArrowUp", "set_7"), ("Home", "set_0")):
            page.keyboard.press(key)
            selected = page.locator("[role=option][aria-selected=true]")
            assert selected.count() == 1
            assert page.locator("[role=listbox]").get_attribute(
                "aria-activedescendant"
            ) == selected.get_attribute("id")
            assert page.locator(".detail h4").text_content() == name
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid"


def test_focus_follows_the_order_of_the_page(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        places = []
        for _ in range(40):
            session.page.keyboard.press("Tab")
            if session.page.evaluate("document.activeElement === document.body"):
                break
            assert session.focused().strip() or session.page.evaluate(
                "document.activeElement.labels.length > 0"
            )
            box = "(node => node.getBoundingClientRect().top + scrollY)(document.activeElement)"
            places.append((session.page.evaluate(box), session.focused()))
        names = [name for _, name in places]
        assert names[0] == "Skip to the artifact"
        order = ("build/rich.wasm", "1 grow site", "Entry points", "Zoom in")
        at = [names.index(name) for name in order]
        assert at == sorted(at)


def test_graph_works_with_the_keyboard(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        page = session.page
        page.locator(".graph").focus()
        layer = page.locator(".graph > g")
        before = layer.get_attribute("transform")
        page.keyboard.press("ArrowRight")
        moved = layer.get_attribute("transform")
        page.keyboard.press("+")
        assert len({before, moved, layer.get_attribute("transform")}) == 3
        page.keyboard.press("0")
        page.keyboard.press("Tab")
        first = session.focused()
        page.keyboard.press("ArrowRight")
        assert session.focused() != first
        page.keyboard.press("Enter")
        panel = page.locator(".panel")
        assert (panel.locator("h4").text_content() or "") == session.focused().split(":")[0]
        assert "Callers on these paths" in (panel.text_content() or "")


def test_graph_works_with_the_mouse(browser: "Browser", tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(browser, ONE, tmp_path) as session:
        page = session.page
        page.locator(".box[data-key=f5]").click()
        panel = page.locator(".panel")
        assert panel.locator("h4").text_content() == "fn_5"
        assert "9 entry points" in (panel.text_content() or "")
        assert panel.locator(".excerpt").count() == 1
        panel.get_by_role("button", name="9 entry points").click()
        panel.get_by_role("button", name="set_4").click()
        assert page.locator(".detail h4").text_content() == "set_4"
        layer = page.locator(".graph > g")
        before = layer.get_attribute("transform")
        page.locator(".graph").scroll_into_view_if_needed()
        box = page.locator(".graph").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 90, box["y"] + box["height"] - 60)
        page.mouse.up()
        dragged = layer.get_attribute("transform")
        page.keyboard.down("Control")
        page.mouse.wheel(0, -200)
        page.keyboard.up("Control")
        expect(layer).not_to_have_attribute("transform", dragged or "")
        assert dragged != before


def test_graph_merges_functions_and_marks_growths(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        page = session.page
        assert page.locator(".box[data-key=f7]").count() == 1
        grows = page.locator(".box.grows").evaluate_all("all => all.map(node => node.dataset.key).sort()")
        assert grows == ["f7", "henv.emscripten_resize_heap"]
        assert (
            page.locator(".box.group").text_content()
            == "9 entry points\nentry point, reachable9 entry points"
        )
        page.get_by_label("the selected entry point").check()
        assert page.locator(".box").count() == 2
        left = page.locator(".box[data-key=f3]").bounding_box()
        right = page.locator(".box[data-key=f7]").bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] < right["x"]


def test_scenario_plot_has_a_description(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, ONE, tmp_path) as session:
        label = session.page.locator(".plot").first.get_attribute("aria-label")
        assert label == "Pages after each of 5 calls: from 17 to 33. It grew in step 3."
        assert session.page.locator(".plot").first.locator("circle").count() == 2
        assert "f trapped" in (session.page.locator("figure").nth(2).text_content() or "")


def test_page_of_a_large_module_stays_usable(
    browser: "Browser", tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with opened(browser, large(17_000, 50_000), tmp_path) as session:
        page = session.page
        time = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        record_property("interactive_ms", time)
        assert page.evaluate("document.querySelectorAll('*').length") < 5000
        assert page.locator("[role=option]").count() == 100
        assert page.locator(".box").count() <= 300
        assert "are left out" in (page.locator("[role=status]").last.text_content() or "")
        page.get_by_role("button", name="Next").click()
        assert options(page)[0] == "func[100]"
        page.locator("[role=listbox]").press("End")
        assert options(page)[-1] == "func[16999]"
        page.locator("input[type=search]").fill("func[1699")
        assert len(options(page)) == 11
