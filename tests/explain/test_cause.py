import pytest

from nogrow.analysis.judgement import EntryKind
from nogrow.explain.allocation_sites import OWN_GROWTH, UNKNOWN
from nogrow.explain.cause import Cause
from nogrow.explain.provenance import Origin
from tests.explain.made import RUST, cause, frame, grown

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
        # An allocator of one's own is not what is to blame.
        (("run", "__rust_alloc", "__rg_alloc", "mine::Bump::grow"), "run", "an allocation"),
        # A constructor is called by the runtime and is the user's.
        (("__wasm_call_ctors", "mine_init", "malloc", "sbrk"), "mine_init", "`malloc`"),
        (("main.greet", "runtime.concatstrings", "runtime.mallocgc"), "main.greet", "a string"),
        (
            ("assembly/index/f", "~lib/string/String.__concat", "~lib/rt/stub/__new"),
            "assembly/index/f",
            "a string",
        ),
    ],
)
def test_the_last_of_the_users_functions_is_to_blame(names: tuple[str, ...], blamed: str, label: str) -> None:
    result = cause(grown(*names))
    assert result.blamed is not None
    assert (result.blamed.function, result.use.label) == (blamed, label)


@pytest.mark.parametrize(
    "names", [("__wbindgen_malloc", *ALLOCATOR), ("malloc", "sbrk"), ("core::f", "alloc::vec::Vec<T>::push")]
)
def test_where_all_is_library_nobody_is_to_blame(names: tuple[str, ...]) -> None:
    result = cause(grown(*names))
    assert result.blamed is None
    assert not result.vague


def test_the_users_own_growth() -> None:
    result = cause(grown("run", "mine"))
    assert result.use == OWN_GROWTH
    assert result.blamed_at == 1


def test_an_inlined_line_of_the_users_counts() -> None:
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


def test_a_closure_of_the_users_that_the_library_calls_comes_last() -> None:
    sources = {
        16: (frame("src/lib.rs:1:1"),),
        32: (frame("src/lib.rs:9:9", "mine::f::{{closure}}"), frame(f"{RUST}/core/src/option.rs:9:9")),
    }
    result = cause(grown("run", "core::option::Option<T>::map", *ALLOCATOR), sources)
    assert result.blamed is not None
    assert result.blamed.function == "mine::f::{{closure}}"


REGISTRY = "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde-1.0.0/src/de.rs:1:2"


def test_a_dependency_is_to_blame_only_where_nothing_is_the_users() -> None:
    names = ("run", "serde::f", *ALLOCATOR)
    both = cause(grown(*names), {32: (frame(REGISTRY),)})
    assert both.blamed is not None
    assert both.blamed.origin is Origin.USER
    only = cause(grown(*names), {16: (frame(REGISTRY),), 32: (frame(REGISTRY),)})
    assert only.blamed is not None
    assert (only.blamed.origin, only.blamed_at) == (Origin.DEPENDENCY, 1)


def test_functions_without_names_hide_the_cause() -> None:
    result = cause(grown(None, None, None))
    assert result.blamed is not None
    assert result.blamed.function == "run"
    assert result.use == UNKNOWN
    assert result.vague
    assert [function.function for function in result.path] == ["run", "func[2]", "func[3]"]


def test_a_name_between_functions_without_names_is_a_hint() -> None:
    result = cause(grown(None, None, "malloc", None))
    assert result.use.label == "`malloc`"
    assert result.vague
    assert not cause(grown(None, "malloc", None)).vague


def test_a_source_helps_where_no_name_is() -> None:
    result = cause(grown(None, None), {16: (frame("src/a.c:3:4"),)})
    assert not result.vague
    assert result.use == UNKNOWN


def test_an_escaped_function_without_a_name_has_its_index() -> None:
    result = cause(grown(None, "malloc", entry="func[1]", kind=EntryKind.ESCAPED), names={})
    assert result.blamed is None
    assert result.path[0].function == "func[1]"


def notable(result: Cause) -> list[str]:
    return [result.path[index].function for index in sorted(result.notable())]


def test_the_steps_that_matter() -> None:
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


def test_a_path_of_one_step_matters() -> None:
    assert notable(cause(grown("run"))) == ["run"]


def test_the_host_grows_at_the_end_of_the_path() -> None:
    result = cause(grown("run", "malloc", host_grows="env.emscripten_resize_heap"))
    assert result.use.label == "`malloc`"
    assert cause(grown("run", host_grows="env.grow")).use == UNKNOWN
