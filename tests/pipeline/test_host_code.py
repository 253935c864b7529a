"""Whether host code is that of a module: of another build, of nothing, or with names that say nothing."""

from pathlib import Path

import pytest

from nogrow.analysis.emscripten_abi import ANY, Effect
from nogrow.analysis.minified_imports import minified
from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract, Imports
from nogrow.contract.select import Target
from nogrow.jshost.imports import analyse
from nogrow.pipeline.all_files import check
from nogrow.pipeline.host_code import why_foreign
from nogrow.pipeline.host_effects import effects
from nogrow.pipeline.minified_imports import why_host_code_is_needed
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from tests.support.modules import assemble, write_module

MINIFIED = """(module
  (import "a" "a" (func $resize (param i32) (result i32)))
  (import "a" "b" (func $invoke (param i32 i32)))
  (import "a" "c" (func $abort))
  (memory (export "d") {limits}) (func (export "e") (drop (call $resize (i32.const 1))))
  (func (export "f") (call $abort)) (table (export "g") 1 funcref))"""
GLUE = """
function _emscripten_resize_heap(n) { m.grow(1) }
function invoke_vi(i, a) { w(i)(a) } function _abort() { throw 1 }
var t = { a: _emscripten_resize_heap, b: invoke_vi, c: _abort }; var info = { a: t };
function start(instance) { x = instance.exports; m = x.d; new Uint8Array(m.buffer); x.e(); t = x.g }
"""
CLOSED = GLUE.replace("_emscripten_resize_heap", "r").replace("invoke_vi", "v").replace("_abort", "z")


def module(limits: str = "1", text: str = MINIFIED) -> Module:
    return decode(assemble(text.format(limits=limits)))


def reason(glue: str, of: Module | None = None) -> str | None:
    return why_foreign(of or module(), [analyse("g.js", glue.encode())], lambda _: False)


@pytest.mark.parametrize("glue", [GLUE, CLOSED])
def test_glue_of_the_same_build_is_accepted(glue: str) -> None:
    assert reason(glue) is None


@pytest.mark.parametrize(
    ("glue", "message"),
    [
        ("", "serves none of its imports, as far as they can be followed: a.a, a.b, a.c"),
        (GLUE.replace(", c: _abort", ""), "it serves not a.c"),
        (GLUE.replace("c: _abort", "c: _abort, d: _abort"), "it serves also a.d"),
        (GLUE.replace("x.e()", "x.k()"), "it reads exports that the module does not have: k"),
        (GLUE.replace("m = x.d", "m = x.e"), "it uses exports of another kind as a memory: e"),
        (
            GLUE.replace(
                "a: _emscripten_resize_heap, b: invoke_vi", "a: invoke_vi, b: _emscripten_resize_heap"
            ),
            "it serves a.a with invoke_vi, which has another type",
        ),
        (
            GLUE.replace("m.grow(1)", "_abort()"),
            "is of a build whose memory can't grow: there, a.a does not grow it",
        ),
        (CLOSED.replace("m.grow(1)", "z()"), "serves no import that grows the memory"),
    ],
)
def test_glue_of_another_build_is_rejected(glue: str, message: str) -> None:
    problem = reason(glue)
    assert problem is not None
    assert message in problem
    assert problem.endswith("--js FILE (or --glue FILE), or trust these imports in the contract")


def test_functions_with_unminified_names_need_not_grow() -> None:
    """Emscripten has no function that grows where nothing is allocated."""
    text = MINIFIED.replace("(drop (call $resize (i32.const 1)))", "").replace("(param i32) (result i32)", "")
    glue = GLUE.replace("_emscripten_resize_heap", "_tick").replace("m.grow(1)", "")
    assert reason(glue, module(text=text)) is None


def test_export_of_the_emscripten_wrapper_is_ignored() -> None:
    text = MINIFIED.replace('"f"', '"h"')
    assert reason(GLUE + 'function wrap(i) { return i.exports["f"] }', module(text=text)) is None


