"""Follow the advice on the memory for each toolchain, and allocate 1 byte and 1 MiB in the result, in Node.

`pytest -s -m ""` prints a line for each allocator, with the way in which the copy serves it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from tools.browser.demo import find_node

from nogrow.analysis.judgement import Verdict
from nogrow.analysis.proof import judge
from nogrow.errors import ToolError
from nogrow.explain.advice import Advice, Alternative
from nogrow.explain.explain import chosen, explanations
from nogrow.explain.toolchain import Kind, toolchain_of
from nogrow.machine.machine import Machine
from nogrow.util.demangle import demangle
from tests.explain.compilers import Build

HOST = Path(__file__).with_name("allocate.mjs")
PAGES = 512
BYTES = PAGES * 65_536

RUST = """
#[no_mangle]
pub extern "C" fn take(n: usize) -> usize {
    let bytes = vec![1u8; n];
    let start = bytes.as_ptr() as usize;
    std::mem::forget(bytes);
    start
}
"""
WASM_BINDGEN = """
#[no_mangle]
pub extern "C" fn __wbindgen_malloc(size: usize, align: usize) -> *mut u8 {
    unsafe { std::alloc::alloc(std::alloc::Layout::from_size_align_unchecked(size, align)) }
}
#[no_mangle]
pub extern "C" fn take(n: usize) -> *mut u8 { __wbindgen_malloc(n, 1) }
"""
RUST_ALLOCATOR = """
use std::alloc::{GlobalAlloc, Layout};
struct Pages;
unsafe impl GlobalAlloc for Pages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match core::arch::wasm32::memory_grow(0, (layout.size() + 65535) / 65536) {
            usize::MAX => core::ptr::null_mut(),
            page => (page * 65536) as *mut u8,
        }
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
#[global_allocator]
static PAGES: Pages = Pages;
"""
ZIG = """
const std = @import("std");
export fn take(n: usize) usize {
    const found = std.heap.ALLOCATOR.alloc(u8, n) catch return 0;
    return @intFromPtr(found.ptr);
}
"""
GO = """
package main

import "unsafe"

var kept [][]byte

//go:wasmexport take
func take(n int32) int32 {
	bytes := make([]byte, n)
	kept = append(kept, bytes)
	return int32(uintptr(unsafe.Pointer(&bytes[0])))
}

