from hashlib import sha256
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Verdict
from nogrow.archives.unpack_limits import Limits
from nogrow.contract.model import ArtifactContract, Contract, Expectation
from nogrow.contract.select import Target
from nogrow.contract.shipped_clauses import digest_of
from nogrow.errors import ContractError
from nogrow.shipping.gate import gather, targets_of
from tests.support.archives import zip_of
from tests.support.modules import QUIET_WASM, assemble

COMPONENT = assemble("(component (core module) (core module (memory 1)))")
ANY = (Verdict.REACHABLE,)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dist").mkdir()
    Path("dist/c.zip").write_bytes(zip_of({"c.wasm": COMPONENT}))
    Path("built.wasm").write_bytes(COMPONENT)


def target(*clauses: ArtifactContract) -> Target:
    (only,) = targets_of(gather(["dist"]), Contract(Path("nogrow.toml"), clauses))
    assert (only.path, only.data) == ("dist/c.zip!c.wasm", COMPONENT)
    return only


def test_core_modules_get_the_clauses_of_the_built_component() -> None:
    whole, part = ArtifactContract("built.wasm", allow=ANY), ArtifactContract("built.wasm#1", allow=ANY)
    assert target(whole, part)[1:5] == (whole, True, None, ((1, part),))


def test_clause_of_a_shipped_core_module_comes_first() -> None:
    named, part = ArtifactContract("dist/*!c.wasm#0", allow=ANY), ArtifactContract("built.wasm#1", allow=ANY)
    assert target(part, named).parts == ((0, named),)


def test_clauses_with_a_known_bad_control_are_not_shared() -> None:
    control = ArtifactContract("built.wasm#1", expect=(Expectation("f", Verdict.REACHABLE),))
    whole = ArtifactContract("built.wasm", allow=ANY)
    assert target(whole, control)[1:5] == (ArtifactContract(), True, None, ())


def test_size_of_the_modules_of_all_paths_is_limited() -> None:
    Path("more.zip").write_bytes(zip_of({"x.wasm": QUIET_WASM}))
    limits = Limits(kept=len(COMPONENT) + len(QUIET_WASM) - 1)
    first, second = gather(["dist", "more.zip"], limits).files
    assert first.refused is None
    assert "of modules in all" in str(second.refused)


def test_file_that_is_named_twice_is_judged_once() -> None:
    assert len(gather(["dist", "dist"]).files) == 1


def test_contract_that_vanishes_has_no_digest() -> None:
    Path("nogrow.toml").write_text("schema = 1", encoding="utf-8")
    assert digest_of(Contract(Path("nogrow.toml"), ())) == sha256(b"schema = 1").hexdigest()
    Path("nogrow.toml").unlink()
    with pytest.raises(ContractError, match=r"nogrow\.toml: can't be read: No such file"):
        digest_of(Contract(Path("nogrow.toml"), ()))
