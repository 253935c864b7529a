"""A cause and a toolchain to advice: what to change in the code, in the build, or in the host.

Tables, of which the first row that fits counts. `tests/explain/test_advice_works.py` tries the advice out.
"""

import enum
from typing import NamedTuple

from nogrow.analysis.judgement import Entry, Verdict
from nogrow.explain.allocation_sites import Family
from nogrow.explain.cause import Cause
from nogrow.explain.toolchain import Kind, Toolchain


class Alternative(enum.Enum):
    """What can be changed, as help begins."""

    CODE = "change the code"
    CAP = "or cap the memory"
    HOST = "or create the host's views again"
    DROP = "or drop the instance after a trap"
    NAMES = "to see more"


class Advice(NamedTuple):
    """One thing to do; `example` are lines that go below it as they are."""

    alternative: Alternative
    text: str
    example: tuple[str, ...] = ()


_F, _K = Family, Kind
_C = frozenset((Kind.CLANG, Kind.EMSCRIPTEN))
_ALL = frozenset(Kind)
_HEAP = frozenset((_F.STRING, _F.COLLECTION, _F.BOXED, _F.ALLOCATION, _F.FORMATTING, _F.UNKNOWN))


def _only(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


CODE: tuple[tuple[frozenset[Kind], frozenset[Family], str, tuple[str, ...]], ...] = (
    (
        _ALL,
        frozenset((_F.OWN_GROWTH,)),
        "the function grows the memory itself. Declare all the memory that is needed as the minimum, hand it "
        "out from there, and leave the `memory.grow` out.",
        (),
    ),
    (
        _ALL,
        frozenset((_F.PASSING,)),
        "wasm-bindgen allocates for every string and slice that JavaScript passes in. Export the "
        "address of a "
        "static buffer, have the host write there, and pass only the length.",
        (
            "static mut INPUT: [u8; 256] = [0; 256];",
            "#[no_mangle]",
            'pub extern "C" fn input() -> *mut u8 {',
            "    unsafe { core::ptr::addr_of_mut!(INPUT) as *mut u8 }",
            "}",
        ),
    ),
    (
        _only(_K.RUST),
        frozenset((_F.FORMATTING,)),
        "a `String` is made on the heap. Implement `core::fmt::Write` for a byte array of fixed size and "
        "`write!` into that (`heapless::String` and `arrayvec::ArrayString` are ready-made); in a `no_std` "
        "crate without `alloc`, nothing can allocate by mistake.",
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
    (
        _only(_K.RUST),
        frozenset((_F.STRING,)),
        "a `String` is on the heap. Borrow a `&str`, or keep the text in a byte array of fixed size "
        "(`heapless::String` and `arrayvec::ArrayString` are ready-made).",
        (),
    ),
    (
        _only(_K.RUST),
        frozenset((_F.COLLECTION,)),
        "collections keep their items on the heap. Use an array `[T; N]` with a length, or a collection of "
        "fixed capacity (`heapless::Vec`, `arrayvec::ArrayVec`).",
        (),
    ),
    (
        _only(_K.RUST),
        frozenset((_F.BOXED,)),
        "the value is put on the heap. Keep it in a `static` or on the stack, and pass a reference.",
        (),
    ),
    (
        _only(_K.RUST),
        frozenset((_F.PANIC,)),
        "the panic machinery makes its message on the heap. Build a `#![no_std]` crate whose "
        '`#[panic_handler]` traps, or write what can\'t panic (`get` for an index). `panic = "abort"` alone '
        "does not help: the message is made before that.",
        (
            "#[panic_handler]",
            "fn trap(_: &core::panic::PanicInfo) -> ! {",
            "    core::arch::wasm32::unreachable()",
            "}",
        ),
    ),
    (
        _only(_K.RUST),
        _HEAP,
        "in a `no_std` crate without `alloc`, nothing can allocate. Keep what is needed in a `static` or on "
        "the stack, with a fixed size.",
        (),
    ),
    (
        _C,
        frozenset((_F.FORMATTING,)),
        "the text is made on the heap or in a stream's buffer. Write into an array with `snprintf`, or copy "
        "the parts there.",
        (),
    ),
    (
        _C,
        frozenset((_F.STRING,)),
        "the text is on the heap once it is longer than a few bytes. Read it by `std::string_view`, and "
        "write "
        "it to a `char` array of fixed size.",
        (),
    ),
    (
        _C,
        frozenset((_F.COLLECTION, _F.BOXED)),
        "the items are on the heap. Use `std::array`, or a `std::pmr` container with a "
        "`monotonic_buffer_resource` over a static array and `null_memory_resource()` behind it.",
        (),
    ),
    (
        _C,
        frozenset((_F.PANIC,)),
        "an exception is made on the heap. Build with `-fno-exceptions`, or return an error code.",
        (),
    ),
    (
        _C,
        _HEAP | {_F.RUNTIME},
        "`malloc` and `new` grow the memory when they run out of it. Use static arrays, or hand out parts of "
        "one static array yourself.",
        ("static char arena[65536];",),
    ),
    (
        _only(_K.ASSEMBLYSCRIPT),
        _HEAP | {_F.RUNTIME, _F.PANIC},
        "strings, arrays and objects are on the heap, whatever `--runtime` says. Take the space from "
        "`memory.data`, and read and write there with `load` and `store`; a `StaticArray` literal in a "
        "`const` global is static as well.",
        ("const text = memory.data(256);", "store<u8>(text, 65);"),
    ),
    (
        _only(_K.GO),
        frozenset(Family),
        "Go's runtime grows the memory by itself, wherever code allocates, and there is no Go code without "
        "it. TinyGo has `-gc=none`, with which code that allocates does not link.",
        (),
    ),
    (
        _only(_K.TINYGO),
        frozenset(Family),
        "the runtime grows the memory when the heap is full; `-gc=leaking` too. Keep values in global "
        "arrays, "
        "made before the host takes its views; with `-gc=none`, code that allocates does not link.",
        (),
    ),
    (
        _only(_K.ZIG),
        frozenset(Family),
        "allocate from a `std.heap.FixedBufferAllocator` over a global array: it fails when the array "
        "is full "
        "and never grows the memory.",
        ("var bytes: [4096]u8 = undefined;", "var fixed = std.heap.FixedBufferAllocator.init(&bytes);"),
    ),
    (
        _ALL,
        frozenset(Family),
        "use memory that is there from the start (static data, the stack) on this path; an allocator grows "
        "the memory when it has no more to give.",
        (),
    ),
)

CAPS: dict[Kind, str] = {
    Kind.RUST: "link with `-C link-arg=--no-growable-memory` (LLD 18 and later), or with "
    "`-C link-arg=--initial-memory=N` and `-C link-arg=--max-memory=N`, N the same multiple of 65,536 bytes.",
    Kind.CLANG: "link with `-Wl,--no-growable-memory` (LLD 18 and later), or with "
    "`-Wl,--initial-memory=N` and "
    "`-Wl,--max-memory=N`, N the same multiple of 65,536 bytes.",
    Kind.EMSCRIPTEN: "build with `-sALLOW_MEMORY_GROWTH=0` (the default) and as much "
    "`-sINITIAL_MEMORY=N` as is "
    "ever needed; `-sABORTING_MALLOC=1` then traps when it is not enough.",
    Kind.ASSEMBLYSCRIPT: "build with `--initialMemory N --maximumMemory N`, N the same number of pages.",
    Kind.ZIG: "link with `--initial-memory=N --max-memory=N`, N the same multiple of 65,536 bytes.",
    Kind.TINYGO: "add `--initial-memory=N` and `--max-memory=N` to the `ldflags` of the target's JSON, "
    "N the same multiple of 65,536 bytes.",
    Kind.GO: "Go's linker has no option for it: rewrite the module so that its memory's maximum is its "
    "minimum.",
    Kind.UNKNOWN: "declare a maximum that is the minimum: `(memory 17 17)`.",
}
CAPPED = (
    "Then growth by 1 page or more fails, and with it the allocation. Growth by 0 pages still succeeds and "
    "detaches views; the verdict is `capped`."
)
UNGROWN = "Then the host can't grow it either, and the allocation fails; the growth is gone from the verdict."
NAMES: dict[Kind, str] = {
    Kind.RUST: 'keep names and lines: `debug = "line-tables-only"` and `strip = false` in the profile, '
    "`--keep-debug` for wasm-bindgen, `-g` for wasm-opt.",
    Kind.EMSCRIPTEN: "keep names and lines: build with `-g`, or with `--profiling-funcs` for names only.",
    Kind.CLANG: "keep names and lines: build with `-g`, and don't strip.",
    Kind.ASSEMBLYSCRIPT: "keep names and lines: build with `--debug --sourceMap`.",
}
LOST_NAMES = (
    "the module was built with debug information, and a later step dropped the names: `wasm-opt` does so "
    "without `-g`, and so do programs that strip."
)
LOST_BY_CLANG = (
    "the module was built with debug information, and `wasm-opt` without `-g` dropped the names: clang runs "
    "the `wasm-opt` that is on the PATH where it links with `-O`. Compile with `-O2 -g -c` and link without "
    "`-O`, or add `--no-wasm-opt` (clang 20 and later)."
)
ANY_NAMES = "keep names and lines: build with debug information, and don't strip the module."


def advice_for(entry: Entry, cause: Cause, toolchain: Toolchain) -> tuple[Advice, ...]:
    """Return what can be done about the cause, always with the alternatives."""
    code = _code(cause, toolchain)
    shown = (_names(toolchain), code) if cause.vague else (code,)
    return (*shown, _cap(entry, toolchain), _host(entry))


def _code(cause: Cause, toolchain: Toolchain) -> Advice:
    for kinds, families, text, example in CODE:
        if toolchain.kind in kinds and cause.use.family in families:
            return Advice(Alternative.CODE, text, example)
    raise AssertionError("the last row fits all")


def _names(toolchain: Toolchain) -> Advice:
    if toolchain.lost_names:
        text = LOST_BY_CLANG if toolchain.kind is Kind.CLANG else LOST_NAMES
        return Advice(Alternative.NAMES, text)
    return Advice(Alternative.NAMES, NAMES.get(toolchain.kind, ANY_NAMES))


def _cap(entry: Entry, toolchain: Toolchain) -> Advice:
    if entry.verdict is Verdict.CAPPED:
        left = (
            "all growth on the way is by 1 page or more: it always fails, and allowing `capped` in the "
            "contract is safe."
            if entry.airtight
            else "growth by 0 pages still succeeds and detaches views. Allow `capped` in the contract if no "
            "code asks for that."
        )
        return Advice(Alternative.CAP, f"that is done; {left}")
    left = CAPPED if entry.host_grows is None else UNGROWN
    return Advice(Alternative.CAP, f"{CAPS[toolchain.kind]} {left}")


def _host(entry: Entry) -> Advice:
    fresh = "`new Uint8Array(memory.buffer)` after every call; hold no view over a call."
    match entry.verdict:
        case Verdict.TRAP_ONLY:
            text = (
                "a call that returns has not grown the memory, and its views are good. Then allow "
                "`trap-only` in the contract."
            )
            return Advice(Alternative.DROP, text)
        case Verdict.CAPPED_AND_THROW_ONLY:
            text = f"{fresh} Then allow `capped` and `throw-only` for it in the contract."
        case Verdict.THROW_ONLY:
            text = (
                f"{fresh} Only an exception can follow the growth: where the host catches one, it has to do "
                "so as well. Then allow `throw-only` in the contract."
            )
        case _:
            text = f"{fresh} Then allow `{entry.verdict.label}` for it in the contract."
    return Advice(Alternative.HOST, text)
