"""Advise what to change in the code, in the module or in the host, depending on the cause and the toolchain.

In the tables, the first row that fits counts. `tests/explain/test_advice_works.py` follows the advice for the
code and checks the verdict. `tests/explain/test_advice_runs.py` follows the advice for the memory, and checks
that the result can allocate.
"""

import enum
from collections.abc import Iterator
from typing import NamedTuple

from nogrow.analysis.judgement import Entry, Verdict
from nogrow.explain.allocation_sites import Family
from nogrow.explain.cause import Cause
from nogrow.explain.toolchain import Kind, Toolchain


class Alternative(enum.Enum):
    """What the advice changes, in the words with which it begins."""

    CODE = "change the code"
    RESERVE = "or reserve the memory"
    CAP = "or cap the memory"
    HOST = "or create the host's views again"
    DROP = "or drop the instance after a trap"
    NAMES = "to see more"


class Advice(NamedTuple):
    """One piece of advice; `example` has lines of code that are shown below it."""

    alternative: Alternative
    text: str
    example: tuple[str, ...] = ()


class _Row(NamedTuple):
    """What to change in code of these toolchains that causes growth by these families of uses."""

    kinds: tuple[Kind, ...]
    families: tuple[Family, ...]
    text: str
    example: tuple[str, ...] = ()


_F = Family
_RUST, _C, _ALL = (Kind.RUST,), (Kind.CLANG, Kind.EMSCRIPTEN), tuple(Kind)
_HEAP = (_F.STRING, _F.COLLECTION, _F.BOXED, _F.ALLOCATION, _F.FORMATTING, _F.UNKNOWN)

CODE = (
    _Row(
        _ALL,
        (_F.OWN_GROWTH,),
        "the function grows the memory itself. Declare a minimum that is large enough for everything, "
        "allocate from it, and remove the `memory.grow`.",
    ),
    _Row(
        _ALL,
        (_F.PASSING,),
        "wasm-bindgen allocates memory for every string and slice that JavaScript passes in. Export the "
        "address of a static buffer, let the host write into it, and pass only the length.",
        (
            "static mut INPUT: [u8; 256] = [0; 256];",
            "#[no_mangle]",
            'pub extern "C" fn input() -> *mut u8 {',
            "    unsafe { core::ptr::addr_of_mut!(INPUT) as *mut u8 }",
            "}",
        ),
    ),
    _Row(
        _RUST,
        (_F.FORMATTING,),
        "it creates a `String` on the heap. Implement `core::fmt::Write` for a byte array of fixed size and "
        "use `write!`, or use `heapless::String` or `arrayvec::ArrayString`. In a `no_std` crate without "
        "`alloc`, no code can allocate by mistake.",
        (
            "struct Text { bytes: [u8; 64], len: usize }",
            "impl core::fmt::Write for Text {",
            "    fn write_str(&mut self, s: &str) -> core::fmt::Result {",
            "        let free = self.bytes.get_mut(self.len..self.len + s.len());",
            "        free.ok_or(core::fmt::Error)?.copy_from_slice(s.as_bytes());",
            "        self.len += s.len();",
            "        Ok(())",
            "    }",
            "}",
        ),
    ),
    _Row(
        _RUST,
        (_F.STRING,),
        "a `String` is on the heap. Borrow a `&str`, or keep the text in a byte array of fixed size, for "
        "example in a `heapless::String` or an `arrayvec::ArrayString`.",
    ),
    _Row(
        _RUST,
        (_F.COLLECTION,),
        "collections keep their items on the heap. Use an array `[T; N]` with a length, or a collection of "
        "fixed capacity (`heapless::Vec`, `arrayvec::ArrayVec`).",
    ),
    _Row(
        _RUST,
        (_F.BOXED,),
        "the value is on the heap. Keep it in a `static` or on the stack, and pass a reference.",
    ),
    _Row(
        _RUST,
        (_F.PANIC,),
        "the panic machinery creates its message on the heap. Build a `#![no_std]` crate whose "
        '`#[panic_handler]` traps, or avoid panics (`get` instead of an index). `panic = "abort"` alone does '
        "not help, because the message is created before the abort.",
        (
            "#[panic_handler]",
            "fn trap(_: &core::panic::PanicInfo) -> ! {",
            "    core::arch::wasm32::unreachable()",
            "}",
        ),
    ),
    _Row(
        _RUST,
        _HEAP,
        "in a `no_std` crate without `alloc`, no code can allocate. Keep data of fixed size in a `static` or "
        "on the stack.",
    ),
    _Row(
        _C,
        (_F.FORMATTING,),
        "it creates the text on the heap or in a stream's buffer. Write into an array with `snprintf`, or "
        "copy the parts into one.",
    ),
    _Row(
        _C,
        (_F.STRING,),
        "text of more than a few bytes is on the heap. Read it through a `std::string_view`, and write it to "
        "a `char` array of fixed size.",
    ),
    _Row(
        _C,
        (_F.COLLECTION, _F.BOXED),
        "the items are on the heap. Use `std::array`, or a `std::pmr` container with a "
        "`monotonic_buffer_resource` over a static array, with `null_memory_resource()` as its upstream.",
    ),
    _Row(
        _C,
        (_F.PANIC,),
        "exceptions are allocated on the heap. Build with `-fno-exceptions`, or return an error code.",
    ),
    _Row(
        _C,
        (*_HEAP, _F.RUNTIME),
        "`malloc` and `new` grow the memory when the heap is full. Use static arrays, or allocate from one "
        "static array yourself.",
        ("static char arena[65536];",),
    ),
    _Row(
        (Kind.ASSEMBLYSCRIPT,),
        (*_HEAP, _F.RUNTIME, _F.PANIC),
        "strings, arrays and objects are on the heap with every `--runtime`. Reserve space with "
        "`memory.data`, and access it with `load` and `store`; a `StaticArray` literal in a `const` global "
        "is static as well.",
        ("const text = memory.data(256);", "store<u8>(text, 65);"),
    ),
    _Row(
        (Kind.GO,),
        tuple(Family),
        "all Go code needs the runtime, which grows the memory whenever code allocates. `go build "
        "-gcflags=-m` prints the lines that allocate. With TinyGo and `-gc=none`, code that allocates does "
        "not link.",
    ),
    _Row(
        (Kind.TINYGO,),
        tuple(Family),
        "the runtime grows the memory when the heap is full, also with `-gc=leaking`. Keep values in global "
        "arrays that exist before the host creates its views; with `-gc=none`, code that allocates does not "
        "link.",
    ),
    _Row(
        (Kind.ZIG,),
        tuple(Family),
        "allocate from a `std.heap.FixedBufferAllocator` over a global array: it fails when the array is "
        "full and never grows the memory.",
        ("var bytes: [4096]u8 = undefined;", "var fixed = std.heap.FixedBufferAllocator.init(&bytes);"),
    ),
    _Row(
        _ALL,
        tuple(Family),
        "on this path, use only static data and the stack; an allocator grows the memory when its heap is "
        "full.",
    ),
)

