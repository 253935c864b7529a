import hashlib
import time
from pathlib import Path

import pytest

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract, Imports
from nogrow.contract.select import Target
from nogrow.contract.violations import Rule
from nogrow.jshost.model import Glue, Grower, Served, Table
from nogrow.pipeline.all_files import check
from nogrow.report.exit_code import Outcome
from nogrow.wasm.validate import Validation
from tests.support.judgements import REACHABLE
from tests.support.modules import write_module

COMPONENT = """(component
  (core module $m (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1 memory.grow)
    (func (export "run") (param i32 i32)))
  (core instance $i (instantiate $m))
  (func (export "run") (param "x" string)
    (canon lift (core func $i "run") (memory (core memory $i "mem")) (realloc (core func $i "realloc"))))
  (core module (memory 1 1)))"""
GROW = b"\x41\x01\x40\x00"
IMPORTING = '(module (import "a" "b" (func $b)) (memory (export "m") {}) (func (export "f") call $b))'


def glue_of(tmp_path: Path, label: str = "a.b", source: bytes = b"") -> Glue:
    served = Served((Table("a", frozenset("b")),))
    return Glue("glue.js", (Grower(label, "glue.js", 5, 7),), source, served)


def test_component_is_reported_by_its_core_modules(tmp_path: Path) -> None:
    path = write_module(tmp_path / "c.wasm", COMPONENT)
    first, second = check(None, [target(path)], judge=judge).artifacts
    assert (first.path, second.path) == (f"{path}#0", f"{path}#1")
    assert (first.outcome, second.outcome) == (Outcome.BROKEN, Outcome.KEPT)
    assert first.sha256 == second.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert first.size == path.stat().st_size
    assert first.validated is True


def test_offsets_are_those_in_the_component(tmp_path: Path) -> None:
    path = write_module(tmp_path / "c.wasm", COMPONENT)
    first = check(None, [target(path)], judge=judge).artifacts[0].judgement
    assert first is not None
    offset = path.read_bytes().index(GROW) + 2
    assert [site.offset for site in first.sites] == [offset]
    assert [entry.witness[-1].offset for entry in first.entries if entry.witness] == [offset]


def test_host_side_callers_are_assumptions(tmp_path: Path) -> None:
    first, second = check(None, [target(write_module(tmp_path / "c.wasm", COMPONENT))], judge=judge).artifacts
    assert first.judgement is not None
    assert second.judgement is not None
    assert "canonical realloc: host-side caller of `realloc`" in sentences(first.judgement.assumptions)
    assert second.judgement.assumptions == ()


def test_unreadable_core_module_does_not_affect_the_others(tmp_path: Path) -> None:
    path = write_module(tmp_path / "c.wasm", COMPONENT)
    data = path.read_bytes()
    path.write_bytes(data.replace(GROW, b"\x41\x01\xff\x00"))
    first, second = check(None, [target(path)], judge=judge).artifacts
    assert f"{path}#0: offset 0x{data.index(GROW) + 2:x}: " in first.violations[0].message
    assert second.outcome is Outcome.KEPT


