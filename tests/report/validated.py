"""Render reports as JSON and validate them against the committed schema."""

import io
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]

import nogrow.report
from nogrow.report import as_json
from nogrow.report.model import Report

Invalid = jsonschema.ValidationError
SCHEMA = Path(nogrow.report.__file__).with_name("report.schema.json")


def validated(report: Report | str) -> dict[str, Any]:
    """Return the document of a report, or of its JSON text, after validating it."""
    text = report if isinstance(report, str) else rendered(report)
    document: dict[str, Any] = json.loads(text)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def rendered(report: Report) -> str:
    stream = io.StringIO()
    as_json.render(report, stream)
    return stream.getvalue()
