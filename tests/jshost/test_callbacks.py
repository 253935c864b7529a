"""Test that calls back into the module are found however host code gets to the export or to the table."""

import shutil
import subprocess

import pytest

from nogrow.jshost import inclusion
from nogrow.jshost.callbacks import calls_back
from nogrow.jshost.model import ANY_EXPORT, Called
from tests.jshost.reaches import EXPORTS, INSTANCE, OTHERS
from tests.support.modules import assemble

MODULE = """(module (import "a" "b" (func $b)) (memory (export "memory") 1) (table (export "t") 1 funcref)
  (elem (i32.const 0) $grow) (func $grow (export "grow") (drop (memory.grow (i32.const 1))))
  (func (export "stay")) (func (export "run") (call $b)))"""
HOST = """
const m = new WebAssembly.Module(Buffer.from(process.argv[1], "hex"));
let setup = () => {{}}, other, memory, before;
const { Instance } = WebAssembly;
class Watched extends Instance {{
  constructor(...given) {{ super(...given); memory = this.exports.memory; before = memory.buffer }}
}}
WebAssembly.Instance = Watched;
{text}
process.exit(memory.buffer === before ? 1 : 0);
"""


def whole(text: str) -> str:
    made = "" if "new WebAssembly.Instance" in text else INSTANCE.replace("; e.run", "; setup(); e.run")
    return f"let e; {text}{made}"


def called_by(text: str) -> Called:
    found = calls_back([("g.js", whole(text).encode())], [("a", "b")])
    assert found.followed
    return next(iter(found.called), Called("a.b"))


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_call_back_is_found(text: str) -> None:
    called = called_by(text)
    assert called.table is not None or {"grow", ANY_EXPORT} & {name for name, _ in called.exports}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_exports_are_not_called(text: str) -> None:
    called = called_by(text)
    assert called.table is None
    assert not {"grow", ANY_EXPORT} & {name for name, _ in called.exports}


def test_function_that_unknown_code_gets_counts_as_called() -> None:
    assert "grow" in dict(called_by("const i={a:{b:()=>library.use({deep:{f:()=>e.grow()}})}};").exports)


def test_route_has_each_call_on_the_way() -> None:
    text = "const f = () => e.grow();\nfunction g(n) { return f() }\nconst i = { a: { b: () => g(1) } };"
    (route,) = (route for name, route in called_by(text).exports if name == "grow")
    assert [(call.function, call.text, call.place, str(call.start)) for call in route] == [
        ("b", "g", "g.js:3:27", "3:21"),
        ("g", "f", "g.js:2:24", "2:1"),
        ("f", "e.grow", "g.js:1:24", "1:18"),
    ]


def test_files_are_followed_together() -> None:
    sources = [
        ("d/m.js", b"let wasm; export function set(w) { wasm = w } export const grow = () => wasm.grow();"),
        ("d/n.js", b"import { grow as g } from './m.js'; export const i = { a: { b: () => g() } };"),
    ]
    (called,) = calls_back(sources, [("a", "b")]).called
    assert [call.place for call in dict(called.exports)["grow"]] == ["d/n.js:1:70", "d/m.js:1:73"]


def test_required_files_are_followed_together() -> None:
    sources = [
        ("m.js", b"let wasm; exports.set = w => { wasm = w }; exports.grow = () => wasm.grow();"),
        ("n.js", b"const m = require('./m'); i = { a: { b: () => m.grow() } };"),
    ]
    (called,) = calls_back(sources, [("a", "b")]).called
    assert "grow" in dict(called.exports)


def test_names_that_a_module_exports_serve_its_imports() -> None:
    text = b"import * as wasm from './m.wasm'; export function b() { wasm.grow() }"
    (called,) = calls_back([("m.js", text)], [("./m.js", "b")]).called
    assert "grow" in dict(called.exports)


def test_argument_of_an_export_may_come_back_as_a_reference() -> None:
    text = b"let e; i = { a: { b: f => f() } }; e = instance.exports; e.run(() => e.grow())"
    for references in (False, True):
        found = calls_back([("g.js", text)], [("a", "b")], references=references).called
        assert any("grow" in dict(called.exports) for called in found) == references


ENTANGLED = """
var Module = {}, table;
function receive(instance) { var exports = instance.exports; Module["asm"] = exports;
  table = Module["asm"]["l"] }
var _malloc = Module["_malloc"] = function () {
  return (_malloc = Module["_malloc"] = Module["asm"]["m"]).apply(null, arguments) };
function entry(i) { var f = mirror[i]; if (!f) f = table.get(i); return f }
var CODE = { 1024: ($0) => _malloc($0) };
function run(code, args) { return CODE[code].apply(null, args) }
var t = { "a": (n) => _malloc(n), "b": (i) => entry(i)(), "c": () => 1, "d": (c, a) => run(c, a) };
var info = { "a": t };
"""


@pytest.mark.parametrize("limit", [0, inclusion.MOST_EDGES])
def test_entangled_code_is_followed_by_names(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inclusion, "MOST_EDGES", limit)
    found = calls_back([(f"{limit}.js", ENTANGLED.encode())], [("a", name) for name in "abcd"])
    assert found.followed == (limit > 0)
    facts = {called.label: (set(dict(called.exports)), called.table is not None) for called in found.called}
    assert {label: ("m" in exports, table) for label, (exports, table) in facts.items()} == {
        "a.a": (True, False),
        "a.b": (False, True),
        "a.d": (True, False),
    }


@pytest.mark.exhaustive
@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_case_calls_back_in_node(text: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node")
    host = HOST.replace("{{", "{").replace("}}", "}").replace("{text}", whole(text))
    arguments = [node, "-e", host, assemble(MODULE).hex()]
    assert subprocess.run(arguments, check=False).returncode == 0
