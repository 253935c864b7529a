"""`nogrow check --dist` on stressed copies."""

from pathlib import Path

import pytest

from nogrow.rewrite.stress import stressed
from tests.cli.conftest import Nogrow
from tests.support.archives import zip_of
from tests.support.modules import GROWING_WASM


@pytest.mark.parametrize("sealed", [False, True])
def test_stressed_copy_is_never_shipped(nogrow: Nogrow, folder: Path, sealed: bool) -> None:
    copy = folder / "copy.wasm"
    copy.write_bytes(stressed(GROWING_WASM).data)
    if sealed:
        nogrow("seal", "copy.wasm", "--mode", "cap", "--in-place")
    (folder / "dist").mkdir()
    (folder / "dist" / "a.zip").write_bytes(zip_of({"x.wasm": copy.read_bytes()}))
    allowed = 'schema = 1\n[[artifact]]\npath = "dist/*!**"\nallow = ["reachable", "capped"]\n'
    (folder / "nogrow.toml").write_text(allowed)
    result = nogrow("check", "--dist", "dist", "--attest", "s.json")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        "error[NG011]: pin-broken: dist/a.zip!x.wasm: it is a copy for tests, written by `nogrow stress`: "
        "ship the module that it was made from\n"
    )
    assert not Path("s.json").exists()