RESERVE = (
    "run `nogrow seal FILE -o OUT --mode reserve --pages N`. The copy has N pages from the start and behaves "
    "as FILE does, but `memory.buffer` is never detached."
)
# Allocators that only use pages which `memory.grow` has returned: a limit makes all their allocations fail.
GROWN_PAGES_ONLY = {
    Kind.RUST: "Rust's allocator only uses pages that `memory.grow` has returned",
    Kind.ZIG: "Zig's allocators for WebAssembly only use pages that `memory.grow` has returned",
}
# Allocators that use the pages which the memory has at the start, so a limit suffices.
CAPS: dict[Kind, str] = {
    Kind.CLANG: "link with `-Wl,--initial-memory=N`, and with `-Wl,--max-memory=N` or "
    "`-Wl,--no-growable-memory` (LLD 18 and later), where N is the same multiple of 65,536 bytes. This needs "
    "an allocator that uses the pages of the start, such as wasi-libc's `malloc`.",
    Kind.EMSCRIPTEN: "build without `-sALLOW_MEMORY_GROWTH`, and with an `-sINITIAL_MEMORY=N` that is large "
    "enough. The program then aborts when the memory is full, or `malloc` returns null with "
    "`-sABORTING_MALLOC=0` or `-sSTANDALONE_WASM`.",
    Kind.ASSEMBLYSCRIPT: "build with `--initialMemory N --maximumMemory N`, where N is the same number of "
    "pages. Each `--runtime` uses the pages of the start.",
}
CAPPED = (
    "An allocation that needs more memory then fails. Growth by 0 pages still succeeds and detaches views, "
    "so the verdict is `capped`."
)
UNGROWN = "The memory then cannot grow at all, so the verdict is `absent`."
NAMES: dict[Kind, str] = {
    Kind.RUST: 'keep names and lines: `debug = "line-tables-only"` and `strip = false` in the profile, '
    "`--keep-debug` for wasm-bindgen, `-g` for wasm-opt.",
    Kind.EMSCRIPTEN: "keep names and lines: build with `-g`, or with `--profiling-funcs` for names only.",
    Kind.CLANG: "keep names and lines: build with `-g`, and don't strip.",
    Kind.ASSEMBLYSCRIPT: "keep names and lines: build with `--debug --sourceMap`.",
    Kind.GO: "keep names: build without `-ldflags=-s`. Go writes no line numbers into WebAssembly modules; "
    "`go build -gcflags=-m` prints the lines that allocate.",
    Kind.ZIG: "keep names and lines: build with `-fno-strip`.",
}
LOST_NAMES = (
    "the module was built with debug information, and a later step dropped the names: `wasm-opt` without "
    "`-g` does so, and tools that strip symbols do so, too."
)
LOST_BY_CLANG = (
    "the module was built with debug information, and `wasm-opt` without `-g` dropped the names: when "
    "clang links with `-O`, it runs the `wasm-opt` on the PATH. Compile with `-O2 -g -c` and link without "
    "`-O`, or add `--no-wasm-opt` (clang 20 and later)."
)
SHARED = (
    "threads share this memory, so its growth detaches no view. But a view keeps the length that the memory "
    "had: call `new Uint8Array(memory.buffer)` before you access what the call has allocated. `nogrow check "
    "--stale-length` reports the views that may be too short. Then allow `reachable` for it in the contract."
)
ANY_NAMES = "keep names and lines: build with debug information, and don't strip the module."


