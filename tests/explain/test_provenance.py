import pytest

from nogrow.explain.provenance import Origin, origin_of

USER, DEPENDENCY, LIBRARY, ALLOCATOR, OUTSIDE, UNKNOWN = Origin
HASH = "a" * 40
REGISTRY = "/root/.cargo/registry/src/github.com-1ecc6299db9ec823"


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("crates/a/src/lib.rs", USER),
        ("/home/me/library/src/lib.rs", USER),
        ("/home/me/go/src/app/main.go", USER),
        ("C:\\me\\src\\lib.rs", USER),
        (f"/rustc/{HASH}/library/alloc/src/fmt.rs", LIBRARY),
        (f"C:\\rustc\\{HASH}\\library\\alloc\\src\\fmt.rs", LIBRARY),
        ("/usr/src/rustc-1.63.0/library/core/src/option.rs", LIBRARY),
        ("/usr/src/rustc-1.63.0/vendor/hashbrown/src/lib.rs", LIBRARY),
        ("/rust/deps/hashbrown-0.15.2/src/raw/mod.rs", LIBRARY),
        ("/rust/deps/dlmalloc-0.2.7/src/dlmalloc.rs", ALLOCATOR),
        ("/home/me/.rustup/toolchains/x/lib/rustlib/src/rust/library/std/src/io.rs", LIBRARY),
        (f"{REGISTRY}/serde_json-1.0.1/src/de.rs", DEPENDENCY),
        (f"{REGISTRY}/wee_alloc-0.4.5/src/lib.rs", ALLOCATOR),
        (f"{REGISTRY}/wasm-bindgen-0.2.80/src/lib.rs", LIBRARY),
        ("/home/me/.cargo/git/checkouts/a-1234/b/src/lib.rs", DEPENDENCY),
        ("/emsdk/emscripten/system/lib/libc/musl/src/stdio/printf.c", LIBRARY),
        ("/emsdk/upstream/emscripten/system/lib/dlmalloc.c", ALLOCATOR),
        ("/usr/share/emscripten/system/lib/libcxx/src/string.cpp", LIBRARY),
        ("../../../system/lib/libc/musl/src/string/memcpy.c", LIBRARY),
        ("/build/wasi-libc/dlmalloc/src/dlmalloc.c", ALLOCATOR),
        ("wasisdk://v20.0/wasi-libc/libc-top-half/x.c", LIBRARY),
        ("/usr/include/c++/12/vector", LIBRARY),
        ("/opt/wasi-sdk-20/share/wasi-sysroot/include/c++/v1/string", LIBRARY),
        ("~lib/string.ts", LIBRARY),
        ("~lib/rt/itcms.ts", ALLOCATOR),
        ("~lib/rt/common.ts", LIBRARY),
        ("assembly/index.ts", USER),
        ("node_modules/as-json/assembly/index.ts", DEPENDENCY),
        ("/usr/local/go/src/runtime/malloc.go", LIBRARY),
        ("/usr/lib/go-1.19/src/fmt/print.go", LIBRARY),
        ("/home/me/go/pkg/mod/github.com/a/b@v1/c.go", DEPENDENCY),
        ("/usr/local/lib/tinygo/src/runtime/gc_blocks.go", LIBRARY),
        ("/opt/zig/lib/std/fmt.zig", LIBRARY),
        ("/opt/zig-linux-x86_64-0.11.0/lib/std/mem.zig", LIBRARY),
        ("/opt/zig/lib/std/heap/WasmAllocator.zig", ALLOCATOR),
    ],
)
def test_path_tells_the_origin(path: str, origin: Origin) -> None:
    assert origin_of("f", path) is origin


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("set_name", USER),
        ("greeting_growth::compose", USER),
        ("<mine::A as core::fmt::Display>::fmt", USER),
        ("<alloc::vec::Vec<T> as mine::Trait>::f", USER),
        ("core::option::Option<T>::map_or_else", LIBRARY),
        ("alloc::fmt::format::{{closure}}", LIBRARY),
        ("<&T as core::fmt::Debug>::fmt", LIBRARY),
        ("core::ptr::drop_in_place<mine::A>", LIBRARY),
        ("rust_begin_unwind", LIBRARY),
        ("wasm_bindgen::externref::HEAP_SLAB::{{constant}}", LIBRARY),
        ("__rust_alloc", ALLOCATOR),
        ("__rustc::__rust_alloc", ALLOCATOR),
        ("__rdl_alloc", ALLOCATOR),
        ("<mine::Bump as core::alloc::global::GlobalAlloc>::alloc", ALLOCATOR),
        ("<dlmalloc::sys::System as dlmalloc::Allocator>::alloc", ALLOCATOR),
        ("<alloc::alloc::Global as core::alloc::Allocator>::allocate", ALLOCATOR),
        ("__wbindgen_malloc", ALLOCATOR),
        ("__wbindgen_malloc.command_export", ALLOCATOR),
        ("__wbindgen_free", LIBRARY),
        ("malloc", ALLOCATOR),
        ("dlmalloc", ALLOCATOR),
        ("emscripten_builtin_malloc", ALLOCATOR),
        ("sbrk", ALLOCATOR),
        ("operator new(unsigned long)", ALLOCATOR),
        ("operator new[](unsigned long, std::nothrow_t const&)", ALLOCATOR),
        ("mallocate", USER),
        ("my_malloc", USER),
        ("std::__2::vector<int>::push_back(int&&)", LIBRARY),
        ("void std::__2::sort<int*>(int*, int*)", LIBRARY),
        ("std::operator<<(std::ostream&, char const*)", LIBRARY),
        ("shop::Order::total() const", USER),
        ("__cxa_throw", LIBRARY),
        ("snprintf", LIBRARY),
        ("vasprintf", LIBRARY),
        ("emscripten_stack_get_end", LIBRARY),
        ("__wasm_call_ctors", LIBRARY),
        ("~lib/rt/itcms/__new", ALLOCATOR),
        ("~lib/rt/stub/__alloc", ALLOCATOR),
        ("~lib/string/String.__concat", LIBRARY),
        ("assembly/index/greet", USER),
        ("export:assembly/index/greet", USER),
        ("runtime.mallocgc", ALLOCATOR),
        ("runtime.alloc", ALLOCATOR),
        ("runtime.(*mheap).grow", ALLOCATOR),
        ("runtime.concatstrings", LIBRARY),
        ("encoding/json.Marshal", LIBRARY),
        ("main.greet", USER),
        ("github.com/a/b.F", USER),
        ("heap.wasm_allocator.WasmAllocator.alloc", ALLOCATOR),
        ("mem.Allocator.alloc__anon_123", ALLOCATOR),
        ("fmt.allocPrint__anon_1", LIBRARY),
        ("main.greet__anon_2", USER),
    ],
)
def test_name_tells_the_origin_without_a_path(name: str, origin: Origin) -> None:
    assert origin_of(name, None) is origin


def test_path_takes_precedence_over_the_name() -> None:
    assert origin_of("serde_json::from_str", f"{REGISTRY}/serde_json-1.0.1/src/de.rs") is DEPENDENCY
    assert origin_of("core::ops::FnOnce::call_once", "src/lib.rs") is LIBRARY
    assert origin_of("__rust_alloc", "/usr/src/rustc-1.63.0/library/std/src/alloc.rs") is ALLOCATOR


def test_unnamed_function_with_source_is_the_users() -> None:
    assert origin_of(None, "src/lib.rs") is USER
    assert origin_of(None, None) is UNKNOWN


def test_hostile_name_is_classified_quickly() -> None:
    for text in ("<" * 1_000_000, "a::" * 500_000, "__" * 500_000, "a as " * 500_000):
        assert origin_of(text, text) in Origin
