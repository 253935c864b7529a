from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nogrow.api.check import check
from tests.report.browser import opened
from tests.report.test_causes import MODULE

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("width", [1280, 400])
def test_causes_fold_out_and_lead_to_entry_points(
    browser: "Browser", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.wasm").write_bytes(MODULE)
    report = check(["app.wasm"])
    with opened(browser, report, tmp_path, viewport={"width": width, "height": 900}) as session:
        page = session.page
        assert page.locator(".answer").text_content() == (
            "24 of 34 entry points can grow the memory; 6 only before an exception; 4 cannot."
        )
        causes = page.locator(".causes > div > .cause")
        assert causes.locator("> summary").all_inner_texts() == [
            "24 entry points through __rust_alloc reachable",
            "6 entry points through panic throw-only",
        ]
        narrower = causes.first.locator(".cause > summary")
        assert narrower.all_inner_texts() == ["12 entry points through format"]
        narrower.click()
        causes.first.get_by_role("button", name="set_3", exact=True).click()
        assert page.locator(".detail h4").text_content() == "set_3"
        assert page.locator(".box.dominator").count() == 3
        causes.nth(1).locator("> summary").click()
        causes.nth(1).get_by_role("button", name="Show it in the graph").click()
        assert page.locator(".panel h4").text_content() == "panic"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
