import sys
import time

import pytest

from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.parse import INSTALL
from nogrow.jshost.stale_views import views_in
from tests.support.host_code import views_kept_in

DEEP = 100_000


def test_syntax_error_is_refused_with_its_position() -> None:
    with pytest.raises(ModuleError, match=r"^line 2, column 1: not JavaScript that can be read$"):
        views_kept_in(b"var a = 1;\nvar = 2;\nm.buffer;", ".js")


def test_types_are_read_in_typescript_only() -> None:
    text = b"const a: number = 1; m.buffer;"
    with pytest.raises(ModuleError, match="not JavaScript"):
        views_kept_in(text, ".js")
    assert views_kept_in(text, ".ts") == ()


def test_syntax_error_is_refused_in_a_file_without_views() -> None:
    with pytest.raises(ModuleError, match="not JavaScript"):
        views_kept_in(b"var = 2;", ".cjs")


@pytest.mark.parametrize("suffix", ["", ".css", ".json", ".wasm"])
def test_other_suffix_is_refused(suffix: str) -> None:
    with pytest.raises(ModuleError, match="not a file of JavaScript or TypeScript"):
        views_kept_in(b"1", suffix)


def test_file_of_21_megabytes_is_refused_at_once() -> None:
    text = b"var m=w.memory.buffer;" + b"function a(b){return b.map(c=>c*2)}" * 600_000
    start = time.process_time()
    with pytest.raises(
        ModuleError, match=r"^too large: 21,000,022 bytes in all; programs of up to 20,971,520"
    ):
        views_kept_in(text, ".js")
    assert time.process_time() - start < 1


def test_files_of_a_program_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nogrow.jshost.stale_views.MOST_BYTES", 60)
    sources = [
        (name, b"import './b.js'; w.memory.buffer; //" + b" " * 5) for name in ("a.js", "b.js", "c/d.js")
    ]
    results = views_in(sources)
    assert [str(results[name]).partition(":")[0] for name in ("a.js", "b.js")] == ["too large"] * 2
    assert results["c/d.js"] == ()


@pytest.mark.parametrize(
    "text",
    [
        "x=" + "(" * DEEP + "w.memory.buffer" + ")" * DEEP,
        "x=" + "1+" * DEEP + "w.memory.buffer",
        "x=w.memory.buffer" + ".b" * DEEP,
        "x=" + "[" * DEEP + "w.memory.buffer" + "]" * DEEP,
        "w.memory.buffer;" + "{" * DEEP + "}" * DEEP,
        "w.memory.buffer;" + "a=a.b;b=b.c;c=a.b.c;a=c.d.e;" * 100,
    ],
    ids=["parentheses", "sums", "members", "arrays", "blocks", "cycles"],
)
def test_deep_nesting_overflows_no_stack(text: str) -> None:
    assert views_kept_in(text.encode(), ".js") == ()


def test_stale_view_is_found_below_deep_nesting() -> None:
    deep = "if(a)" * 5_000
    text = (
        f"function f(e){{const u=new Uint8Array(e.exports.memory.buffer); {deep} e.exports.g(); return u[0]}}"
    )
    assert len(views_kept_in(text.encode(), ".js")) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("m.buffer;" + "function f(){" * 3_000 + "}" * 3_000, "too deeply nested"),
        ("m.buffer;" + "(function(){" * 3_000 + "}())" * 3_000, "too deeply nested"),
        ("m.buffer;x=" + "(0," * 3_000 + "f" + ")()" * 3_000, "too deeply nested"),
        ("m.buffer;x=" + "new " * 3_000 + "f", "too deeply nested"),
        pytest.param(
            "".join(f"x{i}=" for i in range(5_000)) + "w.memory.buffer",
            "too many values are passed on",
            marks=pytest.mark.exhaustive,
        ),
    ],
)
def test_too_entangled_file_is_not_judged(text: str, reason: str) -> None:
    with pytest.raises(ModuleError, match=reason):
        views_kept_in(text.encode(), ".js")


def test_too_many_passed_values_are_not_analysed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nogrow.jshost.terms.MOST_STEPS", 20_000)
    text = "{}w.memory.buffer"
    assert views_kept_in(text.format("x=" * 100).encode(), ".js") == ()
    with pytest.raises(ModuleError, match="too many values are passed on"):
        views_kept_in(text.format("".join(f"x{i}=" for i in range(200))).encode(), ".js")


def test_function_that_takes_too_many_steps_is_not_judged() -> None:
    views = "".join(f"let u{i}=new Uint8Array(e.memory.buffer);" for i in range(2_500))
    uses = "".join(f"if(a)g(u{i});" for i in range(2_500))
    with pytest.raises(ModuleError, match="too large to be analysed"):
        views_kept_in(f"function f(e,a){{{views}{uses}}}".encode(), ".js")


@pytest.mark.parametrize(("suffix", "package"), [(".js", "javascript"), (".ts", "typescript")])
def test_message_says_how_to_install_the_parser(
    monkeypatch: pytest.MonkeyPatch, suffix: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, f"tree_sitter_{package}", None)
    with pytest.raises(UsageError) as caught:
        views_kept_in(b"1", suffix)
    assert str(caught.value) == f"no parser for {suffix} files: install it with {INSTALL}"


def test_long_chain_of_functions_overflows_no_stack() -> None:
    chain = "".join(f"function f{i}(){{return f{i + 1}()}}" for i in range(3_000))
    text = (
        f"function w(e){{const u=new Uint8Array(e.memory.buffer);{chain}function f3000(){{return u[0]}}f0()}}"
    )
    views_kept_in(text.encode(), ".js")
