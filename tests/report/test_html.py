import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from nogrow.analysis.judgement import Function
from nogrow.report.html import SCRIPTS, document, island, render, tables
from nogrow.report.model import ArtifactReport, Report
from nogrow.source.model import Frame
from tests.support.judgements import REACHABLE, entry, judgement
from tests.support.reports import (
    ALL,
    BROKEN,
    EVERYTHING,
    GROWING,
    HOSTILE,
    JUDGED,
    KEPT,
    LIBRARY,
    RICH,
    large,
)

# A document that `json.loads` returned.
JSON = dict[str, Any]


def rendered(report: Report) -> str:
    stream = io.StringIO()
    render(report, stream)
    return stream.getvalue()


class Parsed(HTMLParser):
    """The tags of a page, and the texts of its scripts and style in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("script", "style") and data.strip():
            self.texts.append(data)


def data(report: Report) -> JSON:
    _, text, _ = Parsed(rendered(report)).texts
    document: JSON = json.loads(text)
    return document


def test_page_has_only_the_elements_of_its_template() -> None:
    empty, hostile = Parsed(rendered(Report(None, ()))), Parsed(rendered(EVERYTHING))
    assert hostile.tags == empty.tags
    assert hostile.tags.count("script") == 2
    assert len(hostile.texts) == 3


def test_hostile_names_do_not_become_markup() -> None:
    page = rendered(EVERYTHING)
    start = page.index('<script type="application/json"')
    island_text = page[page.index(">", start) + 1 : page.index("</script>", start)]
    assert island_text.isascii()
    assert island_text.isprintable()
    assert not set("<>&") & set(island_text)
    artifact = json.loads(island_text)["artifacts"][1]
    name = artifact["entries"]["name"][artifact["entries"]["verdict"].index(4)]
    assert name.startswith(
        "<script>document.title = 'owned'</script>\\x1b[31m]]>\\u{202e}gnp<!--\\x0a</style>"
    )


@pytest.mark.parametrize("name", ["</script>", "<!--<script>", "]]>", "&lt;/script&gt;", "\u2028\u2029"])
def test_island_keeps_its_content(name: str) -> None:
    assert json.loads(island([name])) == [name]
    assert not set("<>&\u2028\u2029") & set(island([name]))


def test_policy_allows_only_the_own_script_and_style() -> None:
    page = rendered(EVERYTHING)
    style, _, script = Parsed(page).texts
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    for kind, text in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_page_has_no_external_references() -> None:
    attributes = {name for name, _ in Parsed(rendered(EVERYTHING)).attributes}
    assert not attributes & {"src", "srcset", "action", "data", "style", "onload"}
    scripts = "".join(files("nogrow.report.html").joinpath(name).read_text("utf-8") for name in SCRIPTS)
    assert "</script" not in scripts
    assert "<!--" not in scripts
    for sink in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
        "import(",
    ):
        assert sink not in scripts
    # The name of an XML namespace is not loaded.
    assert scripts.replace("http://www.w3.org/2000/svg", "").count("://") == 0


def test_page_is_ascii() -> None:
    assert rendered(EVERYTHING).isascii()


def test_order_of_results_does_not_change_the_page() -> None:
    backwards = GROWING._replace(
        entries=tuple(judged._replace(imports=judged.imports[::-1]) for judged in GROWING.entries[::-1]),
        sites=GROWING.sites[::-1],
        memories=GROWING.memories[::-1],
    )
    other = Report(None, (BROKEN._replace(judgement=backwards),))
    assert rendered(other) == rendered(Report(None, (BROKEN,)))
    assert rendered(EVERYTHING) == rendered(EVERYTHING)


def test_page_has_outcomes_and_counts() -> None:
    page_data = data(ALL)
    assert [artifact["outcome"] for artifact in page_data["artifacts"]] == [
        "kept",
        "broken",
        "not-judged",
        "nothing",
    ]
    assert [artifact["verdict"] for artifact in page_data["artifacts"]] == [1, 6, -1, -1]
    assert page_data["artifacts"][1]["counts"] == [0, 1, 0, 0, 0, 0, 1]
    assert page_data["artifacts"][1]["violationCount"] == 2


def followed(artifact: JSON, index: int) -> list[tuple[int, int, str]]:
    steps, path = artifact["steps"], []
    number = artifact["entries"]["step"][index]
    while number >= 0:
        instruction = artifact["strings"][steps["instruction"][number]]
        path.append((steps["function"][number], steps["offset"][number], instruction))
        number = steps["next"][number]
    return path


def test_paths_share_their_common_ends() -> None:
    (artifact,) = data(Report(None, (RICH,)))["artifacts"]
    witnesses = {
        (entry.kind.value, entry.name): [
            (step.function.index, step.offset, step.instruction) for step in entry.witness
        ]
        for entry in JUDGED.entries
    }
    kinds = ["export", "start", "escaped"]
    for index, name in enumerate(artifact["entries"]["name"]):
        function = artifact["entries"]["function"][index]
        key = kinds[artifact["entries"]["kind"][index]], name or f"func[{function}]"
        if key in witnesses:
            assert followed(artifact, index) == witnesses.pop(key)
    assert [name for _, name in witnesses] == [HOSTILE]
    offsets = artifact["steps"]["offset"]
    assert offsets.count(64 * 6) == 1
    assert offsets.count(64 * 5) == 1


def test_worst_entry_points_and_exports_come_first() -> None:
    (artifact,) = data(Report(None, (RICH,)))["artifacts"]
    order = list(zip(artifact["entries"]["verdict"], artifact["entries"]["kind"], strict=True))
    assert order == sorted(order, key=lambda pair: (-pair[0], pair[1]))
    assert artifact["entries"]["name"][0] == "alloc"
    assert artifact["entries"]["name"][-1] == 0


def test_violations_refer_to_their_entry_points() -> None:
    (artifact,) = data(Report(None, (BROKEN,)))["artifacts"]
    violations = artifact["violations"]
    assert violations["entry"] == [artifact["entries"]["name"].index("set_name"), -1]
    assert violations["named"] == [1, 0]
    assert artifact["strings"][violations["rule"][0]] == "NG001 growth-reachable"
    assert (
        artifact["strings"][violations["text"][0]]
        == " can grow memory 0 and return; its verdict is reachable"
    )


def test_page_of_a_large_module_shortens_names() -> None:
    page = rendered(large(17_000, 50_000))
    assert len(page) < 5_000_000
    assert '"cut":60' in page
    (artifact,) = data(large(500, 1000))["artifacts"]
    assert artifact["functions"]["cut"] == 0


def test_shortened_name_keeps_both_ends() -> None:
    functions = tables.Functions()
    functions.number(Function(1, "head" + "x" * 1000 + "tail"))
    columns = functions.columns(1_000)
    assert columns["cut"] == 240
    assert columns["name"] == ["head" + "x" * 116 + "..." + "x" * 116 + "tail"]


def test_results_beyond_the_limits_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_ENTRIES", 12)
    monkeypatch.setattr(document, "FEW_STEPS", 5)
    monkeypatch.setattr(document, "STEPS_BY_ENTRY", 0)
    monkeypatch.setattr(document, "FEW_VIOLATIONS", 3)
    monkeypatch.setattr(document, "VIOLATIONS_BY_ENTRY", 0)
    (artifact,) = data(Report(None, (RICH,)))["artifacts"]
    assert len(artifact["entries"]["name"]) == 12
    assert sum(artifact["counts"]) == len(JUDGED.entries)
    assert -2 in artifact["entries"]["step"]
    assert len(artifact["steps"]["next"]) <= 5
    assert len(artifact["violations"]["rule"]) == 3
    assert artifact["violationCount"] == len(RICH.violations)


def test_large_artifacts_leave_room_for_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_ENTRIES", 12)
    artifacts = data(Report(None, (RICH, BROKEN, RICH, KEPT)))["artifacts"]
    assert [len(artifact["entries"]["name"]) for artifact in artifacts] == [4, 2, 5, 1]
    # Violations of omitted entry points must not appear as violations of the module.
    broken = [sorted(artifact["violations"]["entry"]) for artifact in artifacts]
    assert broken == [[0, 1, 2, 3], [-1, 0], [0, 1, 2, 3, 4], []]


def test_number_of_followed_steps_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_FOLLOWED", 10)
    (artifact,) = data(Report(None, (RICH,)))["artifacts"]
    left_out = [step == -2 for step in artifact["entries"]["step"] if step != -1]
    assert left_out == sorted(left_out)
    assert True in left_out
    assert False in left_out


def test_page_has_the_lines_around_positions() -> None:
    (artifact,) = data(Report(None, (RICH,)))["artifacts"]
    (at,) = [frames for _, frames in artifact["steps"]["source"] if len(frames) == 2]
    inner, outer = at
    assert artifact["strings"][inner[1]] == LIBRARY
    assert inner[2:] == [5, 9]
    assert artifact["strings"][outer[0]] == "outer"
    lines = Path(LIBRARY).read_text("utf-8").splitlines()
    assert artifact["excerpts"] == {str(inner[1]): {str(number): lines[number - 1] for number in range(3, 8)}}


def test_quoted_lines_are_printable_and_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.rs").write_text("one\n\ttwo\x1b\n" + "x" * 300)
    step = entry("f", REACHABLE).witness[0].offset
    sources = {step: (Frame(None, "/etc/hostname", 1, 1), Frame(None, "good.rs", 2, 1))}
    report = ArtifactReport("a.wasm", judgement=judgement(entry("f", REACHABLE)), sources=sources)
    (artifact,) = data(Report(None, (report,)))["artifacts"]
    (lines,) = artifact["excerpts"].values()
    assert lines == {"1": "one", "2": "    two\\x1b", "3": "x" * 200 + "..."}


def test_unjudged_artifact_has_no_entry_points() -> None:
    (artifact,) = data(Report(None, (ArtifactReport("a.wasm"),)))["artifacts"]
    assert artifact["entries"]["name"] == []
    assert artifact["verdict"] == -1
