import io

from nogrow.report.model import ArtifactReport, Report
from nogrow.report.text import render_sites
from tests.support.judgements import ABSENT, entry, judgement
from tests.support.reports import BROKEN, NOT_JUDGED


def rendered(*artifacts: ArtifactReport) -> str:
    stream = io.StringIO()
    render_sites(Report(None, artifacts), stream)
    return stream.getvalue()


def test_line_has_offset_memory_operand_and_function() -> None:
    assert rendered(BROKEN) == (
        "build/growing.wasm: 1 grow site\n  0x000052  memory 0  by 1 page  in alloc\n"
    )


def test_module_without_sites_has_count_0() -> None:
    none = ArtifactReport("a.wasm", "0" * 64, 8, judgement(entry("f", ABSENT)), validated=True)
    assert rendered(none) == "a.wasm: 0 grow sites\n"


def test_unjudged_module_has_no_count() -> None:
    assert rendered(NOT_JUDGED).startswith("not judged[NG010]")
