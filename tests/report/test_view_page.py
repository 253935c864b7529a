"""The HTML page shows the stale views of host code."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract, ViewRules
from nogrow.contract.select import Target
from nogrow.pipeline.all_files import check
from nogrow.pipeline.named_host_code import text_at
from nogrow.report.model import Report
from tests.report.browser import opened
from tests.support.modules import write_module

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MODULE = """(module (memory (export "memory") 1)
  (func $grow (drop (memory.grow (i32.const 1)))) (func (export "push") (call $grow)))"""
STALE = """export function f(wasm) {
\tconst view = new Uint8Array(wasm.exports.memory.buffer); /* </script><b>\u202e */ wasm.exports.push();
  one();
  two();
  three();
  four();
  return view[0];
}
"""


def report_on(folder: Path, text: str) -> Report:
    (folder / "use.mjs").write_text(text, encoding="utf-8")
    target = Target(str(write_module(folder / "app.wasm", MODULE)), ArtifactContract())
    glue = [text_at(folder / "use.mjs")]
    return check(None, [target], judge=judge, glue=glue, views=ViewRules())


def test_page_marks_the_three_places(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, report_on(tmp_path, STALE), tmp_path) as session:
        page = session.page
        page.get_by_role("button", name="use.mjs").click()
        marks = page.locator("mark")
        places = "all => all.map(mark => [mark.className, mark.textContent])"
        assert marks.evaluate_all(places) == [
            ["made", "new Uint8Array"],
            ["call", "wasm.exports.push"],
            ["use", "view"],
        ]
        assert page.locator(".excerpt .here").count() == 2
        assert page.locator(".stale .steps li").count() == 2
        text = page.locator("#artifact").text_content() or ""
        assert "</script><b>\\u{202e}" in text
        assert "The call enters" in text
        session.screenshot("views")


@pytest.mark.parametrize("width", [1280, 400])
def test_long_lines_are_cut_around_the_places(browser: "Browser", tmp_path: Path, width: int) -> None:
    text = f"{'a' * 5000};{' '.join(STALE.split())};{'b' * 5000}"
    view = {"width": width, "height": 900}
    with opened(browser, report_on(tmp_path, text), tmp_path, viewport=view) as session:
        page = session.page
        page.get_by_role("button", name="use.mjs").click()
        assert page.locator("mark").count() == 3
        assert (
            max(
                page.locator(".excerpt .line").evaluate_all("all => all.map(line => line.textContent.length)")
            )
            < 400
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_file_without_findings_says_so(browser: "Browser", tmp_path: Path) -> None:
    with opened(browser, report_on(tmp_path, "export const f = 1;"), tmp_path) as session:
        session.page.get_by_role("button", name="use.mjs").click()
        assert "No stale view was found in this file." in (
            session.page.locator("#artifact").text_content() or ""
        )
