"""Tell whose code a function is, by the path of its source file or else by its readable name.

A function that no table knows is the user's own. The first row that matches counts. Readable names are taken
apart as Rust, C++, Go, Zig and AssemblyScript spell them.
"""

import enum
import re
from functools import lru_cache

# The most characters of a name that are read: C++ templates can produce names of a megabyte.
LONGEST = 4096

_OPERATOR = re.compile(r"(?<![\w$])operator(?![\w$])")
_ROOT = re.compile(r"(?:[&*(\[]|mut |const |dyn |impl |for)*\s*([A-Za-z_$][\w$]*)(?:\[[0-9a-f]+\])?(?:::|$)")
# The suffixes that linkers and optimisers append to a name.
_SUFFIX = re.compile(r"(?:[._]command_export|\.llvm\.\d+|\.(?:constprop|isra|part)\.\d+|\.cold|\.\d+)+$")
_QUALIFIERS = frozenset(("const", "volatile", "&", "&&"))


class Origin(enum.Enum):
    """Who wrote a function; `UNKNOWN` means that it has neither a name nor a source file."""

    USER = "user"
    DEPENDENCY = "dependency"
    LIBRARY = "library"
    ALLOCATOR = "allocator"
    OUTSIDE = "outside of the module"
    UNKNOWN = "unknown"

    @property
    def is_library(self) -> bool:
        """Whether the code comes with the language, including its allocator."""
        return self in (Origin.LIBRARY, Origin.ALLOCATOR)


_ALLOCATORS = (
    r"(?:dlmalloc|wee_alloc|talc|lol_alloc|rlsf|mimalloc|libmimalloc-sys|buddy-alloc|emmalloc|weealloc)"
)

_GO_PACKAGES = (
    r"(?:archive|bufio|bytes|cmp|compress|container|context|crypto|database|embed|encoding|errors|expvar|flag|fmt|go"
    r"|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort"
    r"|strconv|strings|sync|syscall|testing|text|time|unicode|unique|unsafe|vendor|weak)"
)

PATHS: tuple[tuple[str, Origin], ...] = (
    # Allocators, from any registry.
    (rf"/{_ALLOCATORS}-\d", Origin.ALLOCATOR),
    (r"(?:^|/)(?:dlmalloc|emmalloc)\.c$", Origin.ALLOCATOR),
    (r"(?:^|/)mimalloc/src/", Origin.ALLOCATOR),
    (r"/zig/(?:lib/)?std/heap/", Origin.ALLOCATOR),
    (r"(?:^|/)~lib/rt/(?:tlsf|tcms|itcms|stub)\.ts$", Origin.ALLOCATOR),
    # Rust: the standard library in rustc's own builds, in Debian and in rust-src, and its dependencies.
    (r"(?:^|/)rustc/[0-9a-f]{40}/", Origin.LIBRARY),
    (r"(?:^|/)rustc-[\d.]+(?:-\w+)*/(?:library|vendor|compiler)/", Origin.LIBRARY),
    (r"(?:^|/)rust/deps/", Origin.LIBRARY),
    (r"(?:^|/)rustlib/src/rust/", Origin.LIBRARY),
    (r"(?:^|/)library/(?:alloc|core|std|panic_(?:abort|unwind)|proc_macro|test|unwind)/src/", Origin.LIBRARY),
    (r"/(?:compiler_builtins|wasm-bindgen|wasm-bindgen-\w+|js-sys|wasi|hashbrown)-\d", Origin.LIBRARY),
    (r"(?:^|/)\.?cargo/(?:registry|git)/", Origin.DEPENDENCY),
    (r"/registry/src/[^/]+-[0-9a-f]{16}/", Origin.DEPENDENCY),
    # C and C++: Emscripten, the WASI SDK, and headers of the system.
    (r"(?:^|/)emsdk/", Origin.LIBRARY),
    (r"(?:^|/)emscripten/(?:system|cache|upstream)/", Origin.LIBRARY),
    (r"(?:^|/)system/lib/(?:libc|compiler-rt|dlmalloc|emmalloc|mimalloc|pthread)", Origin.LIBRARY),
    (r"(?:^|/)(?:wasi-libc|wasi-sdk[^/]*|wasisdk:/*[^/]*|libc-(?:top|bottom)-half)/", Origin.LIBRARY),
    (r"(?:^|/)(?:libcxx|libcxxabi|libunwind|compiler-rt|musl)/(?:src|include|lib)/", Origin.LIBRARY),
    (r"/include/c\+\+/", Origin.LIBRARY),
    (r"^/usr/(?:local/)?include/", Origin.LIBRARY),
    (r"/lib/clang/\d[\d.]*/include/", Origin.LIBRARY),
    # AssemblyScript, Go, TinyGo and Zig.
    (r"(?:^|/)~lib/", Origin.LIBRARY),
    (r"/pkg/mod/", Origin.DEPENDENCY),
    (r"/tinygo[^/]*/(?:src|lib)/", Origin.LIBRARY),
    (rf"/go(?:-[\d.]+)?(?:/[\d.]+/\w+)?/src/{_GO_PACKAGES}/", Origin.LIBRARY),
    (r"/zig[^/]*/(?:lib/)?(?:std|compiler_rt|c)/", Origin.LIBRARY),
    (r"/zig/p/", Origin.DEPENDENCY),
    (r"(?:^|/)node_modules/", Origin.DEPENDENCY),
)

