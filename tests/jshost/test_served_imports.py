"""Test which imports glue serves, in the forms that toolchains write."""

from pathlib import Path

import pytest

from nogrow.jshost.imports import analyse, text_of
from nogrow.jshost.model import Served, Table
from nogrow.jshost.nearby_scripts import likely


def served(tmp_path: Path, text: str, name: str = "glue.js") -> Served:
    path = tmp_path / name
    path.write_text(text)
    return analyse(str(path), text_of(path)).served


@pytest.mark.parametrize(
    ("text", "module", "fields"),
    [
        ('var table={"a":_f,"b":_g};var info={"a":table}', "a", "a b"),
        ("var table={a:()=>1,b:()=>2};function imports(){return{a:table}}", "a", "a b"),
        ("var t={a:f};Object.assign(t,{b:m});var i={a:t}", "a", "a b"),
        ("const imports={};imports.wbg={};imports.wbg.__x=function(){};imports.wbg.__y=g", "wbg", "__x __y"),
        (
            'const i={__proto__:null,__x:function(){}};r={__proto__:null,"./m_bg.js":i}',
            "./m_bg.js",
            "__x",
        ),
        (
            'class Go{constructor(){this.importObject={gojs:{"runtime.x":(sp)=>{},"debug":f}}}}',
            "gojs",
            "runtime.x debug",
        ),
        (
            "a={env:Object.setPrototypeOf({abort(m){}},Object.assign(Object.create(globalThis),i.env||{}))}",
            "env",
            "abort",
        ),
        ("i={a:{b:1,c:`text`,d:!0}}", "a", "b c d"),
        ("WebAssembly.instantiate(bytes,{env:{now:()=>1}})", "env", "now"),
    ],
)
def test_import_objects_are_found(tmp_path: Path, text: str, module: str, fields: str) -> None:
    assert Table(module, frozenset(fields.split())) in served(tmp_path, text).tables


@pytest.mark.parametrize(
    "text",
    [
        "module.exports.__x = function() {}",
        "exports.__x = () => 1",
        "export function __x() {}",
        "export const __x = () => 1",
        "function f() {} export { f as __x }",
    ],
)
def test_exports_of_the_file_are_found(tmp_path: Path, text: str) -> None:
    assert served(tmp_path, text).exported == {"__x"}


def test_types_in_host_code_are_read(tmp_path: Path) -> None:
    text = "export function __x(a: number): void {}"
    assert served(tmp_path, text, "glue.ts").exported == {"__x"}


def test_names_of_minified_imports_are_kept(tmp_path: Path) -> None:
    result = served(tmp_path, 'function invoke_vi(i,a){} var t={"c":invoke_vi};var info={"a":t}')
    assert result.names == (("a.c", "invoke_vi"),)


EMSCRIPTEN = """
var Module = {}, wasmMemory, HEAPU8;
function receive(instance) { var exports = instance.exports; Module["asm"] = exports;
  wasmMemory = Module["asm"]["f"]; HEAPU8 = new Uint8Array(wasmMemory.buffer); table = Module["asm"]["l"] }
var _malloc = Module["_malloc"] = function () {
  return (_malloc = Module["_malloc"] = Module["asm"]["m"]).apply(null, arguments) };
function entry(i) { var f = mirror[i]; if (!f) f = table.get(i); return f }
var CODE = { 1024: ($0) => _malloc($0) };
function run(code, args) { return CODE[code].apply(null, args) }
var t = { "a": (n) => _malloc(n), "b": (i) => entry(i)(), "c": () => 1, "d": (c, a) => run(c, a) };
var info = { "a": t };
"""


def test_exports_that_are_read_are_found(tmp_path: Path) -> None:
    result = served(tmp_path, EMSCRIPTEN)
    assert result.reads == {"f", "l", "m"}
    assert result.memories == {"f"}


def test_commonjs_exports_are_not_the_module_s(tmp_path: Path) -> None:
    assert served(tmp_path, "module.exports.a = 1; var x = module.exports; x.b()").reads == frozenset()


def test_scripts_of_the_same_name_come_first() -> None:
    same, naming, other = ("d/m.mjs", b""), ("d/x.js", b'"m.wasm"'), ("e/m.js", b"")
    assert likely("d/m.wasm", (same, naming, other)) == (same,)
    assert likely("d/m.wasm", (naming, other)) == (naming,)
    assert likely("d/m.wasm", (other,)) == ()
