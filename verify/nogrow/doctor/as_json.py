"""A diagnosis as JSON; `doctor.schema.json` describes it."""

import json

from nogrow import __version__
from nogrow.doctor.model import Diagnosis
from nogrow.report.escaping import in_json


def document(diagnosis: Diagnosis) -> str:
    """The text of the document."""
    tools = [
        {
            "name": one.use.name,
            "state": one.state.value,
            "required": one.use.required,
            "version": one.version,
            "path": one.path,
            "problem": one.problem,
            "purpose": one.use.purpose,
            "get": one.use.brings,
        }
        for one in diagnosis.findings
    ]
    head = {"schema": "nogrow/doctor/1", "tool": {"name": "nogrow", "version": __version__}}
    return in_json(json.dumps({**head, "ready": diagnosis.ready, "tools": tools}, indent=2))
