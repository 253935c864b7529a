import pytest
from tools.bench.encode import HEADER, custom, name, vector

from nogrow.explain.toolchain import Kind, toolchain_of
from tests.support.modules import assemble


def producers(**fields: str) -> bytes:
    """Return a module whose producers section has one tool and its version in each field."""
    encoded = [
        name(field.replace("_", "-")) + b"\1" + b"".join(map(name, tools.split("|")))
        for field, tools in fields.items()
    ]
    return HEADER + custom("producers", vector(encoded))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (producers(language="Rust|", processed_by="rustc|1.63.0"), Kind.RUST),
        (producers(processed_by="rustc|1.80.0 (051478957 2024-07-21)"), Kind.RUST),
        (producers(language="C11|", processed_by="clang|14.0.6"), Kind.CLANG),
        (producers(language="C_plus_plus_14|", processed_by="Debian clang version|14.0.6"), Kind.CLANG),
        (producers(processed_by="TinyGo|0.30.0"), Kind.TINYGO),
        (producers(language="Go|go1.21", processed_by="Go cmd/compile|go1.21"), Kind.GO),
        (producers(language="Zig|", processed_by="Zig|0.14.0"), Kind.ZIG),
        (producers(processed_by="wasm-opt|1"), Kind.UNKNOWN),
        (HEADER + custom("emscripten_metadata", b""), Kind.EMSCRIPTEN),
        (HEADER + custom("any", "~lib/rt/tlsf.ts".encode("utf-16-le")), Kind.ASSEMBLYSCRIPT),
        (HEADER, Kind.UNKNOWN),
        (b"", Kind.UNKNOWN),
    ],
)
def test_producers_name_the_toolchain(data: bytes, kind: Kind) -> None:
    assert toolchain_of(data).kind is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("__rust_alloc", Kind.RUST),
        ("_ZN4core3fmt5write17h0123456789abcdefE", Kind.RUST),
        ("__wbindgen_malloc", Kind.RUST),
        ("emscripten_resize_heap", Kind.EMSCRIPTEN),
        ("~lib/rt/itcms/__new", Kind.ASSEMBLYSCRIPT),
        ("start:assembly/index", Kind.ASSEMBLYSCRIPT),
        ("runtime.mallocgc", Kind.GO),
        ("_rt0_wasm_js", Kind.GO),
        ("tinygo_unwind", Kind.TINYGO),
        ("heap.WasmAllocator.alloc", Kind.ZIG),
        ("heap.BrkAllocator.alloc", Kind.ZIG),
        ("debug.panicExtra__func_7", Kind.ZIG),
        ("main", Kind.UNKNOWN),
    ],
)
def test_names_reveal_the_toolchain_without_producers(name: str, kind: Kind) -> None:
    module = assemble(f"(module (func ${name}))")
    assert toolchain_of(module).kind is kind
    assert toolchain_of(HEADER, [name]).kind is kind


@pytest.mark.parametrize(
    ("label", "kind"),
    [("a.b", Kind.EMSCRIPTEN), ("env.a", Kind.UNKNOWN), ("a.long", Kind.UNKNOWN), ("a", Kind.UNKNOWN)],
)
def test_minified_imports_are_emscriptens(label: str, kind: Kind) -> None:
    assert toolchain_of(HEADER, [label]).kind is kind


def test_names_distinguish_toolchains_based_on_clang() -> None:
    data = producers(language="C11|", processed_by="clang|18")
    assert toolchain_of(data, ["emscripten_resize_heap"]).kind is Kind.EMSCRIPTEN


def test_tools_have_their_versions() -> None:
    data = producers(language="Rust|", processed_by="rustc|1.63.0")
    assert toolchain_of(data).tools == ("rustc 1.63.0",)


def test_malformed_producers_are_read_as_far_as_possible() -> None:
    contents = b"\1" + name("processed-by") + b"\2" + name("rustc") + name("1")
    for end in range(len(contents) + 1):
        toolchain = toolchain_of(HEADER + custom("producers", contents[:end]))
        assert toolchain.tools in ((), ("rustc 1",))
    assert toolchain_of(HEADER + custom("producers", contents)).kind is Kind.RUST
    assert toolchain_of(HEADER + custom("producers", b"\xff\xff\xff\xff\x0f")).kind is Kind.UNKNOWN
    assert toolchain_of(HEADER + custom("producers", b"\1\3a\xff\xfe\0")).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("names", "lost"),
    [
        ((".debug_info", ".debug_line"), True),
        ((".debug_line", "producers"), True),
        ((".debug_info", "name"), False),
        (("name",), False),
        ((), False),
    ],
)
def test_lost_names_are_recognised(names: tuple[str, ...], lost: bool) -> None:
    data = HEADER + b"".join(custom(name, b"") for name in names)
    assert toolchain_of(data).lost_names is lost
