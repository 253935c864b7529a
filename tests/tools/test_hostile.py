"""Test the table of pathological modules and its bounds."""

from pathlib import Path

import pytest
from tools.bench import hostile
from tools.bench.hostile import run_pathological
from tools.bench.measure import Measured, Run
from tools.bench.pathological import Hostile, functions, hostile_modules


@pytest.mark.parametrize(
    ("peak", "exit_code", "code"), [(40 << 20, 0, 0), (40 << 20, 1, 1), (400 << 20, 0, 1)]
)
def test_exceeded_bound_or_other_exit_code_fails(
    peak: int,
    exit_code: int,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(hostile, "hostile_modules", lambda: (Hostile("functions", functions, 0, 10),))
    done = (Measured("nogrow check", (Run(0.1, peak, exit_code),)),)
    monkeypatch.setattr(hostile, "measure", lambda *_: done)
    assert run_pathological(tmp_path, 1) == code
    assert "10 functions" in capsys.readouterr().out


def test_kinds_have_unique_names_and_constant_bytes() -> None:
    kinds = hostile_modules()
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert all(kind.make(5) == kind.make(5) for kind in kinds)


def test_documentation_lists_every_kind() -> None:
    text = Path(__file__).resolve().parents[2].joinpath("docs/limits.md").read_text("utf-8")
    assert [kind.name for kind in hostile_modules() if f"| {kind.name} |" not in text] == []
