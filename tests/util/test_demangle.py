# ruff: noqa: E501 -- one line per case
"""Test that unmangled names are kept, and that hostile names take little time."""

import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest

from nogrow.util.demangle import demangle

UNCHANGED = [
    "",
    "_",
    "memcpy",
    "__wbindgen_export_0",
    "_start",
    "_Reset",
    # Other manglings, which plain names of C look like.
    "PyInit__lldb",
    "_Register__9ivTSolverUi",
    "AddAlignment__9ivTSolverUiP12ivInteractorP7ivTGlue",
    "$s10Foundation4DataV5countSivg",
    "runtime.memmove",
    "dynCall_iiii",
    # C++ as wasm-ld writes it.
    "guest::Arena::take(unsigned long, unsigned long) const",
    "int* guest::fill<int, 3>(int (&) [3])",
    "std::__2::basic_string<char>::append[abi:ne200100](char const*)",
    "guest::h0123456789abcdef(int)",
    # Rust as wasm-bindgen and others write it.
    "<guest::Page<_> as core::fmt::Display>::fmt",
    "<[u8] as guest::Grow>::grow",
    "guest::h0123",
    "guest::h0123456789abcdef0",
    "guest::hidden::f",
    "workspace_openProject.command_export externref shim multivalue shim",
    "Ref(String) -> Externref externref shim",
    "::h0123456789abcdef",
    "na\N{REPLACEMENT CHARACTER}me",
]

DEMANGLED_BEFORE = {
    "core::fmt::write::h0123456789abcdef": "core::fmt::write",
    "<T as guest::Grow>::grow::h9c59aca9e9c13aba": "<T as guest::Grow>::grow",
    "guest::all::{{closure}}::h08b6af9fa570331c": "guest::all::{{closure}}",
    "core::fmt::write::h0123456789abcdef.8": "core::fmt::write.8",
    "core::fmt::write::h0123456789abcdef externref shim": "core::fmt::write externref shim",
    "core::fmt::write::h0123456789abcdef multivalue shim": "core::fmt::write multivalue shim",
    "guest[5e9c9a7d1f3b2468]::run": "guest::run",
    "<core[1]::option::Option<guest[ab]::S> as core[1]::fmt::Debug>::fmt": "<core::option::Option<guest::S> as core::fmt::Debug>::fmt",
}

MARKED = {
    "signature_mismatch:_ZN5guest3run17h0123456789abcdefE": "signature_mismatch:guest::run",
    "undefined_weak:_Z4statv": "undefined_weak:stat()",
    "undefined_weak:plain": "undefined_weak:plain",
    "_RNvC5guest3run externref shim": "guest::run externref shim",
    "_RNvC5guest3run externref shim multivalue shim": "guest::run externref shim multivalue shim",
    "_RNvC5guest externref shim": "_RNvC5guest externref shim",
}


def doubling(levels: int) -> str:
    """Return a v0 name of a type that is a pair of the type before it."""
    name, previous = "INvC1a1fTuuE", 8
    for _ in range(levels):
        back = f"B{base_62(previous)}"
        name, previous = f"{name}T{back}{back}E", len(name)
    return f"_R{name}E"


def doubling_in_cxx(levels: int) -> str:
    """Return a name of C++ with parameters of which each is a pair of the one before it."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "_Z1f1AIiE" + "".join(f"S_IS{digit}_S{digit}_E" for digit in digits[:levels])


def base_62(number: int) -> str:
    """Return a number as v0 writes it."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if number == 0:
        return "_"
    number, text = number - 1, ""
    while number or not text:
        number, digit = divmod(number, 62)
        text = digits[digit] + text
    return f"{text}_"