_ZIG_PACKAGES = (
    r"(?:array_hash_map|array_list|ascii|builtin|compiler_rt|debug|dynamic_library|fifo|fmt|fs|hash_map|heap|io|json"
    r"|log|math|mem|multi_array_list|posix|process|rand|segmented_list|sort|start|std|unicode|wasm)"
)

_PREFIX = r"(?:dl|em|emscripten_builtin_|__libc_|internal_|tmalloc_)?"

NAMES: tuple[tuple[str, Origin], ...] = (
    # The functions through which code enters an allocator.
    (r"__(?:rust|rdl|rg|rustc)_(?:alloc|alloc_zeroed|realloc|dealloc)$", Origin.ALLOCATOR),
    (r"_?__rustc::__(?:rust|rdl|rg)_\w*alloc\w*$", Origin.ALLOCATOR),
    (r"<.* as (?:core|std)::alloc::(?:global::)?GlobalAlloc>::", Origin.ALLOCATOR),
    (r"<(?:alloc::alloc::Global|std::alloc::System) as ", Origin.ALLOCATOR),
    (r"<?(?:dlmalloc|wee_alloc|talc|lol_alloc|rlsf|mimalloc|buddy_alloc)::", Origin.ALLOCATOR),
    (r"__wbindgen_(?:malloc|realloc|export_\d+)$", Origin.ALLOCATOR),
    (r"operator new(?:\[\])?(?:\(|$)", Origin.ALLOCATOR),
    (
        rf"{_PREFIX}(?:[mc]alloc|realloc|aligned_alloc|(?:posix_)?memalign)(?:_(?:large|small))?$",
        Origin.ALLOCATOR,
    ),
    (r"(?:__)?(?:sbrk|morecore|sys_alloc|internal_memalign)$|mi_\w+$", Origin.ALLOCATOR),
    (r"~lib/rt/(?:tlsf|tcms|itcms|stub)/", Origin.ALLOCATOR),
    (r"~lib/memory/heap\.", Origin.ALLOCATOR),
    (r"runtime\.(?:mallocgc|alloc|growHeap|sysAlloc|sysReserve|sbrk)", Origin.ALLOCATOR),
    (r"runtime\.\(\*(?:mheap|pageAlloc)\)\.\w+", Origin.ALLOCATOR),
    (r"(?:std\.)?(?:heap|mem\.Allocator)\.", Origin.ALLOCATOR),
    # The libraries and runtimes of the languages.
    (r"__wasm_call_(?:ctors|dtors)$|_start$|_initialize$|__original_main$", Origin.LIBRARY),
    (r"(?:export:)?~lib/", Origin.LIBRARY),
    (r"_?emscripten_\w+$|em(?:val|bind)_\w+$|stack(?:Alloc|Save|Restore)$", Origin.LIBRARY),
    (r"(?:rust_(?:panic|begin_unwind|eh_personality|oom)\w*)$", Origin.LIBRARY),
    (rf"{_GO_PACKAGES}(?:/[\w.]+)*\.[A-Za-z(*]", Origin.LIBRARY),
    (rf"{_ZIG_PACKAGES}\.[A-Za-z_]", Origin.LIBRARY),
    (r"_rt0_wasm\w*$|wasm_(?:export|pc_f_loop)\w*$|gcWriteBarrier\w*$|go:", Origin.LIBRARY),
    (r"tinygo_\w+$|\(\*?(?:runtime|internal/task)\.", Origin.LIBRARY),
    (r"(?:v|f|d|s|vf|sn|vsn|vs|as|vas)?w?printf$|f?put[cs](?:har)?$", Origin.LIBRARY),
    (r"f(?:d?open|write|read|flush|close)$|str(?:n?dup|to\w+|error)$", Origin.LIBRARY),
    (r"(?:getline|getdelim|qsort|setlocale|realpath|open_memstream|abort|atexit)$", Origin.LIBRARY),
    # C reserves these names for the implementation.
    (r"__\w+$", Origin.LIBRARY),
)

