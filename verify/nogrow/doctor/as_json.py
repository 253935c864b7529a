"""This module renders a diagnosis as JSON, which `doctor.schema.json` describes."""

import json

from nogrow import __version__
from nogrow.doctor.model import Diagnosis
from nogrow.report.escaping import in_json


def document(diagnosis: Diagnosis) -> str:
    """Return the diagnosis as a JSON document."""
    tools = [
        {
            "name": finding.use.name,
            "state": finding.state.value,
            "required": finding.use.required,
            "version": finding.version,
            "path": finding.path,
            "problem": finding.problem,
            "purpose": finding.use.purpose,
            "get": finding.use.install,
        }
        for finding in diagnosis.findings
    ]
    head = {"schema": "nogrow/doctor/1", "tool": {"name": "nogrow", "version": __version__}}
    return in_json(json.dumps({**head, "ready": diagnosis.ready, "tools": tools}, indent=2))
