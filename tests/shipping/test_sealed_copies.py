from hashlib import sha256
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Verdict
from nogrow.contract.model import ArtifactContract, Call, Contract, Expectation, Scenario, Seal
from nogrow.errors import UsageError
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.shipping.gate import gather, originals, targets_of
from nogrow.shipping.sealed_copies import Origin, SealedCopies, sealed_copies
from tests.support.archives import zip_of
from tests.support.modules import GROWING_WASM, QUIET_WASM

RESERVE = Seal(Mode.RESERVE, 9)
COPY = sealed(GROWING_WASM, Mode.RESERVE, 9).data
ANY = (Verdict.REACHABLE,)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dist").mkdir()
    Path("build").mkdir()
    for file in ("build/g.wasm", "build/h.wasm", "build/q.wasm"):
        Path(file).write_bytes(QUIET_WASM if file == "build/q.wasm" else GROWING_WASM)
    Path("nogrow.toml").write_text("schema = 1\n", encoding="utf-8")


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def copies_of(*clauses: ArtifactContract) -> SealedCopies:
    return sealed_copies(Contract(Path("nogrow.toml"), clauses))


def test_copy_is_known_by_its_bytes_with_its_original() -> None:
    copies = copies_of(ArtifactContract("build/g.wasm", seal=RESERVE), ArtifactContract("build/q.wasm"))
    assert copies.origins == {digest(COPY): Origin("reserve", 9, digest(GROWING_WASM))}
    assert copies.notes == {digest(COPY): "it is the copy of build/g.wasm (reserve, 9 pages)"}
    instead = "ship build/sealed/g.wasm instead, which `invoke seal` writes"
    intro = "it is build/g.wasm, which the contract seals"
    assert copies.misplaced == {digest(GROWING_WASM): f"{intro}: {instead}"}
    assert copies.originals == {digest(GROWING_WASM)}


def test_copy_is_in_the_output_folder_of_the_contract() -> None:
    Path("nogrow.toml").write_text('schema = 1\n[build]\noutput = "out"\n', encoding="utf-8")
    (sentence,) = copies_of(ArtifactContract("build/g.wasm", seal=RESERVE)).misplaced.values()
    assert "ship out/sealed/build/g.wasm instead" in sentence


def test_pages_come_from_the_scenarios() -> None:
    scenario = Scenario("s", (Call("bad", repeat=3),))
    seal = Seal(Mode.RESERVE, "scenarios")
    (origin,) = copies_of(ArtifactContract("build/g.wasm", seal=seal, scenarios=(scenario,))).origins.values()
    assert origin.pages == 5


def test_without_seal_or_original_there_are_no_copies() -> None:
    assert sealed_copies(None) == SealedCopies()
    assert copies_of(ArtifactContract("build/g.wasm")) == SealedCopies()
    Path("dir.wasm").mkdir()
    clauses = (ArtifactContract(path, seal=RESERVE) for path in ("gone.wasm", "dir.wasm"))
    assert copies_of(*clauses) == SealedCopies()


def test_module_that_needs_no_sealing_may_be_shipped() -> None:
    copies = copies_of(ArtifactContract("build/q.wasm", seal=Seal(Mode.DENY)))
    assert copies.misplaced == {}
    assert copies.origins[digest(QUIET_WASM)].sha256 == digest(QUIET_WASM)


def test_copy_of_one_artifact_may_be_the_original_of_another() -> None:
    Path("build/copy.wasm").write_bytes(COPY)
    copies = copies_of(
        ArtifactContract("build/g.wasm", seal=RESERVE),
        ArtifactContract("build/copy.wasm", seal=Seal(Mode.RESERVE, 12)),
    )
    assert list(copies.misplaced) == [digest(GROWING_WASM)]


@pytest.mark.parametrize(
    ("seal", "reason"),
    [
        (Seal(Mode.RESERVE), "memory 0 declares no maximum"),
        (Seal(Mode.RESERVE, "scenarios"), "the contract has no scenario"),
        (Seal(Mode.CAP, 70000), "cannot have 70000 of them"),
    ],
)
def test_original_that_cannot_be_sealed_is_misplaced_too(seal: Seal, reason: str) -> None:
    copies = copies_of(ArtifactContract("build/g.wasm", seal=seal))
    assert copies.origins == {}
    sentence = copies.misplaced[digest(GROWING_WASM)]
    assert sentence.startswith("it is build/g.wasm, which the contract seals, but that fails: ")
    assert reason in sentence


def test_contradicting_clauses_are_an_error() -> None:
    with pytest.raises(UsageError, match="their `seal` differ"):
        copies_of(
            ArtifactContract("build/g.*", seal=RESERVE), ArtifactContract("*/g.wasm", seal=Seal(Mode.DENY))
        )


def test_copy_has_the_clauses_of_its_artifacts_without_controls() -> None:
    Path("dist/x.zip").write_bytes(zip_of({"x.wasm": COPY, "y.wasm": GROWING_WASM}))
    first = ArtifactContract("build/g.wasm", seal=RESERVE, expect=(Expectation("bad", Verdict.REACHABLE),))
    second = ArtifactContract("build/h.wasm", allow=ANY, seal=RESERVE)
    contract = Contract(Path("nogrow.toml"), (first, second))
    copies, shipment = sealed_copies(contract), gather(["dist"])
    copy, original = targets_of(shipment, contract, copies)
    assert copy.clauses == (first._replace(expect=()), second)
    assert original.clauses == (second,)
    assert [path for path, _ in originals(shipment, copies)] == ["dist/x.zip!y.wasm"]


def test_clause_about_the_shipped_path_comes_first() -> None:
    Path("dist/x.zip").write_bytes(zip_of({"x.wasm": COPY}))
    named = ArtifactContract("dist/*!*", allow=ANY)
    contract = Contract(Path("nogrow.toml"), (named, ArtifactContract("build/g.wasm", seal=RESERVE)))
    (target,) = targets_of(gather(["dist"]), contract, sealed_copies(contract))
    assert target.clauses == (named,)


def test_copy_of_a_component_keeps_clauses_of_its_modules() -> None:
    part = ArtifactContract("build/g.wasm#0", expect=(Expectation("bad", Verdict.REACHABLE),))
    (target,) = copies_of(ArtifactContract("build/g.wasm", seal=RESERVE), part).targets.values()
    assert target.parts == ((0, part._replace(expect=())),)