# The Rust crates and C++ namespaces that come with the toolchain, by the root of a name.
ROOTS: tuple[tuple[str, Origin], ...] = (
    (r"core|alloc|std|std_detect|proc_macro|test|unwind|panic_(?:abort|unwind)", Origin.LIBRARY),
    (
        r"compiler_builtins|hashbrown|rustc_demangle|addr2line|gimli|miniz_oxide|rustc_std_workspace_\w+",
        Origin.LIBRARY,
    ),
    (r"wasm_bindgen|wasm_bindgen_\w+|__wbindgen\w*|js_sys|__rustc", Origin.LIBRARY),
    (r"__cxxabiv1|__gnu_cxx|__cxa\w*|emscripten", Origin.LIBRARY),
    (r"dlmalloc|wee_alloc|talc|lol_alloc|rlsf|mimalloc|buddy_alloc", Origin.ALLOCATOR),
)


def _compiled(rows: tuple[tuple[str, Origin], ...]) -> tuple[tuple[re.Pattern[str], Origin], ...]:
    return tuple((re.compile(pattern), origin) for pattern, origin in rows)


_BY_PATH, _BY_NAME, _BY_ROOT = _compiled(PATHS), _compiled(NAMES), _compiled(ROOTS)


# Thousands of paths share most of their functions.
@lru_cache(100_000)
def origin_of(name: str | None, file: str | None) -> Origin:
    """Return whose code the function with this readable name and this source file is."""
    if file:
        path = file.replace("\\", "/")[-LONGEST:]
        for pattern, origin in _BY_PATH:
            if pattern.search(path):
                # An allocator's function may be in any file of the library.
                named = _by_name(name) if name and origin is Origin.LIBRARY else None
                return Origin.ALLOCATOR if named is Origin.ALLOCATOR else origin
    if name:
        return _by_name(name) or Origin.USER
    return Origin.USER if file else Origin.UNKNOWN


def _by_name(name: str) -> Origin | None:
    """Return the origin that the name alone implies, or None."""
    name = stem(name)
    for pattern, origin in _BY_NAME:
        if pattern.match(name):
            return origin
    origins = [
        next((origin for pattern, origin in _BY_ROOT if pattern.fullmatch(root)), None)
        for root in roots(name)
    ]
    # For `<Type as Trait>`, the code is in the crate of one of the two: the one that no table knows, if any.
    if not origins or None in origins:
        return None
    return min(origins, key=lambda origin: origin is Origin.ALLOCATOR)


def stem(name: str) -> str:
    """Return the first `LONGEST` characters of the name, without the suffixes of tools."""
    return _SUFFIX.sub("", name[:LONGEST])


def bare(name: str) -> str:
    """Return the name without arguments and generic arguments, but with a `<Type as Trait>` at its start."""
    name = stem(name)
    operator = _OPERATOR.search(name)
    end = operator.end() if operator else len(name)
    rest = name[end:].partition("(")[0] if operator else ""
    return "".join(_kept(name[:end])) + rest


def _kept(name: str) -> list[str]:
    """Return the characters outside brackets, and those directly inside angle brackets at the start."""
    kept: list[str] = []
    leading = name.startswith("<")
    depth = 0
    for index, char in enumerate(name):
        outside = depth == 0 or (leading and depth == 1)
        # The `>` of `->` in a function type closes no bracket.
        if char in "<(":
            depth += 1
            if index == 0 and leading:
                kept.append(char)
        elif char == ")" or (char == ">" and name[index - 1 : index] != "-"):
            depth = max(0, depth - 1)
            if leading and depth == 0:
                leading = False
                kept.append(char)
        elif outside:
            kept.append(char)
    return kept


def roots(name: str) -> tuple[str, ...]:
    """Return the crates or namespaces at the start of a qualified name: two for `<Type as Trait>::f`.

    A name without `::`, such as that of a C function or of a type parameter, has none.
    """
    name = bare(name)
    if name.startswith("<"):
        inner = name[1:].partition(">")[0]
        found_roots = (_root(part) for part in re.split(r" as | for ", inner))
        return tuple(dict.fromkeys(root for root in found_roots if root))
    name = name.partition("operator")[0] if _OPERATOR.search(name) else name
    # In C++, a template's return type comes first and its qualifiers come last.
    words = [word for word in name.split() if word not in _QUALIFIERS]
    root = _root(words[-1]) if words else None
    return (root,) if root else ()


def _root(path: str) -> str | None:
    if "::" not in path:
        return None
    match = _ROOT.match(path)
    return match[1] if match else None
