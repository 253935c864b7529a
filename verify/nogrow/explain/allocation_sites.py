"""Tell what code used of a library when the memory grew, by the readable name of the called function.

The first row that matches counts, so a construct in the source (`format!`) comes before the types that it
uses (`String`).
"""

import enum
import re
from typing import NamedTuple

from nogrow.explain.provenance import bare


class Family(enum.Enum):
    """A group of uses with the same advice, which depends on the family and the toolchain."""

    FORMATTING = "formatting"
    STRING = "string"
    COLLECTION = "collection"
    BOXED = "boxed"
    PANIC = "panic"
    ALLOCATION = "allocation"
    PASSING = "passing"
    RUNTIME = "runtime"
    OWN_GROWTH = "own growth"
    UNKNOWN = "unknown"


class Use(NamedTuple):
    """A use of a library: its name in sentences, and its family."""

    label: str
    family: Family


UNKNOWN = Use("a call", Family.UNKNOWN)
OWN_GROWTH = Use("`memory.grow`", Family.OWN_GROWTH)

_F = Family
_CPP = r".*\bstd::(?:__\w+::)?"
USES: tuple[tuple[str, str, Family], ...] = (
    # Rust. Panics come first, because they allocate only their message.
    (r"(?:core|std)::panicking::|std::rt::begin_panic|rust_(?:panic|begin_unwind)", "a panic", _F.PANIC),
    (r"core::(?:option|result)::\w*(?:unwrap|expect)\w*failed", "a panic", _F.PANIC),
    (r"core::slice::(?:\w+::)*\w*_fail\b|core::slice::\w*len_mismatch", "a panic", _F.PANIC),
    (r"core::str::\w*slice_error_fail|core::cell::panic_|std::process::abort", "a panic", _F.PANIC),
    (r"alloc::(?:raw_vec::capacity_overflow|alloc::handle_alloc_error)", "a failed allocation", _F.PANIC),
    (r"alloc::fmt::format\b", "`format!`", _F.FORMATTING),
    (r"(?:<.* as )?alloc::string::(?:Spec)?ToString>?::", "`to_string`", _F.FORMATTING),
    (r"std::io::stdio::_e?print", "`println!`", _F.FORMATTING),
    (r".*\balloc::string::String\b", "`String`", _F.STRING),
    (r"alloc::str::|.*\bfor str>|<str as alloc::", "`String`", _F.STRING),
    (r".*\b(?:std::collections::hash|hashbrown)::.*[sS]et\b", "`HashSet`", _F.COLLECTION),
    (r".*\b(?:std::collections::hash|hashbrown)::", "`HashMap`", _F.COLLECTION),
    (r".*\balloc::collections::btree::set", "`BTreeSet`", _F.COLLECTION),
    (r".*\balloc::collections::btree", "`BTreeMap`", _F.COLLECTION),
    (r".*\balloc::collections::vec_deque", "`VecDeque`", _F.COLLECTION),
    (r".*\balloc::collections::binary_heap", "`BinaryHeap`", _F.COLLECTION),
    (r".*\balloc::collections::linked_list", "`LinkedList`", _F.COLLECTION),
    (r".*\balloc::rc::Rc\b", "`Rc`", _F.BOXED),
    (r".*\balloc::sync::Arc\b", "`Arc`", _F.BOXED),
    (r".*\balloc::boxed::|alloc::alloc::(?:exchange_malloc|box_free)", "`Box`", _F.BOXED),
    (r".*\balloc::(?:vec|raw_vec|slice)::", "`Vec`", _F.COLLECTION),
    (r"(?:wasm_bindgen::__rt::)?_?_?wbindgen_\w*(?:malloc|realloc|export_\d+)", "wasm-bindgen", _F.PASSING),
    (r"wasm_bindgen::|__externref_|__wbindgen_", "wasm-bindgen", _F.RUNTIME),
    # C and C++.
    (rf"{_CPP}(?:basic_string\b|string\b|to_string\b)", "`std::string`", _F.STRING),
    (rf"{_CPP}(?:basic_[io]?stringstream|basic_o?stream|basic_stringbuf)\b", "a C++ stream", _F.FORMATTING),
    (rf"{_CPP}(?:ostream|locale|ios_base)\b", "a C++ stream", _F.FORMATTING),
    (rf"{_CPP}vector\b", "`std::vector`", _F.COLLECTION),
    (rf"{_CPP}(?:(?:multi|unordered_)?(?:map|set)|__tree|__hash_table)\b", "a C++ container", _F.COLLECTION),
    (rf"{_CPP}(?:deque|(?:forward_)?list)\b", "a C++ container", _F.COLLECTION),
    (rf"{_CPP}(?:make_|allocate_)?(?:shared|unique)(?:_ptr)?\b", "a smart pointer", _F.BOXED),
    (rf"{_CPP}function\b", "`std::function`", _F.BOXED),
    (r"__cxa_throw|__cxa_\w*exception|std::terminate", "a C++ exception", _F.PANIC),
    (r"operator new", "`new`", _F.ALLOCATION),
    (r"(?:v?as|v?f|v?s?n?|)w?printf$|printf_core|__vfprintf", "`printf`", _F.FORMATTING),
    (r"__wasm_call_ctors|_initialize$", "a constructor that runs at the start", _F.RUNTIME),
    (r"str(n?)dup$", "`strdup`", _F.STRING),
    # AssemblyScript.
    (r"~lib/(?:string|util/string|util/number|number)", "a string", _F.STRING),
    (r"~lib/(?:array|typedarray|dataview|staticarray|map|set)", "an array or a map", _F.COLLECTION),
    (r"~lib/rt/\w+/__(?:new|renew|alloc|realloc)|~lib/memory/heap", "an object", _F.ALLOCATION),
    (r"~lib/rt", "the runtime", _F.RUNTIME),
    # Go and TinyGo.
    (r"fmt\.(?:Fp|Sp|P|Ap|Er)\w+", "`fmt`", _F.FORMATTING),
    (r"runtime\.(?:gopanic|panic\w*|throw|_panic|runtimePanic)", "a panic", _F.PANIC),
    (
        r"runtime\.(?:concatstring|slicebytetostring|intstring|string(?:to|Concat|From))",
        "a string",
        _F.STRING,
    ),
    (r"runtime\.(?:makeslice|growslice|sliceAppend|appendslice)", "a slice", _F.COLLECTION),
    (r"runtime\.(?:makemap\w*|map\w+|hashmap\w+)|internal/runtime/maps\.", "a map", _F.COLLECTION),
    (r"runtime\.(?:newobject|makechan|mallocgc|alloc)\b", "an object on the heap", _F.ALLOCATION),
    (r"runtime\.(?:convT|newproc)\w*\b", "an object on the heap", _F.ALLOCATION),
    (r"runtime\.|_rt0_|wasm_export_|gcWriteBarrier", "Go's runtime", _F.RUNTIME),
    (r"strings\.|bytes\.|strconv\.", "a string", _F.STRING),
    # Zig.
    (r"(?:std\.)?fmt\.(?:alloc|bufAlloc)\w*", "`std.fmt.allocPrint`", _F.FORMATTING),
    (r"(?:std\.)?(?:array_list|ArrayList|multi_array_list|segmented_list)", "`std.ArrayList`", _F.COLLECTION),
    (r"(?:std\.)?(?:array_)?hash_map", "a hash map", _F.COLLECTION),
    (r"(?:std\.)?debug\.(?:panic|defaultPanic)|builtin\.default_panic", "a panic", _F.PANIC),
    (r"(?:std\.)?(?:heap|mem\.Allocator)\.", "`std.mem.Allocator`", _F.ALLOCATION),
    # The allocators come last, because everything above calls them.
    (r"(?:core::arch::wasm32::|std::arch::wasm32::)memory_grow", "`memory_grow`", _F.OWN_GROWTH),
    (r"(?:dl|em|emscripten_builtin_|mi_)?(?:[mc]alloc|realloc|aligned_alloc)$", "`malloc`", _F.ALLOCATION),
    (r"(?:dl|em|emscripten_builtin_|mi_)?(?:posix_)?memalign$", "`malloc`", _F.ALLOCATION),
    (r"(?:__)?sbrk$", "`sbrk`", _F.ALLOCATION),
    (r"__(?:rust|rdl|rg|rustc)_\w*alloc|_?__rustc::\w*alloc|alloc::alloc::", "an allocation", _F.ALLOCATION),
    (r".*\b(?:GlobalAlloc|dlmalloc|wee_alloc|talc|lol_alloc)\b", "an allocation", _F.ALLOCATION),
)
_COMPILED = tuple((re.compile(pattern), Use(label, family)) for pattern, label, family in USES)


def use_of(name: str) -> Use | None:
    """Return the use that a call of the function stands for, or None if the table does not know it."""
    name = bare(name)
    return next((use for pattern, use in _COMPILED if pattern.match(name)), None)
