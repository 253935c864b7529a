"""A module that was judged without being known to be valid is called that in every format."""

import json
from collections.abc import Callable
from typing import TextIO

import pytest

from nogrow.report import as_json, github, junit, markdown, sarif, sites, text
from nogrow.report.html import render as html
from nogrow.report.result import ArtifactReport, Report
from tests.report.made import KEPT
from tests.report.sources import rendered

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
    "sites": sites.render,
}


def of(form: str, artifact: ArtifactReport) -> str:
    return rendered(FORMATS[form], Report(None, (artifact,)))


@pytest.mark.parametrize("form", FORMATS)
def test_not_validated_is_said_with_the_reason(form: str) -> None:
    assert "not validated" in of(form, UNSUPPORTED)
    assert "legacy exceptions support is not enabled" in of(form, UNSUPPORTED)
    assert "not validated" in of(form, SWITCHED_OFF)
    assert "not validated" not in of(form, KEPT)


def test_not_validated_stands_beside_the_verdict() -> None:
    assert of("text", UNSUPPORTED).startswith("kept, not validated: build/quiet.wasm: unreachable")
    assert of("text", UNSUPPORTED).endswith("checked 1 module: 1 kept; 1 not validated\n")
    assert "| `build/quiet.wasm` | kept, not validated | unreachable |" in of("markdown", UNSUPPORTED)


def test_what_was_not_judged_needs_no_validation() -> None:
    artifact = ArtifactReport("a.wasm")
    assert not artifact.unvalidated
    assert "not validated" not in of("text", artifact)


def test_programs_read_that_it_was_not_validated() -> None:
    document = json.loads(rendered(as_json.render, Report(None, (UNSUPPORTED,))))
    assert document["artifacts"][0]["validated"] is None
    (case,) = (line for line in of("junit", UNSUPPORTED).split("\n") if "<skipped" in line)
    assert 'message="not validated: wasmtime can' in case
    (notification,) = json.loads(of("sarif", UNSUPPORTED))["runs"][0]["invocations"][0][
        "toolExecutionNotifications"
    ]
    assert notification["level"] == "warning"
    assert of("github", UNSUPPORTED).startswith("::warning file=build/quiet.wasm")


def test_the_page_shows_it_beside_the_outcome() -> None:
    page = rendered(html.render, Report(None, (UNSUPPORTED,)))
    assert "artifact.validated !== true" in page
    assert page.count("outcomeLabel(artifact)") == 2
