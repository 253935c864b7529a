"""Explanations as text: the goldens in `goldens/`, at 80 columns."""

import io
from collections.abc import Sequence

import pytest

from nogrow.analysis.judgement import Entry, EntryKind, Verdict
from nogrow.explain.explain import Explained, explanations, growing
from nogrow.explain.toolchain import Kind, Toolchain
from nogrow.jshost.model import Grower
from nogrow.report.explain_text import Options, render
from nogrow.report.locations import columns
from nogrow.source.model import Frame
from nogrow.source.quote import Excerpt
from tests.explain.conftest import RUST, Golden, Sources, as_is, frame
from tests.support.judgements import grown, judgement, memory

ALLOCATOR = ("__rust_alloc", "dlmalloc::dlmalloc::Dlmalloc<A>::malloc", "dlmalloc::sys::System::alloc")
FORMATS = grown("set_name", "alloc::fmt::format::format_inner", *ALLOCATOR, name="set_name")
SOURCES: Sources = {
    16: (
        frame("crates/greeting/src/lib.rs:65:10", "greeting::compose"),
        frame("crates/greeting/src/lib.rs:54:26", "greeting::greet"),
        frame("crates/greeting/src/lib.rs:50:5", "set_name"),
    ),
    32: (
        frame(f"{RUST}/alloc/src/raw_vec.rs:170:27", "alloc::raw_vec::RawVec<T,A>::allocate_in"),
        frame(f"{RUST}/alloc/src/fmt.rs:611:26", "alloc::fmt::format::format_inner"),
    ),
    80: (frame("/usr/src/rustc-1.63.0/vendor/dlmalloc/src/wasm.rs:22:20"),),
}


def explained(
    *entries: Entry,
    sources: Sources | None = None,
    kind: Kind = Kind.RUST,
    tools: tuple[str, ...] = ("rustc 1.63.0",),
    by_name: bool = True,
    growers: tuple[Grower, ...] = (),
    memories: int = 1,
    path: str = "build/greeting.wasm",
) -> Explained:
    judged = judgement(*entries, memories=(memory(),) * memories, assumptions=("the host is kind",))
    toolchain = Toolchain(kind, tools)
    return Explained(
        path,
        judged,
        toolchain,
        tuple(explanations(judged, entries, sources or {}, as_is, toolchain)),
        tuple(entry for entry in entries if by_name and not entry.witness),
        len(growing(judged)),
        by_name,
        growers,
    )


def rendered(
    *parts: Explained, excerpt: Excerpt | None = None, colour: bool = False, full: bool = False
) -> str:
    stream = io.StringIO()
    render(parts, stream, Options(lambda _: excerpt, colour=colour, full=full))
    return stream.getvalue()


EXCERPT = Excerpt(65, "    Some(", "format!", '("{salutation}, {name}!"))')


def test_source_line_is_shown(golden: Golden) -> None:
    golden("format", rendered(explained(FORMATS, sources=SOURCES), excerpt=EXCERPT))


def test_full_path_is_shown(golden: Golden) -> None:
    golden("format_full", rendered(explained(FORMATS, sources=SOURCES), excerpt=EXCERPT, full=True))


def test_without_sources(golden: Golden) -> None:
    golden("format_without_sources", rendered(explained(FORMATS)))


def test_panic_and_imports_after_the_growth(golden: Golden) -> None:
    entry = grown(
        "set_name",
        "core::panicking::panic_fmt",
        "std::panicking::rust_panic_with_hook",
        *ALLOCATOR,
        verdict=Verdict.TRAP_ONLY,
        imports=("env.a", "env.b", "env.log"),
        imports_after_growth=("env.log",),
        name="set_name",
    )
    golden("panic", rendered(explained(entry)))


def test_exception_after_the_growth(golden: Golden) -> None:
    entry = grown("run", "malloc", verdict=Verdict.THROW_ONLY, imports_after_growth=("env.throw",), memory=1)
    golden("throw", rendered(explained(entry, kind=Kind.CLANG, tools=("clang 14.0.6",), memories=2)))


def test_host_calls_the_allocator(golden: Golden) -> None:
    entry = grown("__wbindgen_malloc", *ALLOCATOR, name="__wbindgen_malloc")
    golden("wasm_bindgen", rendered(explained(entry, tools=("rustc 1.60.0", "wasm-bindgen 0.2.80"))))


def test_host_grows_the_memory(golden: Golden) -> None:
    label = "env.emscripten_resize_heap"
    entry = grown("run", "malloc", "sbrk", host_grows=label, imports=(label, "env.abort"))
    growers = (Grower(label, "glue.js", 3, 4),)
    golden("host_grows", rendered(explained(entry, kind=Kind.EMSCRIPTEN, tools=(), growers=growers)))


def test_own_growth_of_a_capped_memory(golden: Golden) -> None:
    entry = grown("run", verdict=Verdict.CAPPED)
    golden("capped", rendered(explained(entry, kind=Kind.UNKNOWN, tools=())))


