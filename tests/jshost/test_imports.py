import sys
from pathlib import Path

import pytest

from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.imports import analyse, text_of
from nogrow.jshost.model import Glue
from nogrow.jshost.nearby_scripts import scripts_at

CORPUS = Path(__file__).parents[2] / "build" / "corpus"

PLAIN = """\
var wasmMemory, wasmExports, HEAPU8;
function updateMemoryViews() { HEAPU8 = new Uint8Array(wasmMemory.buffer); }
var growMemory = (size) => {
  try {
    wasmMemory.grow(size);
    updateMemoryViews();
    return 1;
  } catch (e) {}
};
var _emscripten_resize_heap = (requested) => growMemory(requested);
var _fd_write = (fd) => 0;
var wasmImports = {
  /** @export */
  emscripten_resize_heap: _emscripten_resize_heap,
  fd_write: _fd_write
};
function getWasmImports() { return { "env": wasmImports, "wasi_snapshot_preview1": wasmImports }; }
function createWasm() {
  wasmExports = new WebAssembly.Instance(module, getWasmImports()).exports;
  wasmMemory = wasmExports["memory"];
}
"""
MINIFIED = (
    "var m,t,h;function u(){h=new Uint8Array(m.buffer)}var a={b:(a,b)=>{t.grow(1);return t.get(a)},"
    "c:a=>{for(var b=1;b<=4;b*=2){try{m.grow(b);u();return 1}catch(a){}}},d:a=>a+1,e:u};"
    "WebAssembly.instantiate(x,{a:a}).then(a=>{m=a.instance.exports.d;t=a.instance.exports.e})"
)


def read(path: Path) -> Glue:
    return analyse(str(path), text_of(path))


def labels(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "glue.js"
    path.write_text(text)
    return [grower.label for grower in read(path).growers]


def test_plain_glue_names_the_import_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "glue.js").write_text(PLAIN)
    growers = read(tmp_path / "glue.js").growers
    assert [grower.label for grower in growers] == [
        "env.emscripten_resize_heap",
        "wasi_snapshot_preview1.emscripten_resize_heap",
    ]
    assert {grower.place for grower in growers} == {f"{tmp_path / 'glue.js'}:5:5"}


def test_minified_glue_names_the_growing_import_only(tmp_path: Path) -> None:
    assert labels(tmp_path, MINIFIED) == ["a.c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("function g(){m.grow(1)} i={a:{b:g}}; m.buffer", ["a.b"]),
        ("const g=()=>m['grow'](1), i={a:{b:()=>g()}}; m.buffer", ["a.b"]),
        ("i={a:{b(){m.grow(1)}}}", ["a.b"]),
        ("const g=(/* grows */ ()=>m.grow(1)); i={a:{b:g}}", ["a.b"]),
        ("const f={b:()=>m.grow(1)}; i={a:f}", ["a.b"]),
        ("const f={}; f.b=()=>m.grow(1); i={a:f}", ["a.b"]),
        ("const f={}; f['b']=()=>m.grow(1); i={}; i.a=f", ["a.b"]),
        ("const b=()=>m.grow(1), f={b}, i={a:{...f}}", ["a.b"]),
        ("const b=()=>m.grow(1), f={}; Object.assign(f,{b}); i={a:f}", ["a.b"]),
        ("const f=make({b:()=>m.grow(1)}); i={a:new Proxy(f,{})}", ["a.b"]),
        ("function f(){return {b:()=>m.grow(1)}} i={a:f()}", ["a.b"]),
        ("const g=x=>m.grow(x); i={a:{b:()=>[1,2].map(g), c:()=>h.map(x=>g(x))}}", ["a.b", "a.c"]),
        ("const g=x=>m.grow(x); i={a:{b:()=>setTimeout(()=>g(1)), c:()=>1}}", ["a.b"]),
        ("const o={p:()=>m.grow(1)}; i={a:{b:()=>o.p(), c:()=>o.q()}}", ["a.b"]),
        ("const o={p(){this.q()}, q(){m.grow(1)}}; i={a:{b:()=>o.p()}}", ["a.b"]),
        ("class C{static p(){m.grow(1)}} i={a:{b:()=>C.p()}}", ["a.b"]),
        ("const g=wrap(()=>m.grow(1)); i={a:{b:c?g:h, d:c&&g}}", ["a.b", "a.d"]),
        ("i={a:{b:()=>Module.wasmMemory.grow(1)}}", ["a.b"]),
        ("i={a:{b:()=>m.grow.call(m,1)}}", ["a.b"]),
        # A name means its declaration in the nearest scope.
        ("function g(){m.grow(1)} i={a:{b:function(g){g()}, c:()=>{let g=()=>1; g()}}}", []),
        ("function g(){m.grow(1)} i={a:{b:()=>{{let g=1} g()}}}", ["a.b"]),
        ("function g(){m.grow(1)} i={a:{b:()=>{try{}catch(g){g()}}, c:({g})=>g(), d:([g=1])=>g()}}", []),
        # A function that creates the import object does not call the functions in it.
        ("const w=()=>{const g=()=>m.grow(1); return {a:{b:g}}}; i={a:{c:()=>w()}}", ["a.b"]),
        # Tables and objects of the program have a `grow` as well.
        ("function g(){t.grow(1)} i={a:{b:g}}; t.set(0,1)", []),
        ("i={a:{b:()=>Module.wasmTable.grow(1)}}", []),
        ("const l={grow(){}}; i={a:{b:()=>l.grow(1)}}", []),
        ("i={a:{b:()=>1}}", []),
        ("", []),
    ],
)
def test_imports_that_lead_to_a_growth(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert labels(tmp_path, text) == expected


def test_deep_nesting_overflows_no_stack(tmp_path: Path) -> None:
    depth = 20_000
    text = f"i={{a:{{b:()=>{'1+' * depth}m.grow(1)}}}}"
    assert labels(tmp_path, text) == ["a.b"]


def test_syntax_error_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "glue.js").write_text("var a = 1;\nvar b = = 2;\n")
    with pytest.raises(ModuleError, match=r"glue\.js:2: the glue is not JavaScript"):
        read(tmp_path / "glue.js")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.js: can't read the glue: No such file"):
        read(tmp_path / "gone.js")


def test_folder_stands_for_the_scripts_below_it(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError, match=r"no JavaScript in it; files that end in \.js"):
        scripts_at(tmp_path)
    for name in ("a.js", "in/b.mjs", "in/c.txt"):
        (tmp_path / name).write_text("1")
    assert scripts_at(tmp_path) == [tmp_path / "a.js", tmp_path / "in" / "b.mjs"]
    assert scripts_at(tmp_path / "in" / "c.txt") == [tmp_path / "in" / "c.txt"]


def test_message_says_how_to_install_the_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "glue.js").write_text("1")
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    with pytest.raises(UsageError) as caught:
        read(tmp_path / "glue.js")
    assert str(caught.value) == "no parser for .js files: install it with pip install 'nogrow[glue]'"


def test_glue_tells_which_module_it_names(tmp_path: Path) -> None:
    (tmp_path / "glue.js").write_text('locateFile("a.wasm")')
    glue = read(tmp_path / "glue.js")
    assert glue.names("a.wasm")
    assert not glue.names("b.wasm")


def test_growing_import_of_sql_js_is_found() -> None:
    scripts = sorted(CORPUS.rglob("dist/sql-wasm.js"))
    if not scripts:
        pytest.skip(f"no sql.js under {CORPUS}")
    (grower,) = read(scripts[0]).growers
    assert (grower.label, grower.line) == ("a.l", 155)
