import pytest

from nogrow.analysis.judgement import EntryKind
from nogrow.explain.allocation_sites import OWN_GROWTH, UNKNOWN
from nogrow.explain.cause import Cause
from nogrow.explain.provenance import Origin
from tests.explain.conftest import RUST, cause, frame
from tests.support.judgements import grown

ALLOCATOR = ("__rust_alloc", "dlmalloc::dlmalloc::Dlmalloc<A>::malloc")


@pytest.mark.parametrize(
    ("names", "blamed", "label"),
    [
        (("run", "alloc::fmt::format", *ALLOCATOR), "run", "`format!`"),
        (("run", "mine::compose", "alloc::fmt::format", *ALLOCATOR), "mine::compose", "`format!`"),
        (
            ("run", "core::option::Option<T>::map", "mine::f", "alloc::vec::Vec<T>::push", *ALLOCATOR),
            "mine::f",
            "`Vec`",
        ),
        (("run", *ALLOCATOR), "run", "an allocation"),
        (("run", "core::panicking::panic", "alloc::boxed::Box<T>::new", *ALLOCATOR), "run", "a panic"),
        (("run", "malloc", "sbrk"), "run", "`malloc`"),
        # The user's own allocator is not blamed.
        (("run", "__rust_alloc", "__rg_alloc", "mine::Bump::grow"), "run", "an allocation"),
        # The runtime calls a constructor, which is the user's code.
        (("__wasm_call_ctors", "mine_init", "malloc", "sbrk"), "mine_init", "`malloc`"),
        (("main.greet", "runtime.concatstrings", "runtime.mallocgc"), "main.greet", "a string"),
        (
            ("assembly/index/f", "~lib/string/String.__concat", "~lib/rt/stub/__new"),
            "assembly/index/f",
            "a string",
        ),
    ],
)
def test_last_user_function_is_blamed(names: tuple[str, ...], blamed: str, label: str) -> None:
    result = cause(grown(*names))
    assert result.blamed is not None
    assert (result.blamed.function, result.use.label) == (blamed, label)


@pytest.mark.parametrize(
    "names", [("__wbindgen_malloc", *ALLOCATOR), ("malloc", "sbrk"), ("core::f", "alloc::vec::Vec<T>::push")]
)
def test_path_of_library_code_blames_no_function(names: tuple[str, ...]) -> None:
    result = cause(grown(*names))
    assert result.blamed is None
    assert not result.vague


def test_own_memory_grow_is_the_cause() -> None:
    result = cause(grown("run", "mine"))
    assert result.use == OWN_GROWTH
    assert result.blamed_at == 1


def test_inlined_user_function_is_blamed() -> None:
    sources = {
        16: (
            frame(f"{RUST}/alloc/src/fmt.rs:616:5", "alloc::fmt::format"),
            frame("src/lib.rs:31:15", "mine::compose"),
            frame("src/lib.rs:7:5", "run"),
        )
    }
    result = cause(grown("run", "alloc::fmt::format::format_inner", *ALLOCATOR), sources)
    assert result.blamed is not None
    assert result.blamed.frame == frame("src/lib.rs:31:15", "mine::compose")
    assert result.blamed.inlined
    assert result.use.label == "`format!`"
    assert [function.number for function in result.path] == [1, 1, 1, 2, 3, 4]


def test_closure_called_by_a_library_is_blamed() -> None:
    sources = {
        16: (frame("src/lib.rs:1:1"),),
        32: (frame("src/lib.rs:9:9", "mine::f::{{closure}}"), frame(f"{RUST}/core/src/option.rs:9:9")),
    }
    result = cause(grown("run", "core::option::Option<T>::map", *ALLOCATOR), sources)
    assert result.blamed is not None
    assert result.blamed.function == "mine::f::{{closure}}"


REGISTRY = "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde-1.0.0/src/de.rs:1:2"


def test_dependency_is_blamed_without_user_code() -> None:
    names = ("run", "serde::f", *ALLOCATOR)
    both = cause(grown(*names), {32: (frame(REGISTRY),)})
    assert both.blamed is not None
    assert both.blamed.origin is Origin.USER
    only = cause(grown(*names), {16: (frame(REGISTRY),), 32: (frame(REGISTRY),)})
    assert only.blamed is not None
    assert (only.blamed.origin, only.blamed_at) == (Origin.DEPENDENCY, 1)


def test_unnamed_functions_make_the_cause_vague() -> None:
    result = cause(grown(None, None, None))
    assert result.blamed is not None
    assert result.blamed.function == "run"
    assert result.use == UNKNOWN
    assert result.vague
    assert [function.function for function in result.path] == ["run", "func[2]", "func[3]"]


def test_name_between_unnamed_functions_is_a_hint() -> None:
    result = cause(grown(None, None, "malloc", None))
    assert result.use.label == "`malloc`"
    assert result.vague
    assert not cause(grown(None, "malloc", None)).vague


def test_source_replaces_a_missing_name() -> None:
    result = cause(grown(None, None), {16: (frame("src/a.c:3:4"),)})
    assert not result.vague
    assert result.use == UNKNOWN


def test_unnamed_escaped_function_has_its_index() -> None:
    result = cause(grown(None, "malloc", name="func[1]", kind=EntryKind.ESCAPED), names={})
    assert result.blamed is None
    assert result.path[0].function == "func[1]"


def notable(result: Cause) -> list[str]:
    return [result.path[index].function for index in sorted(result.notable())]


def test_notable_steps_of_a_path() -> None:
    names = (
        "run",
        "mine::f",
        "core::a",
        "alloc::fmt::format",
        "core::b",
        "core::c",
        *ALLOCATOR,
        "dlmalloc::sys::f",
    )
    assert notable(cause(grown(*names))) == [
        "run",
        "mine::f",
        "core::a",
        "alloc::fmt::format",
        "__rust_alloc",
        "dlmalloc::sys::f",
    ]


def test_single_step_is_notable() -> None:
    assert notable(cause(grown("run"))) == ["run"]


def test_host_growth_has_no_own_memory_grow() -> None:
    result = cause(grown("run", "malloc", host_grows="env.emscripten_resize_heap"))
    assert result.use.label == "`malloc`"
    assert cause(grown("run", host_grows="env.grow")).use == UNKNOWN


def test_user_function_with_inlined_library_code_is_recognised() -> None:
    """A source map has a position for each instruction: that of the code that is inlined there."""
    sources = {0x10: (frame("names/~lib/array.ts:25:19"),), 0x20: (frame("names/~lib/rt/tlsf.ts:445:9"),)}
    result = cause(grown(None, None, name="addName"), sources, {1: "addName"})
    assert result.blamed is not None
    assert (result.blamed.function, result.use.label) == ("addName", "an array or a map")
    assert [(part.function, part.inlined) for part in result.path] == [
        ("addName", False),
        ("~lib/array", True),
        ("func[2]", False),
    ]