def advice_for(
    entry: Entry, cause: Cause, toolchain: Toolchain, *, shared: bool = False
) -> tuple[Advice, ...]:
    """Return the advice for the cause: what to change in the code, the module and the host.

    `shared` says that threads share the memory, so that its growth detaches nothing.
    """
    # The last row fits every cause.
    row = next(row for row in CODE if toolchain.kind in row.kinds and cause.use.family in row.families)
    code = Advice(Alternative.CODE, row.text, row.example)
    shown = (_names(toolchain), code) if cause.vague else (code,)
    if entry.grower is not None:
        # Another core module of the component grows the memory: `seal` refuses it, and a limit makes it trap.
        return (*shown, _host(entry))
    if shared:
        caps = [advice for advice in _fixed(toolchain.kind) if advice.alternative is Alternative.CAP]
        return (*shown, *caps, Advice(Alternative.HOST, SHARED))
    memory = _capped(entry, toolchain.kind) if entry.verdict is Verdict.CAPPED else _fixed(toolchain.kind)
    return (*shown, *memory, _host(entry))


def _names(toolchain: Toolchain) -> Advice:
    if toolchain.lost_names:
        text = LOST_BY_CLANG if toolchain.kind is Kind.CLANG else LOST_NAMES
        return Advice(Alternative.NAMES, text)
    return Advice(Alternative.NAMES, NAMES.get(toolchain.kind, ANY_NAMES))


def _fixed(kind: Kind) -> Iterator[Advice]:
    """Yield the advice that gives a memory all its pages at the start."""
    grown_only = GROWN_PAGES_ONLY.get(kind)
    limits = f" Limits do not help here: {grown_only}, and a memory at its maximum returns none."
    yield Advice(Alternative.RESERVE, RESERVE + (limits if grown_only else ""))
    if kind in CAPS:
        left = UNGROWN if kind is Kind.EMSCRIPTEN else CAPPED
        yield Advice(Alternative.CAP, f"{CAPS[kind]} {left}")


def _capped(entry: Entry, kind: Kind) -> Iterator[Advice]:
    """Yield the advice for a memory that has reached its maximum at the start."""
    if kind in GROWN_PAGES_ONLY:
        text = (
            f"{GROWN_PAGES_ONLY[kind]}, and this memory is at its maximum, so every allocation fails. Remove "
            f"the maximum, then {RESERVE}"
        )
        yield Advice(Alternative.RESERVE, text)
    left = (
        "every growth on the path is by 1 page or more and always fails, so it is safe to allow `capped` "
        "in the contract."
        if entry.airtight
        else "growth by 0 pages still succeeds and detaches views. If no code grows the memory by 0 "
        "pages, allow `capped` in the contract."
    )
    yield Advice(Alternative.CAP, f"this is already done; {left}")


def _host(entry: Entry) -> Advice:
    fresh = "call `new Uint8Array(memory.buffer)` after every call; do not keep a view across a call."
    match entry.verdict:
        case Verdict.TRAP_ONLY:
            text = (
                "a call that returns has not grown the memory, so its views stay valid. Then allow "
                "`trap-only` in the contract."
            )
            return Advice(Alternative.DROP, text)
        case Verdict.CAPPED_AND_THROW_ONLY:
            text = f"{fresh} Then allow `capped` and `throw-only` for it in the contract."
        case Verdict.THROW_ONLY:
            text = (
                f"{fresh} Only an exception can follow the growth, so a host that catches it must create the "
                "views again as well. Then allow `throw-only` in the contract."
            )
        case _:
            text = f"{fresh} Then allow `{entry.verdict.label}` for it in the contract."
    return Advice(Alternative.HOST, text)