def test_unnamed_functions(golden: Golden) -> None:
    entry = grown(None, None, None, kind=EntryKind.EXPORT)
    golden("nameless", rendered(explained(entry, kind=Kind.ASSEMBLYSCRIPT, tools=())))


def test_dependency(golden: Golden) -> None:
    registry = "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f"
    sources = {16: (frame(f"{registry}/serde_json-1.0.100/src/de.rs:12:7"),)}
    entry = grown("serde_json::de::parse", "alloc::vec::Vec<T>::push", *ALLOCATOR)
    golden("dependency", rendered(explained(entry, sources=sources)))


def test_causes_are_merged_and_limited(golden: Golden) -> None:
    same = [FORMATS._replace(name=f"set_{number}") for number in range(5)]
    others = [
        grown(f"f{number}", "alloc::boxed::Box<T>::new", *ALLOCATOR, name=f"f{number}") for number in range(7)
    ]
    text = rendered(explained(*others, *same, sources={}, by_name=False))
    golden("many", text)
    assert text.count("= path") == 5


def test_module_without_growth() -> None:
    harmless = grown("run")._replace(verdict=Verdict.UNREACHABLE, witness=(), memory=None)
    assert rendered(explained(harmless, by_name=False)) == (
        "build/greeting.wasm: no entry point can grow a memory: unreachable\n"
        "   = assumption: the host is kind\n"
    )
    assert rendered(explained(harmless)) == (
        "unreachable: `run` cannot grow a memory\n"
        "  --> build/greeting.wasm\n"
        "   = assumption: the host is kind\n"
    )


def test_start_function_breaks_no_contract() -> None:
    text = rendered(explained(grown("run", name="(start)", kind=EntryKind.START, excused=True)))
    assert "note: this runs before the host can create a view" in text


def test_colours_are_off_by_default() -> None:
    part = explained(FORMATS, sources=SOURCES)
    assert "\x1b[" not in rendered(part, excerpt=EXCERPT)
    text = rendered(part, excerpt=EXCERPT, colour=True)
    assert "\x1b[31m\x1b[1mreachable[NG001]\x1b[0m" in text
    assert "\x1b[36m\x1b[1mhelp:\x1b[0m" in text


HOSTILE = "\x1b[31mred\x07\r\n::error::\u202egnp\u2028\x9b0m<script>]]>"


def test_hostile_names_are_escaped() -> None:
    entry = grown(
        HOSTILE,
        f"alloc::vec::{HOSTILE}",
        name=HOSTILE,
        imports=(HOSTILE,),
        host_grows=HOSTILE,
    )
    sources = {16: (Frame(HOSTILE, HOSTILE, 1, 1), Frame(HOSTILE, HOSTILE, 1, 1))}
    growers = (Grower(HOSTILE, HOSTILE, 1, 1),)
    part = explained(entry, sources=sources, tools=(HOSTILE,), growers=growers, path=HOSTILE)
    for full in (False, True):
        text = rendered(part, excerpt=Excerpt(1, HOSTILE, HOSTILE, HOSTILE), full=full)
        assert all(line.isprintable() for line in text.split("\n"))
        assert not any(line.startswith("::") for line in text.split("\n"))


LONG = "mine::" + "very_long_name::" * 40 + "f"


@pytest.mark.parametrize("names", [(LONG, LONG, *ALLOCATOR), ("run", *(f"mine::f{n}" for n in range(3000)))])
def test_long_names_stay_within_80_columns(names: Sequence[str]) -> None:
    text = rendered(explained(grown(*names, name=names[0])))
    assert max(map(columns, text.split("\n"))) <= 80
    assert len(text.splitlines()) < 150


@pytest.mark.parametrize(
    ("excerpt", "line", "mark"),
    [
        (
            Excerpt(7, "\tlet größe = ", "f", "();"),
            "7 |     let größe = f();",
            "  |                 ^ allocates",
        ),
        (Excerpt(7, "名 = ", "f", ""), "7 | 名 = f", "  |      ^ allocates"),
        (Excerpt(7, "\x1b", "f", ""), "7 | \\x1bf", "  |     ^ allocates"),
        (Excerpt(7, "", "", "whole"), "7 | whole", ""),
    ],
)
def test_mark_is_below_the_token(excerpt: Excerpt, line: str, mark: str) -> None:
    text = rendered(explained(FORMATS, sources=SOURCES), excerpt=excerpt)
    assert f"{line}\n{mark}" in text


def test_long_line_is_cut_around_the_token() -> None:
    part = explained(FORMATS, sources=SOURCES)
    for before, token, after in (
        ("x" * 300, "format!", "y" * 300),
        ("", "t" * 300, ""),
        ("名" * 60, "f", "名" * 90),
        ("a" * 70, "b" * 5, ""),
    ):
        text = rendered(part, excerpt=Excerpt(123456, before, token, after))
        assert max(map(columns, text.split("\n"))) <= 80
        assert " ^" in text