def test_validation_of_an_undecodable_module_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pipeline goes on to the next file and must not let abandoned validations pile up."""
    ended: list[int] = []

    def slow(data: bytes) -> Validation:
        time.sleep(0.2)
        ended.append(len(data))
        return Validation(None)

    monkeypatch.setattr("nogrow.pipeline.pipeline.validate", slow)
    path = tmp_path / "a.wasm"
    path.write_bytes(b"\0asm\x01\0\0\0\xff")
    (artifact,) = check(None, [target(path)], judge=judge).artifacts
    assert (artifact.outcome, ended) == (Outcome.NOT_JUDGED, [9])


def test_component_without_core_modules_is_nothing(tmp_path: Path) -> None:
    (artifact,) = check(
        None, [target(write_module(tmp_path / "c.wasm", "(component)"))], judge=judge
    ).artifacts
    assert artifact.outcome is Outcome.NOTHING
    assert artifact.notes == ("a component without core modules",)


def test_clause_of_a_core_module_applies_to_no_other(tmp_path: Path) -> None:
    path = write_module(tmp_path / "c.wasm", COMPONENT)
    grows = ArtifactContract(allow=(REACHABLE,))
    component = Target(str(path), ArtifactContract(), parts=((0, grows), (7, grows)))
    first, second, seventh = check(None, [component], judge=judge).artifacts
    assert (first.outcome, second.outcome) == (Outcome.KEPT, Outcome.KEPT)
    assert (seventh.path, seventh.outcome) == (f"{path}#7", Outcome.NOTHING)


def test_invalid_module_is_not_judged(tmp_path: Path) -> None:
    path = write_module(tmp_path / "a.wasm", '(module (func (export "f") (result i32)))')
    (artifact,) = check(None, [target(path)], judge=judge).artifacts
    assert artifact.outcome is Outcome.NOT_JUDGED
    assert artifact.validated is False
    assert "not a valid module, says wasmtime: type mismatch" in artifact.violations[0].message
    (artifact,) = check(None, [target(path)], judge=judge, validate=False).artifacts
    assert (artifact.outcome, artifact.validated) == (Outcome.KEPT, None)


def test_invalid_core_module_has_its_offset_in_the_component(tmp_path: Path) -> None:
    bad = "(core module (func (result i32)))"
    path = write_module(tmp_path / "c.wasm", f"(component (core module) {bad})")
    _, second = check(None, [target(path)], judge=judge).artifacts
    offset = path.read_bytes().rindex(b"\x02\x00\x0b") + 2
    assert f"#1: offset 0x{offset:x}: not a valid module" in second.violations[0].message


def test_module_unsupported_by_wasmtime_is_judged(tmp_path: Path) -> None:
    path = write_module(
        tmp_path / "a.wasm", '(module (tag $t) (func (export "f") try throw $t catch_all end))'
    )
    (artifact,) = check(None, [target(path)], judge=judge).artifacts
    assert (artifact.outcome, artifact.validated) == (Outcome.KEPT, None)
    assert artifact.notes[0].startswith("wasmtime can't validate the module: legacy_exceptions")


def test_large_module_is_validated(tmp_path: Path) -> None:
    path = write_module(tmp_path / "a.wasm", '(module (func (export "f") (result i32)))')
    size = 3 << 20
    path.write_bytes(
        path.read_bytes()
        + b"\0"
        + bytes((size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128, size >> 21))
        + b"\4name"
        + bytes(size - 5)
    )
    (artifact,) = check(None, [target(path)], judge=judge).artifacts
    assert (artifact.outcome, artifact.validated) == (Outcome.NOT_JUDGED, False)


INVALID_COMPONENTS = {
    "a module is not there": "(component (core module) (core instance (instantiate 7)))",
    "no core module": "(component (type (tuple)))",
    "a start with parameters": "(component (core module) (core module (start 0) (func (param i32))))",
}


@pytest.mark.parametrize("wat", INVALID_COMPONENTS.values(), ids=INVALID_COMPONENTS)
def test_invalid_component_is_not_judged(wat: str, tmp_path: Path) -> None:
    path = write_module(tmp_path / "c.wasm", wat)
    (artifact,) = check(None, [target(path)], judge=judge).artifacts
    assert (artifact.path, artifact.outcome, artifact.validated) == (str(path), Outcome.NOT_JUDGED, False)
    assert "not a valid module, says wasmtime" in artifact.violations[0].message


def test_component_unsupported_by_wasmtime_is_judged(tmp_path: Path) -> None:
    path = write_module(tmp_path / "c.wasm", "(component (type (list u8 4)) (core module))")
    (artifact,) = check(None, [target(path)], judge=judge).artifacts
    assert (artifact.outcome, artifact.unvalidated) == (Outcome.KEPT, True)
    assert artifact.notes[0].startswith("wasmtime can't validate the component: Fixed-length lists require")


def test_glue_names_the_growing_import_and_its_line(tmp_path: Path) -> None:
    path = write_module(tmp_path / "a.wasm", IMPORTING.format("1"))
    (artifact,) = check(None, [target(path)], judge=judge, glue=[glue_of(tmp_path)]).artifacts
    assert artifact.violations[0].rule is Rule.HOST_GROWS
    assert artifact.judgement is not None
    assert artifact.judgement.assumptions[0].sentence == "host grows: a.b, glue.js:5:7"


def test_growing_import_is_harmless_with_a_fixed_memory(tmp_path: Path) -> None:
    path = write_module(tmp_path / "a.wasm", IMPORTING.format("1 1"))
    (artifact,) = check(None, [target(path)], judge=judge, glue=[glue_of(tmp_path)]).artifacts
    assert artifact.outcome is Outcome.KEPT
    assert artifact.judgement is not None
    assert sentences(artifact.judgement.assumptions)[0] == "a.b neither grows the memory nor calls back in"


def test_growing_import_needs_its_exact_name_for_trust(tmp_path: Path) -> None:
    path = write_module(tmp_path / "a.wasm", IMPORTING.format("1"))
    outcomes = []
    for trusted in ("a.*", "a.b"):
        clause = ArtifactContract(imports=Imports(trusted=(trusted,)))
        report = check(None, [target(path, clause)], judge=judge, glue=[glue_of(tmp_path)])
        outcomes.append(report.outcome)
    assert outcomes == [Outcome.BROKEN, Outcome.KEPT]


def test_glue_of_a_named_module_is_for_no_other(tmp_path: Path) -> None:
    both = [target(write_module(tmp_path / name, IMPORTING.format("1"))) for name in ("x.wasm", "y.wasm")]
    named, other = (
        [
            artifact.outcome
            for artifact in check(None, both, judge=judge, glue=[glue_of(tmp_path, source=text)]).artifacts
        ]
        for text in (b'"y.wasm"', b'"z.wasm"')
    )
    assert named == [Outcome.NOT_JUDGED, Outcome.BROKEN]
    assert other == [Outcome.BROKEN, Outcome.BROKEN]


def test_glue_without_a_growing_import_is_noted(tmp_path: Path) -> None:
    path = write_module(tmp_path / "a.wasm", IMPORTING.format("1").replace('"a" "b"', '"env" "b2b"'))
    served = Served((Table("env", frozenset(("b2b",))),))
    glue = glue_of(tmp_path, "env.other")._replace(served=served)
    (artifact,) = check(None, [target(path)], judge=judge, glue=[glue]).artifacts
    assert artifact.notes == ("in the glue, no import that is reached leads to a growth of the memory",)


def target(path: Path, clause: ArtifactContract | None = None) -> Target:
    return Target(str(path), clause or ArtifactContract())


def test_report_is_independent_of_the_number_of_threads(tmp_path: Path) -> None:
    write_module(tmp_path / "a.wasm", IMPORTING.format("1"))
    write_module(tmp_path / "c.wasm", COMPONENT)
    (tmp_path / "b.wasm").write_bytes(b"\0asm\x01\0\0\0\xff")
    names = ("a", "b", "c", "gone")
    every = [target(tmp_path / f"{name}.wasm") for name in names]
    told: list[tuple[int, int]] = []
    reports = [
        check(None, every, judge=judge, jobs=jobs, watch=lambda *said: told.append(said))
        for jobs in (1, 2, 5)
    ]
    assert reports[0] == reports[1] == reports[2]
    assert len(reports[0].artifacts) == 5
    assert told[0] == (0, 4)