func main() {}
"""
MALLOC = """
#include <stdlib.h>
__attribute__((export_name("take"))) void *take(unsigned long n) { return malloc(n); }
"""
OWN_ALLOCATOR = """
__attribute__((export_name("take"))) char *take(unsigned long n) {
  unsigned long page = __builtin_wasm_memory_grow(0, (n + 65535) >> 16);
  return page == -1ul ? 0 : (char *)(page << 16);
}
"""
ASSEMBLYSCRIPT = "export function take(n: i32): usize { return changetype<usize>(new ArrayBuffer(n)); }"

# A small stack and heap, so that 1 MiB does not fit into the memory of the start.
SMALL = ("-sINITIAL_MEMORY=1048576", "-sTOTAL_STACK=65536")
GROWTH, STANDALONE = "-sALLOW_MEMORY_GROWTH", "-sSTANDALONE_WASM"


class Case(NamedTuple):
    """A guest with an allocator; `limits` are the options that the advice names, where it does."""

    kind: Kind
    allocator: str
    compiler: str
    source: str
    flags: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind.value}, {self.allocator}"


def _emscripten(allocator: str, malloc: str, *flags: str) -> Case:
    flags = (f"-sMALLOC={malloc}", "-sTOTAL_STACK=65536", *flags)
    limits = (f"-sINITIAL_MEMORY={BYTES}",)
    return Case(Kind.EMSCRIPTEN, f"{malloc}{allocator}", "emcc", MALLOC, flags, limits)


LLD = (f"-Wl,--initial-memory={BYTES}", f"-Wl,--max-memory={BYTES}")
ASC = ("--initialMemory", str(PAGES), "--maximumMemory", str(PAGES))
QUICK = (
    Case(Kind.RUST, "dlmalloc", "rust", RUST),
    Case(Kind.RUST, "dlmalloc through wasm-bindgen's malloc", "rust", WASM_BINDGEN),
    Case(Kind.RUST, "an allocator of its own", "rust", RUST_ALLOCATOR + RUST),
    Case(Kind.CLANG, "wasi-libc's dlmalloc", "wasi", MALLOC, (), LLD),
    Case(Kind.CLANG, "an allocator of its own", "clang", OWN_ALLOCATOR),
    *(
        Case(Kind.ASSEMBLYSCRIPT, f"--runtime {runtime}", "asc", ASSEMBLYSCRIPT, ("--runtime", runtime), ASC)
        for runtime in ("incremental", "minimal", "stub")
    ),
)
SLOW = (
    Case(Kind.ZIG, "wasm_allocator", "zig", ZIG.replace("ALLOCATOR", "wasm_allocator")),
    Case(Kind.ZIG, "page_allocator", "zig", ZIG.replace("ALLOCATOR", "page_allocator")),
    Case(Kind.GO, "the runtime", "go", GO),
    *(
        _emscripten(name, malloc, *flags)
        for name, flags in (
            ("", ()),
            (", STANDALONE_WASM", (STANDALONE,)),
            (", imported memory", ("-sIMPORTED_MEMORY",)),
        )
        for malloc in ("dlmalloc", "emmalloc")
    ),
)


def each(*cases: Case) -> list[object]:
    """Return parameters for the cases; those whose compiler takes long are exhaustive."""
    return [
        pytest.param(case, id=str(case), marks=[pytest.mark.exhaustive] if case in SLOW else [])
        for case in cases
    ]


@pytest.fixture(scope="module")
def node() -> Path:
    try:
        return find_node(Machine.current())
    except ToolError as error:
        pytest.skip(str(error))


@pytest.fixture
def guest(request: pytest.FixtureRequest, case: Case) -> Build:
    """Return a function that builds the guest of the case with more options."""
    build: Build = request.getfixturevalue(case.compiler)

    def built(*flags: str) -> bytes:
        return build(case.source, *case.flags, *flags)

    return built


class Outcome(NamedTuple):
    """How allocations of 1 byte, 1 MiB and 128 MiB end, and whether `memory.buffer` stays the same object.

    `kept` is for the first two allocations, and `kept_at_last` for all three.
    """

    byte: str
    mebibyte: str
    kept: bool
    beyond: str
    kept_at_last: bool

    @property
    def works(self) -> bool:
        """Return whether the program allocates up to its pages, and the buffer always stays the same."""
        allocates = (self.byte, self.mebibyte) == ("works", "works")
        return allocates and self.beyond in ("null", "throws") and self.kept and self.kept_at_last

    def __str__(self) -> str:
        return " | ".join(
            (self.byte, self.mebibyte, "same" if self.kept_at_last else "replaced", self.beyond)
        )


def allocated(node: Path, module: Path, *glue: str) -> Outcome:
    words = [str(node), "--no-warnings", str(HOST), str(module), *glue]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def advice(data: bytes, kind: Kind) -> dict[Alternative, Advice]:
    """Return the advice for the export `take`, and check that the toolchain is recognised."""
    judgement = judge(data, lambda _: False)
    toolchain = toolchain_of(data, judgement.imports)
    assert toolchain.kind is kind
    (explained,) = explanations(judgement, chosen(judgement, "take"), {}, demangle, toolchain)
    return {advice.alternative: advice for advice in explained.advice}


def verdict(data: bytes) -> Verdict:
    (entry,) = chosen(judge(data, lambda _: False), "take")
    return entry.verdict


def glue_of(case: Case, folder: Path, imported: bool) -> list[str]:
    """Return the arguments for Emscripten's JavaScript; a sealed copy may need a memory of its own size."""
    if case.compiler != "emcc":
        return []
    return [str(folder / "guest.js"), *([str(PAGES)] if imported else [])]


