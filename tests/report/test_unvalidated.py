"""Check that every format marks modules that were judged without being validated."""

import json
from collections.abc import Callable
from typing import TextIO

import pytest

from nogrow.report import as_json, github, html, junit, markdown, sarif, text
from nogrow.report.model import ArtifactReport, Report
from tests.support.reports import KEPT, rendered

WHY = "wasmtime can't validate the module: legacy exceptions support is not enabled"
UNSUPPORTED = KEPT._replace(validated=None, notes=(WHY,))
SWITCHED_OFF = KEPT._replace(validated=None, notes=())
FORMATS: dict[str, Callable[[Report, TextIO], None]] = {
    "text": text.render,
    "quiet": lambda report, stream: text.render(report, stream, quiet=True),
    "markdown": markdown.render,
    "github": github.render,
    "junit": junit.render,
    "sarif": sarif.render,
    "sites": text.render_sites,
}


def of(form: str, artifact: ArtifactReport) -> str:
    return rendered(FORMATS[form], Report(None, (artifact,)))


@pytest.mark.parametrize("form", FORMATS)
def test_unvalidated_module_has_a_reason(form: str) -> None:
    assert "not validated" in of(form, UNSUPPORTED)
    assert "legacy exceptions support is not enabled" in of(form, UNSUPPORTED)
    assert "not validated" in of(form, SWITCHED_OFF)
    assert "not validated" not in of(form, KEPT)


def test_verdict_of_unvalidated_module_is_marked() -> None:
    assert of("text", UNSUPPORTED).startswith("kept, not validated: build/quiet.wasm: unreachable")
    assert of("text", UNSUPPORTED).endswith("checked 1 module: 1 kept; 1 not validated\n")
    assert "| `build/quiet.wasm` | kept, not validated | unreachable |" in of("markdown", UNSUPPORTED)


def test_unjudged_module_is_not_marked_unvalidated() -> None:
    artifact = ArtifactReport("a.wasm")
    assert not artifact.unvalidated
    assert "not validated" not in of("text", artifact)


def test_machine_formats_mark_unvalidated_modules() -> None:
    document = json.loads(rendered(as_json.render, Report(None, (UNSUPPORTED,))))
    assert document["artifacts"][0]["validated"] is None
    (case,) = (line for line in of("junit", UNSUPPORTED).split("\n") if "<skipped" in line)
    assert 'message="not validated: wasmtime can' in case
    (notification,) = json.loads(of("sarif", UNSUPPORTED))["runs"][0]["invocations"][0][
        "toolExecutionNotifications"
    ]
    assert notification["level"] == "warning"
    assert of("github", UNSUPPORTED).startswith("::warning file=build/quiet.wasm")


def test_page_marks_unvalidated_modules() -> None:
    page = rendered(html.render, Report(None, (UNSUPPORTED,)))
    assert "artifact.validated !== true" in page
    assert page.count("outcomeLabel(artifact)") == 2
