import copy
import gc
import hashlib
import mmap
import pickle
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import nogrow
from nogrow import EntryKind, Proof, Verdict
from nogrow.errors import NothingError
from tests.support.modules import CALLING, GROWING, QUIET, assemble, write_module

NAMED = """(module (import "env" "log" (func $log)) (memory (export "memory") 1 9)
  (func $alloc (drop (memory.grow (i32.const 1))))
  (func $format call $alloc)
  (func (export "set_name") call $format)
  (func (export "get_name") call $log)
  (func $begin) (start $begin))"""
COMPONENT = f"(component (core {GROWING[1:]} (core {QUIET[1:]})"
DATA = assemble(NAMED)


@pytest.fixture
def proof() -> Proof:
    return nogrow.prove(DATA)


def test_proof_has_the_worst_verdict(proof: Proof) -> None:
    assert proof.verdict is Verdict.REACHABLE
    assert nogrow.prove(assemble(QUIET)).verdict is Verdict.ABSENT


def test_proof_is_a_collection_of_entry_points(proof: Proof) -> None:
    assert [entry.name for entry in proof] == ["get_name", "set_name", "(start)"]
    assert len(proof) == 3
    assert "set_name" in proof
    assert "alloc" not in proof
    assert [entry.kind for entry in proof][2] is EntryKind.START
    with pytest.raises(KeyError, match="alloc"):
        proof["alloc"]


def test_entry_point_has_its_verdict_and_witness(proof: Proof) -> None:
    entry = proof["set_name"]
    assert entry.verdict is Verdict.REACHABLE
    assert [step.function.name for step in entry.witness][1:] == ["format", "alloc"]
    assert DATA[entry.witness[-1].offset] == 0x40
    assert proof["get_name"].verdict is Verdict.UNREACHABLE
    assert proof["get_name"].imports == ("env.log",)


def test_proof_has_what_the_module_declares(proof: Proof) -> None:
    (memory,), (site,) = proof.memories, proof.sites
    assert (memory.min_pages, memory.max_pages, memory.exported) == (1, 9, ("memory",))
    assert (site.function.name, site.operand) == ("alloc", 1)
    assert (proof.sha256, proof.size) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    assert proof.validated is True
    assert any("env.log" in sentence for sentence in proof.assumptions)


def test_bytes_and_paths_have_equal_verdicts(tmp_path: Path) -> None:
    path = write_module(tmp_path / "a.wasm", NAMED)
    proofs = [nogrow.prove(module) for module in (DATA, bytearray(DATA), memoryview(DATA), path, str(path))]
    assert {proof.verdict for proof in proofs} == {Verdict.REACHABLE}
    assert [proof.path for proof in proofs] == [None, None, None, str(path), str(path)]
    assert len(set(proofs)) == 2
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert nogrow.prove(mapped) == proofs[0]


def test_export_wins_over_another_entry_point_of_the_name() -> None:
    module = assemble('(module (memory 1) (func $s) (start $s) (func (export "(start)")))')
    assert nogrow.prove(module)["(start)"].kind is EntryKind.EXPORT


def test_trusted_imports_are_no_assumption() -> None:
    module = assemble(CALLING)
    assert any("env.log" in sentence for sentence in nogrow.prove(module).assumptions)
    for trusted in ("env.log", ["env.*"]):
        assert not any(
            "env.log" in sentence for sentence in nogrow.prove(module, trusted=trusted).assumptions
        )


