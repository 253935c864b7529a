"""A module that is judged ahead gets the judgement and the errors that it gets otherwise."""

from pathlib import Path

import pytest

from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.pipeline.all_files import check
from nogrow.pipeline.read_ahead import ReadAhead
from nogrow.report.model import Report
from tests.support.modules import assemble

GROWS = '(module (memory 1) (func (export "f") (drop (memory.grow (i32.const 1)))))'
COMPONENT = f"(component (core {GROWS[1:]} (core {GROWS[1:]})"


def report(path: Path, *, ahead: bool) -> Report:
    target = Target(str(path), ArtifactContract())
    if not ahead:
        return check(None, [target], judge=judge)
    return check(None, [target], judge=judge, read_ahead=ReadAhead(str(path), validate=True))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(assemble(GROWS), id="a module"),
        pytest.param(assemble(GROWS)[:-3], id="a module cut short"),
        pytest.param(assemble(GROWS).replace(b"\x40\0\x1a", b"\xff\0\x1a"), id="an unknown instruction"),
        pytest.param(assemble(COMPONENT), id="a component"),
        pytest.param(b"", id="an empty file"),
    ],
)
def test_reading_ahead_changes_no_report(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.wasm"
    path.write_bytes(data)
    assert report(path, ahead=True) == report(path, ahead=False)


def test_missing_file_is_reported_the_same(tmp_path: Path) -> None:
    assert report(tmp_path, ahead=True) == report(tmp_path, ahead=False)
    assert report(tmp_path / "none", ahead=True) == report(tmp_path / "none", ahead=False)
