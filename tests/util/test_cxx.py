# ruff: noqa: E501 -- one line per case
"""Test that names of C++ are spelled as by LLVM 23. A compiler made those of the namespace `guest`."""

import pytest

from nogrow.util.demangle import demangle

NAMES = {
    "_Z4statv": "stat()",
    "_ZN5guest5ArenaC1Ej": "guest::Arena::Arena(unsigned int)",
    "_ZN5guest5ArenaD0Ev": "guest::Arena::~Arena()",
    "_ZNK5guest5Arena4takeEmm": "guest::Arena::take(unsigned long, unsigned long) const",
    "_ZN5guest5ArenanwEm": "guest::Arena::operator new(unsigned long)",
    "_ZNK5guest5ArenacvbEv": "guest::Arena::operator bool() const",
    "_ZNK5guest5ArenaeqERKS0_": "guest::Arena::operator==(guest::Arena const&) const",
    "_ZNR5guest5ArenapLEi": "guest::Arena::operator+=(int) &",
    "_Zli3_kme": 'operator"" _km(long double)',
    "_ZN12_GLOBAL__N_16hiddenEv": "(anonymous namespace)::hidden()",
    # Templates: types, packs, values, functions and templates as arguments.
    "_ZN5guest4fillIiLi3EEEPT_RAT0__S1_": "int* guest::fill<int, 3>(int (&) [3])",
    "_ZN5guest4eachIJicPKcSt6vectorIiSaIiEEEEEvDpT_": "void guest::each<int, char, char const*, std::vector<int, std::allocator<int>>>(int, char, char const*, std::vector<int, std::allocator<int>>)",
    "_ZN5guest4kindILNS_4KindE1EEEvv": "void guest::kind<(guest::Kind)1>()",
    "_ZN5guest4numsILb1ELln5ELc120EEEvv": "void guest::nums<true, -5l, (char)120>()",
    "_ZN5guest2byIXadL_ZN12_GLOBAL__N_16hiddenEvEEEEvv": "void guest::by<&(anonymous namespace)::hidden()>()",
    "_ZN5guest2OfISt6vectorE2goEv": "guest::Of<std::vector>::go()",
    "_ZN5guest4callIZ4mainEUliE_EEDTclfp_Li1EEET_PFiPKczEMNS_5ArenaEKFvvE": "decltype(fp(1)) guest::call<main::'lambda'(int)>(main::'lambda'(int), int (*)(char const*, ...), void (guest::Arena::*)() const)",
    "_ZN5guest2v12inEDnSt17basic_string_viewIcSt11char_traitsIcEEPVKienDu": "guest::v1::in(std::nullptr_t, std::basic_string_view<char, std::char_traits<char>>, int const volatile*, long double, __int128, char8_t)",
    # As Emscripten's libc++ has them, with an inline namespace and an ABI tag.
    "_ZNSt3__26vectorIiNS_9allocatorIiEEE9push_backB8ne200100EOi": "std::__2::vector<int, std::__2::allocator<int>>::push_back[abi:ne200100](int&&)",
    # Closures, statics, thread-locals, thunks and tables.
    "_ZZ4mainENKUliE_clEi": "main::'lambda'(int)::operator()(int) const",
    "_ZZ4statvE1s": "stat()::s",
    "_ZGVZ4statvE1s": "guard variable for stat()::s",
    "_ZTW2tlB5cxx11": "thread-local wrapper routine for tl[abi:cxx11]",
    "_ZThn16_N1D1gEv": "non-virtual thunk to D::g()",
    "_ZTVN5guest5ArenaE": "vtable for guest::Arena",
    # What LLVM appends to copies of a function.
    "_Z4statv.isra.0": "stat() (.isra.0)",
    "_Z4statv.llvm.123": "stat() (.llvm.123)",
    # Neither is Rust: no 16 digits, parameters behind the digits.
    "_ZN1a4hbadE": "a::hbad",
    "_ZN4core3fmt5write17h0123456789abcdefEv": "core::fmt::write::h0123456789abcdef()",
}

MALFORMED = [
    pytest.param("_Z", id="no name"),
    pytest.param("_Z9stat", id="identifier longer than the name"),
    pytest.param("_ZN5guest5Arena", id="nested name cut off"),
    pytest.param("_Z4statS_", id="substitution of nothing"),
    pytest.param("_Z4statT_", id="parameter of no template"),
    pytest.param("_Z4statv?", id="letters behind the type"),
]


@pytest.mark.parametrize(("mangled", "readable"), NAMES.items())
def test_cxx_names_are_spelled_as_llvm_spells_them(mangled: str, readable: str) -> None:
    assert demangle(mangled) == readable


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_names_come_back_unchanged(name: str) -> None:
    assert demangle(name) == name
