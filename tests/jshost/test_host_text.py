import pytest

from nogrow.errors import ModuleError
from nogrow.jshost.host_text import texts_in
from nogrow.jshost.imports import analyse
from nogrow.jshost.model import CachedView
from nogrow.jshost.parse import first_error, parse
from nogrow.jshost.stale_views import views_in

KEPT = "const u = new Uint8Array(i.exports.memory.buffer);\ni.exports.run();\nu[0];\n"


def found(**files: str) -> dict[str, list[str]]:
    """Return where stale views are used, by file; the names of files have `_` for the dot."""
    sources = [(name.replace("__", "/").replace("_", "."), text.encode()) for name, text in files.items()]
    places = {}
    for path, views in views_in(sources).items():
        assert not isinstance(views, ModuleError), views
        places[path] = [str(use) for view in views if view.certain for use in view.uses]
    return places


def views_of(path: str, text: str | bytes) -> tuple[CachedView, ...]:
    data = text.encode() if isinstance(text, str) else text
    views = views_in([(path, data)])[path]
    assert not isinstance(views, ModuleError), views
    return views


@pytest.mark.parametrize("path", ["a.htm", "a.html", "A.HTML"])
def test_scripts_of_pages_keep_their_positions(path: str) -> None:
    data = '<script type="application/json">{"</script>'
    page = f'<p title="a > b">\n<script data-x="1 > 0">\n  {KEPT}</script>{data}\n'
    (view,) = views_of(path, page)
    assert (str(view.made), str(view.at)) == ("3:13", "5:1")


def test_scripts_in_comments_and_data_are_no_code() -> None:
    page = f'<!-- <script>{KEPT}</script> --><script type="text/plain">{KEPT}</script>'
    assert views_of("a.html", page) == ()


def test_classic_scripts_share_globals_and_modules_do_not() -> None:
    first = "<script>\nvar u = new Uint8Array(i.exports.memory.buffer);\n</script>"
    use = "i.exports.run();\nu[0];\n</script>"
    assert found(a_html=f"{first}<script>\n{use}") == {"a.html": ["5:1"]}
    assert found(a_html=f"{first}<script type=module>\n{use}") == {"a.html": []}


def test_page_shares_globals_with_the_scripts_that_it_loads() -> None:
    page = '<script src="js/a.js?1"></script><script>\ni.exports.run();\nu[0];\n</script>'
    view = "var u = new Uint8Array(i.exports.memory.buffer);\n"
    assert found(b_html=page, js__a_js=view) == {"b.html": ["3:1"], "js/a.js": []}
    first = f"{view}i.exports.run();"
    page = page.replace("i.exports.run();", "")
    assert found(b_html=page, js__a_js=first) == {"b.html": ["3:1"], "js/a.js": []}
    assert found(c_html="<script>\nu[0];\n</script>", js__a_js=view) == {"c.html": [], "js/a.js": []}


def test_module_scripts_import_files() -> None:
    module = "let u; export const init = (i) => { u = new Uint8Array(i.exports.memory.buffer) };\n"
    module += "export const first = () => u[0];\n"
    imports = 'import { init, first } from "./m.mjs";'
    page = f'<script type="module">\n{imports}\ninit(i); i.exports.run(); first();\n</script>'
    assert found(a_html=page, m_mjs=module)["m.mjs"] == ["2:28"]


def test_components_have_scripts() -> None:
    assert [str(view.at) for view in views_of("a.vue", f"<template/>\n<script setup>\n{KEPT}</script>")] == [
        "5:1"
    ]
    typed = f'<script lang="ts">let n: number = 1;\n{KEPT}</script>'
    assert [str(view.at) for view in views_of("a.svelte", typed)] == ["4:1"]


def test_markup_is_part_of_scripts() -> None:
    assert [str(view.at) for view in views_of("a.jsx", f"const e = <p a={{1}}>b</p>;\n{KEPT}")] == ["4:1"]
    assert [str(view.at) for view in views_of("a.tsx", f"const e: X = <p>b</p>;\n{KEPT}")] == ["4:1"]


C = r"""#include <emscripten.h>
// EM_JS(int, no, (), { ( })
const char *s = "EM_ASM({ ("; const char *r = R"x(EM_ASM({ ()x";
EM_JS(int, put, (const char *p, int n[]), {
  const u = HEAPU8; // it's, here
  _malloc(n);
  return u[p];
});
EM_ASYNC_JS(void, later, (void), { const u = HEAPU8; await go(); return u[0] })
#define EM_ASM(code, ...) ((void)code)
#define LOG(x) EM_ASM({ const u = HEAP8; \
  _f($0, 1); u[0]; }, x)
int main() { int n = EM_ASM_INT({ return HEAP8[$0] }, 3 + f(1, 2)); EM_ASM(f(1, ")")) ; }
"""


def test_macros_of_emscripten_have_code() -> None:
    (text,) = texts_in("a.cpp", C.encode())
    assert len(text.text) == len(C)
    assert first_error(parse(text.text, ".js")) is None
    code = text.text.decode()
    assert "function put" in code
    assert "async function later" in code
    assert code.count("=>{") == 3
    places = [str(use) for view in views_of("a.cpp", C) for use in view.uses]
    assert places == ["7:10", "9:73", "12:14"]


def test_functions_of_the_module_are_called_by_bare_names() -> None:
    certain = {str(view.at): view.certain for view in views_of("a.c", C)}
    assert certain == {"7:10": True, "9:73": True, "12:14": True}


@pytest.mark.parametrize(
    "text", ["EM_JS(int, f, (), {", "\nEM_JS(int, f)", 'EM_ASM("f()")', "EM_JS(T,f, (), {})", "EM_ASM(f()\n"]
)
def test_macro_that_cannot_be_read_is_refused(text: str) -> None:
    (error,) = views_in([("a.c", text.encode())]).values()
    assert str(error).endswith("this macro of Emscripten can't be read")


def test_text_may_have_a_mark_hashbang_and_windows_lines() -> None:
    text = "\ufeff" + KEPT.replace("\n", "\r\n")
    assert [str(view.at) for view in views_of("a.js", text)] == ["3:1"]
    assert [str(view.at) for view in views_of("a.js", f"#!/usr/bin/env node\n{KEPT}")] == ["4:1"]


def test_other_encodings_are_read_or_refused() -> None:
    assert len(views_of("a.js", b"// caf\xe9\n" + KEPT.encode())) == 1
    (error,) = views_in([("a.js", KEPT.encode("utf-16"))]).values()
    assert "UTF-16" in str(error)


def test_imports_are_served_in_pages_and_c_sources() -> None:
    served = "const i = { env: { grow() { memory.grow(1) } } };"
    page = f"<script>\n{served}\n</script><script type=module>run()</script>"
    assert [grower.place for grower in analyse("a.html", page.encode()).growers] == ["a.html:2:29"]
    assert [grower.place for grower in analyse("a.js", served.encode()).growers] == ["a.js:1:29"]
