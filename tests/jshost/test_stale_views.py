import pytest

from nogrow.jshost.model import CachedView
from tests.jshost.fresh import FRESH
from tests.jshost.kept import KEPT
from tests.support.host_code import views_kept_in


def findings(text: str, suffix: str = ".mjs") -> tuple[CachedView, ...]:
    return views_kept_in(text.encode(), suffix)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_stale_view_is_found_once(text: str) -> None:
    assert len(findings(text)) == 1


@pytest.mark.parametrize("text", FRESH.values(), ids=FRESH)
def test_fresh_view_raises_no_alarm(text: str) -> None:
    assert findings(text) == ()


def test_finding_names_binding_creation_call_and_uses() -> None:
    (view,) = findings(
        "function f(e) {\n"
        "  const mem8 = new Uint8Array(e.exports.memory.buffer);\n"
        "  mem8.set([1]);\n"
        "  e.exports.set_name(1);\n"
        "  mem8[0] = mem8.slice(1, 2);\n"
        "}\n"
    )
    assert view.binding == "mem8"
    assert str(view.made) == "2:16"
    assert view.call is not None
    assert (str(view.call.at), view.call.text) == ("4:3", "e.exports.set_name()")
    assert [str(use) for use in view.uses] == ["5:3", "5:13"]


@pytest.mark.parametrize(
    ("name", "binding"),
    [
        ("class field", "this.v"),
        ("object prop", "s.u"),
        ("private field", "this.#v"),
        ("destructured exports", "u"),
        ("buffer", "buffer"),
    ],
)
def test_binding_is_spelled_as_in_the_source(name: str, binding: str) -> None:
    assert findings(KEPT[name])[0].binding == binding


@pytest.mark.parametrize("name", ["module const", "class field", "closure", "lazy", "init fn", "proto"])
def test_view_that_outlives_its_function_names_no_call(name: str) -> None:
    (view,) = findings(KEPT[name].replace("wasm.set_name();", ""))
    assert view.call is None


def test_findings_come_in_the_order_of_the_text() -> None:
    text = (
        "const a = new Uint8Array(i.exports.memory.buffer), b = new DataView(i.exports.memory.buffer);\n"
        "export const g = () => b.getInt8(0);\n"
        "export const f = () => a[0];\n"
    )
    assert [view.binding for view in findings(text)] == ["b", "a"]


def test_types_of_typescript_tell_memories() -> None:
    text = (
        "class Reader {\n"
        "  private view: DataView;\n"
        "  constructor(readonly m: WebAssembly.Memory) { this.view = new DataView(m.buffer as any); }\n"
        "  read(at: number): number { return this.view!.getUint8(at); }\n"
        "}\n"
    )
    (view,) = findings(text, ".ts")
    assert (view.binding, view.at.line) == ("this.view", 4)


def test_effects_of_functions_of_the_file_are_analysed() -> None:
    text = "function f(e) {{ const u = new Uint8Array(e.exports.memory.buffer); h(e); return u[0] }} {}"
    assert findings(text.format("function h(e) { return e.length }")) == ()
    assert len(findings(text.format("function h(e) { g(e) } function g(e) { e.exports.run() }"))) == 1