def test_host_code_shows_growth_behind_imports(tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter_javascript")
    script = tmp_path / "host.js"
    script.write_text(
        "const imports = { env: { log() { instance.exports.memory.grow(1); } } };\n"
        "const { instance } = await WebAssembly.instantiate(bytes, imports);\n"
    )
    for js in (script, [str(script)], tmp_path):
        entry = nogrow.prove(assemble(CALLING), js=js)["ok"]
        assert (entry.verdict, entry.host_grows) == (Verdict.REACHABLE, "env.log")


def test_memory_that_no_host_sees_is_told_apart() -> None:
    module = '(module (memory 1) (func (export "f") (drop (memory.grow (i32.const 1)))))'
    proof = nogrow.prove(assemble(module))
    assert (proof.verdict, proof.visible_verdict) == (Verdict.REACHABLE, Verdict.ABSENT)


def test_module_without_entry_points_has_a_proof() -> None:
    proof = nogrow.prove(assemble("(module)"))
    assert (len(proof), proof.verdict, proof.visible_verdict, bool(proof)) == (
        0,
        Verdict.ABSENT,
        Verdict.ABSENT,
        True,
    )


def test_component_has_a_proof_of_each_core_module(tmp_path: Path) -> None:
    proof = nogrow.prove(write_module(tmp_path / "c.wasm", COMPONENT))
    assert [str(module.path) for module in proof.modules] == [f"{tmp_path / 'c.wasm'}#{n}" for n in (0, 1)]
    assert [module.verdict for module in proof.modules] == [Verdict.REACHABLE, Verdict.ABSENT]
    assert (proof.verdict, proof.visible_verdict) == (Verdict.REACHABLE, Verdict.REACHABLE)
    assert (len(proof), len(list(proof)), len(proof.sites), len(proof.memories)) == (3, 3, 1, 2)


def test_entry_point_of_a_component_is_found_by_its_name() -> None:
    proof = nogrow.prove(assemble(COMPONENT))
    assert proof["bad"].verdict is Verdict.REACHABLE
    with pytest.raises(KeyError, match="several of `modules` have an entry point of this name: 0, 1"):
        proof["ok"]
    with pytest.raises(KeyError, match="gone"):
        proof["gone"]


def test_component_without_core_modules_is_an_error() -> None:
    with pytest.raises(NothingError, match=r"^<bytes>: a component without core modules$"):
        nogrow.prove(assemble("(component)"))


def test_core_module_that_cannot_be_judged_is_an_error() -> None:
    data = assemble(COMPONENT).replace(b"\x40\0\x0b", b"\xff\0\x0b")
    with pytest.raises(nogrow.Error, match="<bytes>"):
        nogrow.prove(data)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (b"", "<bytes>: offset 0x0: not a WebAssembly module: the file does not start with "),
        (DATA[:-2], "<bytes>: offset 0x"),
        (
            assemble(QUIET).replace(b"\x41\x07\x0b", b"\x42\x07\x0b"),
            "<bytes>: offset 0x.*: not a valid module, says wasmtime",
        ),
        ("gone.wasm", "gone.wasm: can't be read: No such file or directory"),
        (".", r"\.: not a regular file"),
        ("a\0b", "module: a path cannot contain a NUL character"),
        (7, "module: expected a path or bytes, not int"),
        (b"x".hex, "module: expected a path or bytes, not builtin_function_or_method"),
    ],
)
def test_error_is_one_clear_line(module: bytes, message: str) -> None:
    with pytest.raises(nogrow.Error, match=f"^{message}") as caught:
        nogrow.prove(module)
    assert "\n" not in str(caught.value)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(nogrow.Error, match=r"^js: expected a path, not int"):
        nogrow.prove(DATA, js=[3])  # type: ignore[list-item]
    with pytest.raises(nogrow.Error, match=r"^trusted: expected texts, not bytes"):
        nogrow.prove(DATA, trusted=[b"env.log"])  # type: ignore[list-item]


def test_without_validation_the_proof_says_so() -> None:
    invalid = assemble(QUIET).replace(b"\x41\x07\x0b", b"\x42\x07\x0b")
    proof = nogrow.prove(invalid, validate=False)
    assert (proof.verdict, proof.validated) == (Verdict.ABSENT, None)


def test_proof_cannot_be_changed(proof: Proof) -> None:
    with pytest.raises(FrozenInstanceError):
        proof.path = "other.wasm"  # type: ignore[misc]


@pytest.mark.parametrize("text", [NAMED, COMPONENT])
def test_proof_is_equal_after_pickling(text: str) -> None:
    proof = nogrow.prove(assemble(text))
    _ = "bad" in proof
    for twin in (pickle.loads(pickle.dumps(proof)), copy.deepcopy(proof)):
        assert twin == proof
        assert [entry.verdict for entry in twin] == [entry.verdict for entry in proof]
        assert list(map(tuple, (entry.witness for entry in twin))) == [
            tuple(entry.witness) for entry in proof
        ]


@pytest.mark.parametrize("text", [NAMED, COMPONENT])
def test_proof_does_not_keep_the_module(text: str) -> None:
    module = bytes(bytearray(assemble(text)))
    references = sys.getrefcount(module)
    # Without cycles between objects, the module is also freed before garbage is collected.
    gc.disable()
    try:
        proof = nogrow.prove(module)
        assert sys.getrefcount(module) == references
    finally:
        gc.enable()
    assert proof["bad" if text == COMPONENT else "set_name"].witness


def test_pickled_proof_is_small(proof: Proof) -> None:
    assert len(pickle.dumps(proof)) < 2_500
    # The code of a module is not part of its proof.
    body = "(drop (i32.const 7))" * 20_000
    large = assemble(
        f'(module (memory (export "m") 1) (func (export "f") {body} (drop (memory.grow (i32.const 1)))))'
    )
    assert len(large) > 60_000
    assert len(pickle.dumps(nogrow.prove(large))) < 2_500


def test_pickled_proof_of_many_exports_is_small() -> None:
    exports = "".join(f'(func (export "f{number}") call $g)' for number in range(2_000))
    module = f'(module (memory (export "m") 1) (func $g (drop (memory.grow (i32.const 1)))) {exports})'
    assert len(pickle.dumps(nogrow.prove(assemble(module)))) < 2_000 * 120
