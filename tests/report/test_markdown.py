import pytest

from nogrow.report import markdown
from nogrow.report.model import ArtifactReport, Report
from tests.support.reports import ALL, BROKEN, KEPT, rendered

START = """\
## nogrow: not-judged

nogrow checked 3 modules: 1 kept, 1 broken, 1 not-judged, 1 nothing.

| artifact | outcome | verdict | grow sites | entry points | violations |
|---|---|---|---:|---:|---:|
| `build/cut.wasm` | not-judged |  |  |  | 1 |
| `build/growing.wasm` | broken | reachable | 1 | 2 | 2 |
| `build/gone.wasm` | nothing |  |  |  | 0 |
| `build/quiet.wasm` | kept | unreachable | 1 | 1 | 0 |

### `build/cut.wasm`

```text
not judged[NG010]: not-judged: build/cut.wasm: offset 0x8: the section is cut off
"""


def of(*artifacts: ArtifactReport) -> str:
    return rendered(markdown.render, Report(None, artifacts))


def test_table_and_worst_violations_come_first() -> None:
    text = of(*ALL.artifacts)
    assert text.startswith(START)
    assert "### `build/quiet.wasm`" not in text
    assert "          at 0x000052: memory.grow\n" in text


def test_kept_artifact_has_no_details() -> None:
    text = of(KEPT)
    assert text.startswith("## nogrow: kept\n")
    assert "```" not in text


def test_violations_beyond_the_limit_are_counted() -> None:
    text = of(BROKEN._replace(violations=(BROKEN.violations[0],) * 7))
    assert text.count("error[NG001]") == 5
    assert text.endswith("```\n\n... and 2 more violations; use `--format json=FILE` to see all.\n")


def test_size_stays_below_the_limit_of_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "MOST_ROWS", 2)
    monkeypatch.setattr(markdown, "MOST_BYTES", 1500)
    text = of(BROKEN, BROKEN, BROKEN)
    assert text.count("| broken |") == 2
    assert "\n... and 1 more artifact.\n" in text
    assert 0 < text.count("error[NG001]") < 3
    assert text.endswith("more artifacts.\n") or text.endswith("more artifact.\n")


def test_limits_fit_in_one_mebibyte() -> None:
    row = 4 * markdown.LONGEST_PATH + 200
    assert markdown.MOST_ROWS * row + markdown.MOST_BYTES < 1 << 20