@pytest.mark.parametrize(
    ("imports", "glue", "unserved"),
    [
        (
            '(import "env" "one" (func)) (import "env" "two" (func))',
            "i={env:{one(){}}}",
            "not all of its imports; not served: env.two",
        ),
        ('(import "env" "one" (func))', "i={other:{one(){}}}", "none of its imports; not served: env.one"),
        (
            '(import "gojs" "runtime.x" (func))',
            "i={gojs:{y(){}}}",
            "none of its imports; not served: gojs.runtime.x",
        ),
    ],
)
def test_every_named_import_must_be_served(imports: str, glue: str, unserved: str) -> None:
    problem = reason(glue, decode(assemble(f'(module {imports} (memory (export "m") 1))')))
    assert problem is not None
    assert f"g.js serves {unserved}; name" in problem


def test_several_files_serve_together() -> None:
    of = decode(assemble('(module (import "env" "one" (func)) (import "env" "two" (func)) (memory 1))'))
    files = [analyse("a.js", b"i={env:{one(){}}}"), analyse("b.js", b"export function two(){}")]
    assert why_foreign(of, files, lambda _: False) is None
    assert why_foreign(of, files[:1], lambda label: label == "env.two") is None


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("a.a a.b", "a.a a.b"),
        ("a.aa", "a.aa"),
        ("env.a wasi_snapshot_preview1.b", "env.a wasi_snapshot_preview1.b"),
        ("env.a env.c", ""),
        ("env.a env.abort", ""),
        ("env.now", ""),
        ("a.emscripten_resize_heap", ""),
    ],
)
def test_minified_names_are_recognised(imports: str, expected: str) -> None:
    text = "".join('(import "{}" "{}" (func))'.format(*label.split(".")) for label in imports.split())
    of = decode(assemble(f"(module {text})"))
    assert minified(of) == set(expected.split())
    assert (why_host_code_is_needed(of, imports.split()) is None) == (not expected)


def test_host_code_determines_import_effects() -> None:
    glue = analyse("g.js", GLUE.replace("w(i)(a)", "t.get(i)(a)").replace("throw 1", "x.e()").encode())
    effects_of = effects(module(), [glue]).effects
    invoking = effects_of["a.b"][0]
    assert invoking._replace(route=()) == Effect(signature="vi", whole=True)
    assert [(call.function, call.place, call.text) for call in invoking.route] == [
        ("invoke_vi", "g.js:3:28", "t.get(i)")
    ]
    assert all(effect.signature != ANY for effect in effects_of["a.b"])


def judged(
    tmp_path: Path, limits: str, text: str = MINIFIED, trusted: tuple[str, ...] = ()
) -> ArtifactReport:
    path = write_module(tmp_path / "m.wasm", text.format(limits=limits))
    target = Target(str(path), ArtifactContract(imports=Imports(trusted=trusted)))
    (artifact,) = check(None, [target], judge=judge).artifacts
    return artifact


@pytest.mark.parametrize(("limits", "outcome"), [("1", "not-judged"), ("1 2", "not-judged"), ("1 1", "kept")])
def test_minified_imports_are_judged_with_a_fixed_memory_only(
    tmp_path: Path, limits: str, outcome: str
) -> None:
    assert judged(tmp_path, limits).outcome.value == outcome


def test_imported_memory_needs_host_code(tmp_path: Path) -> None:
    text = (
        '(module (import "a" "a" (memory {limits})) (import "a" "b" (func $b)) (func (export "c") (call $b)))'
    )
    assert judged(tmp_path, "1", text).outcome is Outcome.NOT_JUDGED
    assert judged(tmp_path, "1 1", text).outcome is Outcome.KEPT


def test_private_memory_needs_no_host_code(tmp_path: Path) -> None:
    text = '(module (memory {limits}) (import "a" "b" (func $b)) (func (export "c") (call $b)))'
    assert (
        judged(
            tmp_path,
            "1",
            text.replace("(memory {limits}) ", "").replace(
                "(func (export", "(memory {limits}) (func (export", 1
            ),
        ).outcome
        is Outcome.KEPT
    )


def test_trusted_imports_need_no_host_code(tmp_path: Path) -> None:
    assert judged(tmp_path, "1", trusted=("a.*",)).outcome is Outcome.KEPT
    assert judged(tmp_path, "1", trusted=("a.a",)).outcome is Outcome.NOT_JUDGED
