"""Test that an audit reports what it found, and that an unavailable service is no success."""

import json
import os
from pathlib import Path

import pytest
from tools.audit import Audit

from nogrow.errors import ToolError
from tools import audit

HOLE = {
    "name": "a",
    "version": "1",
    "vulns": [{"id": "X-1", "fix_versions": ["2"]}, {"id": "X-2", "fix_versions": []}],
}
CLEAN = {"name": "b", "version": "1", "vulns": []}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for the program's answers about the probe and the pins."""
    program = tmp_path / "pip-audit"
    program.write_text(f'#!/bin/sh\nfor last; do :; done\ncat "{tmp_path}/$(basename "$last")"\n')
    os.chmod(program, 0o755)  # noqa: PTH101
    monkeypatch.setattr(audit, "find_program", lambda *_: program)
    return tmp_path


def answer(folder: Path, probe: object, pins: object) -> Audit:
    (folder / "probe.txt").write_text(json.dumps({"dependencies": [probe]}))
    (folder / "requirements-dev.txt").write_text(json.dumps({"dependencies": pins}))
    return audit.audit(folder)


def test_vulnerable_and_unknown_packages_are_complaints(answers: Path) -> None:
    result = answer(answers, HOLE, [HOLE, CLEAN, SKIPPED])
    assert result == Audit(3, ("a 1: X-1, X-2; fixed in 2", "c: not found"))


@pytest.mark.parametrize("probe", [CLEAN, SKIPPED], ids=["no holes known", "not found"])
def test_service_without_known_vulnerabilities_is_rejected(answers: Path, probe: object) -> None:
    result = answer(answers, probe, [CLEAN])
    assert (result.packages, result.complaints) == (0, ())
    assert result.reason


def test_nonsense_output_is_no_audit(answers: Path) -> None:
    (answers / "probe.txt").write_text("no connection")
    result = audit.audit(answers)
    assert result.reason is not None
    assert "no connection" in result.reason


NONSENSE = [
    "",
    "[]",
    "[" * 100_000,
    '{"dependencies": null}',
    '{"dependencies": [1]}',
    '{"dependencies": [{"name": "a"}]}',
    '{"dependencies": [{"vulns": []}]}',
    '{"dependencies": [{"name": "a", "vulns": [1]}]}',
    '{"dependencies": [{"name": "a", "vulns": [{"id": "X", "fix_versions": 1}]}]}',
]


@pytest.mark.parametrize("said", NONSENSE, ids=lambda said: said[:40])
def test_unexpected_json_is_an_error(answers: Path, said: str) -> None:
    answer(answers, HOLE, [CLEAN])
    (answers / "requirements-dev.txt").write_text(said)
    with pytest.raises(ToolError, match="pip-audit failed: "):
        audit.audit(answers)
    (answers / "probe.txt").write_text(said)
    assert audit.audit(answers).reason