@pytest.mark.parametrize("case", each(*QUICK, *SLOW))
def test_reserved_copy_allocates(case: Case, guest: Build, node: Path, tmp_path: Path) -> None:
    before = guest(*((GROWTH, *SMALL) if case.kind is Kind.EMSCRIPTEN else ()))
    module, copy = tmp_path / "guest.wasm", tmp_path / "sealed.wasm"
    assert verdict(before) is Verdict.REACHABLE
    assert allocated(node, module, *glue_of(case, tmp_path, imported=False))[:3] == ("works", "works", False)
    command = "nogrow seal FILE -o OUT --mode reserve --pages N"
    assert f"`{command}`" in advice(before, case.kind)[Alternative.RESERVE].text
    values = {"FILE": str(module), "OUT": str(copy), "N": str(PAGES)}
    words = [values.get(word, word) for word in command.split()[1:]]
    done = subprocess.run(
        [sys.executable, "-m", "nogrow", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    imported = "new WebAssembly.Memory(" in done.stdout
    assert imported == ("imported memory" in case.allocator)
    assert verdict(copy.read_bytes()) is Verdict.ABSENT
    outcome = allocated(node, copy, *glue_of(case, tmp_path, imported))
    served = "counter" if judge(before, lambda _: False).sites else "limits"
    print(f"\n{case.kind.value} | {case.allocator} | {served} | {outcome}")
    assert outcome.works


LIMITED = [case for case in (*QUICK, *SLOW) if case.limits]


@pytest.mark.parametrize("case", each(*LIMITED))
def test_limited_memory_allocates(case: Case, guest: Build, node: Path, tmp_path: Path) -> None:
    grows = (GROWTH, *SMALL) if case.kind is Kind.EMSCRIPTEN else ()
    text = advice(guest(*grows), case.kind)[Alternative.CAP].text
    for option in case.limits:
        assert option.split("=")[0] in text or option.isdecimal()
    limited = guest(*case.limits)
    assert verdict(limited) is (Verdict.ABSENT if case.kind is Kind.EMSCRIPTEN else Verdict.CAPPED)
    assert f"`{verdict(limited).label}`" in text
    outcome = allocated(node, tmp_path / "guest.wasm", *glue_of(case, tmp_path, imported=False))
    print(f"\n{case.kind.value} | {case.allocator} | options | {outcome}")
    assert outcome.works
    if case.kind is Kind.EMSCRIPTEN:
        assert "aborts when the memory is full, or `malloc` returns null with `-sABORTING_MALLOC=0`" in text
        assert outcome.beyond == ("null" if STANDALONE in case.flags else "throws")
        guest(*case.limits, "-sABORTING_MALLOC=0")
        assert allocated(node, tmp_path / "guest.wasm", str(tmp_path / "guest.js")).beyond == "null"


UNLIMITED = {
    Kind.RUST: ("-Clink-arg=--initial-memory={0}", "-Clink-arg=--max-memory={0}"),
    Kind.ZIG: ("--initial-memory={0}", "--max-memory={0}"),
}


@pytest.mark.parametrize("case", each(*(case for case in (*QUICK, *SLOW) if case.kind in UNLIMITED)))
def test_limits_are_not_advised_if_allocations_fail(
    case: Case, guest: Build, node: Path, tmp_path: Path
) -> None:
    before = advice(guest(), case.kind)
    assert Alternative.CAP not in before
    assert "Limits do not help here" in before[Alternative.RESERVE].text
    limited = guest(*(flag.format(BYTES) for flag in UNLIMITED[case.kind]))
    outcome = allocated(node, tmp_path / "guest.wasm")
    print(f"\n{case.kind.value} | {case.allocator} | linker's limits | {outcome}")
    assert "works" not in (outcome.byte, outcome.mebibyte)
    assert verdict(limited) is Verdict.CAPPED
    assert "Remove the maximum" in advice(limited, case.kind)[Alternative.RESERVE].text
