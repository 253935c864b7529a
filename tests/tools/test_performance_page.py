"""Test that the page with the figures is what its writer makes of the stored results."""

from pathlib import Path

from tools.bench.generate import shapes
from tools.bench.packages import PACKAGES
from tools.bench.page import PAGE, page
from tools.bench.results import RESULTS, as_json, load

ROOT = Path(__file__).resolve().parents[2]


def test_page_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text("utf-8") == page(load(ROOT / RESULTS)), "run `invoke docs`"


def test_results_are_read_back_as_they_were_written() -> None:
    assert as_json(load(ROOT / RESULTS)) == (ROOT / RESULTS).read_text("utf-8")


def test_page_has_every_module_of_the_bench() -> None:
    results = load(ROOT / RESULTS)
    folders = {module.name.partition("/")[0] for module in results.corpus}
    assert folders == {package.folder for package in PACKAGES}
    generated = [module.name for module in results.modules if module.generated]
    assert generated == [shape.name for shape in shapes()]