MILLION = 1_000_000
HOSTILE = [
    pytest.param("a" * 10 * MILLION, id="10 million letters"),
    pytest.param("::h" * 3 * MILLION, id="9 million letters that look like hashes"),
    pytest.param("_R" + "Nv" * 5 * MILLION, id="v0, 10 million letters"),
    pytest.param("_ZN" + "1a" * 5 * MILLION + "17h0123456789abcdefE", id="legacy, 10 million letters"),
    pytest.param(f"_Z{10 * MILLION}" + "a" * 10 * MILLION, id="C++, 10 million letters"),
    pytest.param("_RINvC1a1f" + "R" * 60_000 + "uE", id="v0, references nested 60,000 deep"),
    pytest.param("_R" + "Nv" * 30_000 + "C1a" + "1b" * 2_000, id="v0, paths nested 30,000 deep"),
    pytest.param("_RINvC1a1fK" + "R" * 60_000 + "h1_E", id="v0, constants nested 60,000 deep"),
    pytest.param("_Z1f" + "P" * 60_000 + "i", id="C++, pointers nested 60,000 deep"),
    pytest.param("_Z1f" + "1aI" * 15_000 + "i" + "E" * 15_000, id="C++, templates nested 15,000 deep"),
    pytest.param("_ZZ" + "1fEvZ" * 12_000, id="C++, functions nested 12,000 deep"),
    pytest.param("_RINvC1a1fFGzzzzzzzzz_EuE", id="v0, a million million lifetimes"),
    pytest.param("_RC" + "9" * 60_000, id="v0, a length of 60,000 digits"),
    pytest.param("_ZN" + "9" * 60_000 + "17h0123456789abcdefE", id="legacy, a length of 60,000 digits"),
    pytest.param("_RCu60000" + "a" * 30_000 + "_" + "9z" * 15_000, id="v0, 15,000 letters of punycode"),
    pytest.param(doubling(60), id="v0, a type of 2 to the 60 parts"),
    pytest.param(doubling_in_cxx(35), id="C++, a type of 2 to the 35 parts"),
]


@pytest.mark.parametrize("name", UNCHANGED)
def test_unmangled_name_is_kept(name: str) -> None:
    assert demangle(name) == name


@pytest.mark.parametrize(("name", "readable"), DEMANGLED_BEFORE.items())
def test_hashes_in_demangled_names_are_removed(name: str, readable: str) -> None:
    assert demangle(name) == readable


@pytest.mark.parametrize(("name", "readable"), MARKED.items())
def test_marks_of_linkers_are_kept(name: str, readable: str) -> None:
    assert demangle(name) == readable


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_takes_little_time(name: str) -> None:
    demangle("_RNvC1a1b")
    demangle("_Z1bv")
    tracemalloc.start()
    start = time.process_time()
    readable = demangle(name)
    seconds = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert readable == name
    assert seconds < 2
    assert peak < 16 * MILLION


def test_doubling_types_are_read_while_they_are_small() -> None:
    assert demangle(doubling_in_cxx(1)) == "f(A<int>, A<A<int>, A<int>>)"
    assert demangle(doubling(1)) == "a::f::<((), ()), (((), ()), ((), ()))>"


@pytest.mark.parametrize("make", [doubling, doubling_in_cxx])
def test_output_is_limited_in_length(make: Callable[[int], str]) -> None:
    level = next(level for level in range(60) if demangle(make(level)) == make(level))
    assert 8_000 < len(demangle(make(level - 1))) <= 1 << 16


@pytest.mark.parametrize("mangled", ["INtC1a1S", "DINtC1a1T"])
def test_nesting_limit_does_not_depend_on_the_caller(mangled: str) -> None:
    end = "EEL_" if mangled[0] == "D" else "E"
    deep, deeper = (f"_RINvC1a1f{mangled * depth}u{end * depth}E" for depth in (45, 60))

    def below(frames: int, name: str) -> str:
        return below(frames - 1, name) if frames else demangle(name)

    for frames in (0, sys.getrecursionlimit() // 2):
        assert below(frames, deep) == demangle(deep) != deep
        assert below(frames, deeper) == deeper


def test_name_is_kept_on_a_full_stack() -> None:
    name = f"_Z{'Z' * 200}1fv{'E1gv' * 200}"

    def below(frames: int) -> str:
        return below(frames - 1) if frames else demangle(name)

    assert below(sys.getrecursionlimit() - 150) == name


def test_thousands_of_names_a_second() -> None:
    names = [f"_RNvMNtC5guest4m{n:03}INtB2_4PageINtB2_4PageTmhEEE4size" for n in range(1000)]
    names += [f"_ZNK5guest4m{n:03}5ArenaIiSaIS_EE4takeEPKcRKS2_" for n in range(1000)]
    start = time.process_time()
    assert all(demangle(name) != name for name in names)
    assert time.process_time() - start < 1


def test_plain_names_need_no_library() -> None:
    script = "import sys; from nogrow.util.demangle import demangle; demangle('a::b'); sys.exit('demangle' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
