"""This module writes a difference as JSON, version 1, which `diff.schema.json` describes."""

import json
from typing import Any, TextIO

from nogrow import __version__
from nogrow.analysis.judgement import Verdict
from nogrow.difference.model import Difference, EntryChange, ModuleDifference, declared
from nogrow.report.escaping import in_json

SCHEMA = "nogrow/diff/1"

Object = dict[str, Any]


def render(difference: Difference, stream: TextIO) -> None:
    """Write the difference in ASCII; equal differences give equal bytes."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "nogrow", "version": __version__},
        "direction": difference.direction.value,
        "notes": difference.notes,
        "modules": list(map(_module, difference.modules)),
    }
    stream.write(in_json(json.dumps(document, indent=2)) + "\n")


def _module(module: ModuleDifference) -> Object:
    return {
        "old": module.old,
        "new": module.new,
        "direction": module.direction.value,
        **module._asdict(),
        "verdicts": list(map(_label, module.verdicts)),
        "entries": list(map(_entry, module.entries)),
        "memories": [
            {"index": change.number, "before": declared(change.before), "after": declared(change.after)}
            for change in module.memories
        ],
    }


def _entry(change: EntryChange) -> Object:
    return {
        "name": change.name,
        "old_name": change.old_name,
        "kind": change.kind.value,
        "function": change.function,
        "before": _label(change.before),
        "after": _label(change.after),
        "direction": change.direction.value,
    }


def _label(verdict: Verdict | None) -> str | None:
    return None if verdict is None else verdict.label
