"""This module writes a difference as JSON, version 1, which `diff.schema.json` describes."""

import json
from typing import Any, TextIO

from nogrow import __version__
from nogrow.analysis.judgement import Memory, Verdict
from nogrow.diff.model import Difference, EntryChange, ModuleDifference
from nogrow.report.escaping import in_json

SCHEMA = "nogrow/diff/1"

Object = dict[str, Any]


def render(difference: Difference, stream: TextIO) -> None:
    """Write the difference in ASCII; equal differences give equal bytes."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "nogrow", "version": __version__},
        "direction": difference.direction.value,
        "notes": list(difference.notes),
        "modules": [_module(module) for module in difference.modules],
    }
    stream.write(in_json(json.dumps(document, indent=2)) + "\n")


def _module(module: ModuleDifference) -> Object:
    return {
        "old": module.old,
        "new": module.new,
        "direction": module.direction.value,
        "verdicts": [_label(verdict) for verdict in module.verdicts],
        "same_bytes": module.same_bytes,
        "entries": [_entry(change) for change in module.entries],
        "unchanged": module.unchanged,
        "memories": [
            {"index": change.number, "before": _memory(change.before), "after": _memory(change.after)}
            for change in module.memories
        ],
        "sites": list(module.sites),
        "imports_new": list(module.imports_new),
        "imports_gone": list(module.imports_gone),
        "assumed_new": list(module.assumed_new),
        "assumed_gone": list(module.assumed_gone),
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


def _memory(memory: Memory | None) -> Object | None:
    if memory is None:
        return None
    return {
        "imported": memory.imported,
        "shared": memory.shared,
        "page_size": memory.page_size,
        "min_pages": memory.min_pages,
        "max_pages": memory.max_pages,
    }


def _label(verdict: Verdict | None) -> str | None:
    return None if verdict is None else verdict.label
