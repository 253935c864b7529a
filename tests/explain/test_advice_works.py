"""Follow the advice in small guests and check that the verdict improves."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Verdict
from nogrow.analysis.proof import judge
from nogrow.explain.advice import Advice, Alternative
from nogrow.explain.explain import chosen, explanations
from nogrow.explain.toolchain import Kind, toolchain_of
from nogrow.util.demangle import demangle
from tests.explain.compilers import Build, compiled
from tests.support.modules import assemble

BYTES = 2 << 20


def verdict(data: bytes) -> Verdict:
    """Return the verdict on the export `run`."""
    (entry,) = chosen(judge(data, lambda _: False), "run")
    return entry.verdict


def advice(data: bytes, kind: Kind, alternative: Alternative = Alternative.CODE) -> Advice:
    """Return the advice for the export `run`, and check that the toolchain is recognised."""
    judgement = judge(data, lambda _: False)
    toolchain = toolchain_of(data, judgement.imports)
    assert toolchain.kind is kind
    (explanation,) = explanations(judgement, chosen(judgement, "run"), {}, demangle, toolchain)
    return next(advice for advice in explanation.advice if advice.alternative is alternative)


RUN = '#[no_mangle]\npub extern "C" fn run(n: usize) -> usize '
FORMATS = RUN + '{ format!("{n} items").len() }'
NO_STD = "#![no_std]\n"


def test_rust_writing_into_a_fixed_buffer(rust: Build) -> None:
    before = rust(FORMATS)
    assert verdict(before) is Verdict.REACHABLE
    advised = advice(before, Kind.RUST)
    assert "use `write!`" in advised.text
    text = "\n".join((*advised.example, RUN)) + (
        "{ let mut text = Text { bytes: [0; 64], len: 0 };"
        'let done = core::fmt::Write::write_fmt(&mut text, format_args!("{n} items"));'
        "if done.is_ok() { text.len } else { 0 } }"
    )
    assert verdict(rust(text)).at_most(Verdict.TRAP_ONLY)
    panics = advice(rust(INDEXED), Kind.RUST)
    assert verdict(rust("\n".join((NO_STD, *panics.example, text)))) is Verdict.ABSENT


INDEXED = "static DATA: [usize; 4] = [1, 2, 3, 4];\n" + RUN + "{ DATA[n] }"


def test_rust_without_the_panic_machinery(rust: Build) -> None:
    before = rust(INDEXED)
    assert verdict(before) is Verdict.TRAP_ONLY
    advised = advice(before, Kind.RUST)
    assert '`panic = "abort"` alone does not help' in advised.text
    assert verdict(rust(INDEXED, "-Cpanic=abort")) is Verdict.TRAP_ONLY
    assert "`#![no_std]`" in advised.text
    assert verdict(rust(NO_STD + "\n".join((*advised.example, INDEXED)))) is Verdict.ABSENT
    assert "`get` instead of an index" in advised.text
    got = INDEXED.replace("DATA[n]", "DATA.get(n).copied().unwrap_or(0)")
    assert verdict(rust(got)).at_most(Verdict.UNREACHABLE)


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        (
            "{ let mut all = Vec::new(); for i in 0..n { all.push(i) } all.iter().sum() }",
            "an array `[T; N]`",
            "{ let mut all = [0; 8]; for (i, one) in all.iter_mut().take(n).enumerate() { *one = i }"
            " all.iter().fold(0, |a, b| a ^ b) }",
        ),
        (
            '{ let mut all = String::new(); for _ in 0..n { all.push_str("ab") } all.len() }',
            "`&str`",
            '{ "abcdefgh".get(..n).map_or(0, |text| text.len()) }',
        ),
    ],
    ids=["Vec", "String"],
)
def test_rust_without_collections(rust: Build, before: str, part: str, after: str) -> None:
    # Without optimisation, so that the names stay as they are in the source.
    grown = rust(RUN + before, "-Copt-level=0")
    assert verdict(grown) is Verdict.REACHABLE
    assert part in advice(grown, Kind.RUST).text
    assert verdict(rust(RUN + after)).at_most(Verdict.TRAP_ONLY)


def test_rust_with_a_static_buffer_for_arguments(rust: Build) -> None:
    allocator = (
        '#[no_mangle] pub extern "C" fn run(n: usize) -> *mut u8 { __wbindgen_malloc(n) }\n'
        '#[no_mangle] pub extern "C" fn __wbindgen_malloc(n: usize) -> *mut u8 {'
        " unsafe { std::alloc::alloc(std::alloc::Layout::from_size_align_unchecked(n, 1)) } }"
    )
    before = rust(allocator)
    assert verdict(before) is Verdict.REACHABLE
    judgement = judge(before, lambda _: False)
    entries = chosen(judgement, "__wbindgen_malloc")
    (explanation,) = explanations(judgement, entries, {}, demangle, toolchain_of(before))
    advised = explanation.advice[0]
    assert "static buffer" in advised.text
    after = "\n".join((*advised.example, RUN + "{ input() as usize + n }"))
    assert verdict(rust(after)).at_most(Verdict.UNREACHABLE)


C = """
__attribute__((noinline)) char *malloc(unsigned long n) {
  static char *end = (char *)1;
  __builtin_wasm_memory_grow(0, (n + 65535) >> 16);
  return end;
}
__attribute__((export_name("run"))) char *run(unsigned long n) { return malloc(n); }
"""


def test_c_with_a_static_array(clang: Build) -> None:
    before = clang(C)
    assert verdict(before) is Verdict.REACHABLE
    advised = advice(before, Kind.CLANG)
    assert "static arrays" in advised.text
    run = '__attribute__((export_name("run"))) char *run(unsigned long n) '
    after = "\n".join((*advised.example, run + "{ return n < sizeof arena ? arena + n : 0; }"))
    assert verdict(clang(after)) is Verdict.ABSENT


MALLOC = """
#include <stdlib.h>
__attribute__((export_name("run"))) void *run(unsigned long n) { return malloc(n); }
"""


@pytest.mark.exhaustive
def test_emscripten_with_a_static_array(emcc: Build) -> None:
    before = emcc(MALLOC, "-sALLOW_MEMORY_GROWTH")
    assert verdict(before) is Verdict.REACHABLE
    advised = advice(before, Kind.EMSCRIPTEN)
    assert "static arrays" in advised.text
    after = MALLOC.replace("malloc(n)", "n < sizeof arena ? arena + n : 0")
    assert verdict(emcc("\n".join((*advised.example, after)), "-sALLOW_MEMORY_GROWTH")).at_most(
        Verdict.UNREACHABLE
    )


def test_c_linked_without_optimisation_keeps_names(clang: Build) -> None:
    assert not toolchain_of(clang(C)).lost_names
    assert b"malloc" in clang(C)


def test_c_changed_by_wasm_opt_is_recognised(clang: Build) -> None:
    if shutil.which("wasm-opt") is None:
        pytest.skip("no wasm-opt; on Debian: apt-get install binaryen")
    # clang does not inline a function with two callers, so wasm-opt has a name to drop.
    more = '__attribute__((export_name("more"))) char *more(unsigned long n) { return malloc(n + n); }'
    data = clang(C + more, optimised_link=True)
    assert toolchain_of(data).lost_names
    assert "link without `-O`" in advice(data, Kind.CLANG, Alternative.NAMES).text


def test_c_with_a_capped_memory(clang: Build) -> None:
    text = advice(clang(C), Kind.CLANG, Alternative.CAP).text
    assert "`-Wl,--initial-memory=N`" in text
    assert "`-Wl,--max-memory=N`" in text
    flags = [f"-Wl,--{which}-memory={BYTES}" for which in ("initial", "max")]
    assert verdict(clang(C, *flags)) is Verdict.CAPPED


def test_c_with_no_growable_memory(clang: Build, tmp_path: Path) -> None:
    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("no LLD of version 18 or later: pip install ziglang")
    assert (
        "`-Wl,--no-growable-memory` (LLD 18 and later)" in advice(clang(C), Kind.CLANG, Alternative.CAP).text
    )
    (tmp_path / "guest.o").write_bytes(clang(C, "-c"))
    out = tmp_path / "linked.wasm"
    words = [sys.executable, "-m", "ziglang", "wasm-ld", "--no-entry", "--no-growable-memory"]
    assert verdict(compiled([*words, str(tmp_path / "guest.o"), "-o", str(out)], out)) is Verdict.CAPPED


JOINS = 'export function run(n: i32): i32 { return (n.toString() + " items").length; }'


def test_assemblyscript_with_static_data(asc: Build) -> None:
    before = asc(JOINS)
    assert verdict(before) is Verdict.REACHABLE
    advised = advice(before, Kind.ASSEMBLYSCRIPT)
    assert "`memory.data`" in advised.text
    run = "export function run(n: i32): i32 { store<u8>(text, <u8>n); return load<u8>(text); }"
    assert verdict(asc("\n".join((*advised.example, run)))).at_most(Verdict.UNREACHABLE)


def test_assemblyscript_with_a_static_array(asc: Build) -> None:
    run = "export function run(n: i32): i32 { return n < 4 ? all[n] : 0; }"
    assert verdict(asc("const all: StaticArray<i32> = [1, 2, 3, 4];\n" + run)).at_most(Verdict.THROW_ONLY)


def test_assemblyscript_with_a_capped_memory(asc: Build) -> None:
    text = advice(asc(JOINS), Kind.ASSEMBLYSCRIPT, Alternative.CAP).text
    assert "`--initialMemory N --maximumMemory N`" in text
    assert verdict(asc(JOINS, "--initialMemory", "2", "--maximumMemory", "2")) is Verdict.CAPPED


ZIG = """
const std = @import("std");
export fn run(n: usize) usize {
    const found = std.heap.wasm_allocator.alloc(u8, n) catch return 0;
    return @intFromPtr(found.ptr);
}
"""


def test_zig_with_a_fixed_buffer(zig: Build) -> None:
    before = zig(ZIG)
    assert verdict(before) is Verdict.REACHABLE
    advised = advice(before, Kind.ZIG)
    assert "`std.heap.FixedBufferAllocator`" in advised.text
    after = ZIG.replace("std.heap.wasm_allocator", "fixed.allocator()")
    assert verdict(zig("\n".join((*advised.example, after)))).at_most(Verdict.UNREACHABLE)


def text_module(memory: str, body: str) -> bytes:
    return assemble(f'(module {memory} (func (export "run") (param i32) (result i32) {body}))')


def test_hand_written_growth() -> None:
    grows = "local.get 0 memory.grow"
    before = text_module("(memory 1)", grows)
    assert verdict(before) is Verdict.REACHABLE
    assert "remove the `memory.grow`" in advice(before, Kind.UNKNOWN).text
    assert verdict(text_module("(memory 17)", "local.get 0")) is Verdict.ABSENT


HOSTED = '(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))'


def test_host_growth_disappears_when_capped() -> None:
    calls = "local.get 0 call $resize"
    before = text_module(HOSTED + '(memory (export "memory") 1)', calls)
    assert verdict(before) is Verdict.REACHABLE
    assert "the verdict is `absent`" in advice(before, Kind.EMSCRIPTEN, Alternative.CAP).text
    assert verdict(text_module(HOSTED + '(memory (export "memory") 1 1)', calls)) is Verdict.ABSENT
