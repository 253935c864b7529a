# ruff: noqa: E501 -- one line per case
"""Test that both manglings of Rust are spelled as by rustc-demangle, without hashes.

The names of the crate `guest` were made by rustc from a file of such functions.
"""

import pytest

from nogrow.util.demangle import demangle

LEGACY = {
    "_ZN4core3fmt5write17h0123456789abcdefE": "core::fmt::write",
    "_ZN54_$LT$$u5b$T$u3b$$u20$3$u5d$$u20$as$u20$guest..Grow$GT$4grow17h9c59aca9e9c13abaE": "<[T; 3] as guest::Grow>::grow",
    "_ZN44_$LT$$RF$T$u20$as$u20$core..fmt..Display$GT$3fmt17hd29afa1600023dc6E": "<&T as core::fmt::Display>::fmt",
    "_ZN5guest3all28_$u7b$$u7b$closure$u7d$$u7d$17h08b6af9fa570331cE": "guest::all::{{closure}}",
    "_ZN5guest13gr$uf6$$udf$e9_$ufc$ber17hd66e717cd44afbe9E": "guest::größe::über",
    "_ZN4core3ptr9const_ptr43_$LT$impl$u20$$BP$const$u20$$u5b$T$u5d$$GT$6as_ptr17hf84edba32d8192ffE": "core::ptr::const_ptr::<impl *const [T]>::as_ptr",
    "_ZN5guest3odd20$SP$$C$$LP$$RP$$u7e$17h0123456789abcdefE": "guest::odd::@,()~",
    "_ZN5guest3f.g17h0123456789abcdefE": "guest::f.g",
}

V0 = {
    "_RNvCs5sD9kL5jStu_5guest5outer": "guest::outer",
    "_RNvC5guest3run": "guest::run",
    "_RNvC6_123foo3bar": "123foo::bar",
    "_RNvNtCs5sD9kL5jStu_5guestu9gre_6ka8iu7ber_goa": "guest::größe::über",
    # Impls, traits and their methods.
    "_RNvMCs5sD9kL5jStu_5guestINtB2_4PageKj10000_E4sizeB2_": "<guest::Page<65536>>::size",
    "_RNvMNtCsgEmfK2I1SDS_4core3stre3lenCs5sD9kL5jStu_5guest": "<str>::len",
    "_RNvXs0_Cs5sD9kL5jStu_5guestAtj3_NtB5_4Grow4growB5_": "<[u16; 3] as guest::Grow>::grow",
    "_RNvYhNtCs5sD9kL5jStu_5guest4Grow4growB5_": "<u8 as guest::Grow>::grow",
    # Closures and shims.
    "_RNCNvCs5sD9kL5jStu_5guest3alls_0B3_": "guest::all::{closure#1}",
    "_RNCNCNvCs5sD9kL5jStu_5guest5outer00B5_": "guest::outer::{closure#0}::{closure#0}",
    "_RNSNvYNCNvCs5sD9kL5jStu_5guest3alls_0INtNtNtCsgEmfK2I1SDS_4core3ops8function6FnOnceuE9call_once6vtableB8_": "<guest::all::{closure#1} as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}",
    # Types.
    "_RINvCs5sD9kL5jStu_5guest2ofTcubOfniEEB2_": "guest::of::<(char, (), bool, *mut f32, i128, isize)>",
    "_RINvCs5sD9kL5jStu_5guest2ofThEEB2_": "guest::of::<(u8,)>",
    "_RINvCs5sD9kL5jStu_5guest2ofAQSdj4_EB2_": "guest::of::<[&mut [f64]; 4]>",
    "_RINvC1a1fahsltmxynojifdcbuezvpE": "a::f::<i8, u8, i16, i32, u16, u32, i64, u64, i128, u128, usize, isize, f32, f64, char, bool, (), str, !, ..., _>",
    "_RINvC1a1fRhQhPhOhE": "a::f::<&u8, &mut u8, *const u8, *mut u8>",
    "_RINvC1a1fL_RL_hE": "a::f::<'_, &u8>",
    # Function pointers.
    "_RINvCs5sD9kL5jStu_5guest2ofFG_RL0_ePhERL0_eEB2_": "guest::of::<for<'a> fn(&'a str, *const u8) -> &'a str>",
    "_RINvCs5sD9kL5jStu_5guest2ofFUKClvEuEB2_": 'guest::of::<unsafe extern "C" fn(i32, ...)>',
    "_RINvCs5sD9kL5jStu_5guest2ofFK6systemEzEB2_": 'guest::of::<extern "system" fn() -> !>',
    "_RINvC1a1fFK10C_cmse_foohEuE": 'a::f::<extern "C-cmse-foo" fn(u8)>',
    # Trait objects.
    "_RINvCs5sD9kL5jStu_5guest2ofDNtB2_4Growp4ItemxNtNtCsgEmfK2I1SDS_4core6marker4SendEL_EB2_": "guest::of::<dyn guest::Grow<Item = i64> + core::marker::Send>",
    "_RINvCs5sD9kL5jStu_5guest2ofDG_INtNtNtCsgEmfK2I1SDS_4core3ops8function2FnTRL0_hEEp6OutputRL0_hEL_EB2_": "guest::of::<dyn for<'a> core::ops::function::Fn<(&'a u8,), Output = &'a u8>>",
    "_RINvC1a1fFG_DNtC1a1TEL0_EuE": "a::f::<for<'a> fn(dyn a::T + 'a)>",
    # Constants.
    "_RINvCs5sD9kL5jStu_5guest4manyKb1_Kc78_Kan80_Koffffffffffffffffffff_EB2_": "guest::many::<true, 'x', -128, 0xffffffffffffffffffff>",
    "_RINvCs5sD9kL5jStu_5guest4wordKRe6122c3a90a_EB2_": r'guest::word::<"a\"é\n">',
    "_RINvCs5sD9kL5jStu_5guest4listKRAh1_h2_EEB2_": "guest::list::<{&[1, 2]}>",
    "_RINvCs5sD9kL5jStu_5guest4pairKVNtB2_4PairTsn5_c27_EEB2_": r"guest::pair::<{guest::Pair(-5, '\'')}>",
    "_RINvCs5sD9kL5jStu_5guest5sizedKVNtB2_4SizeS4wideh3_4highVNtNtB2_5Maybe2NoUEEB2_": "guest::sized::<{guest::Size { wide: 3, high: guest::Maybe::No }}>",
    "_RINvC1a1fKTh1_Rm2_EKQh1_KpE": "a::f::<{(1, &2)}, {&mut 1}, _>",
    # A back reference to a type and one to a path.
    "_RINvC1a1fTmmEB7_NtB2_1SE": "a::f::<(u32, u32), (u32, u32), a::S>",
    # The crate that instantiated it.
    "_RINvC1a1fhEC1b": "a::f::<u8>",
}

SUFFIXED = {
    "_ZN4core3fmt5write17h0123456789abcdefE.llvm.12345ABCDEF": "core::fmt::write",
    "_RNvC5guest3run.llvm.2547479069889862685": "guest::run",
    "_RNvC5guest3run.llvm.word": "guest::run.llvm.word",
    "_RNvC5guest3run.8": "guest::run.8",
    "_RNvC5guest3run.cold.1": "guest::run.cold.1",
    "_ZN4core3fmt5write17h0123456789abcdefE.8": "core::fmt::write.8",
    "_ZN4core3fmt5write17h0123456789abcdefE.command_export": "core::fmt::write.command_export",
}

MALFORMED = [
    pytest.param("_R", id="no path"),
    pytest.param("_RNvC5guest", id="path cut off"),
    pytest.param("_RNvC9guest3run", id="identifier longer than the name"),
    pytest.param("_RNvC5guest3runx", id="letters behind the path"),
    pytest.param("_RNvC5guest3run$x", id="a suffix without a dot"),
    pytest.param("_R0NvC5guest3run", id="a version from the future"),
    pytest.param("_RINvC1a1fBz_E", id="back reference to what comes later"),
    pytest.param("_RINvC1a1fB_E", id="back reference to itself"),
    pytest.param("_RINvC1a1fRL0_hE", id="a lifetime that nothing binds"),
    pytest.param("_RINvC1a1fKcd800_E", id="a surrogate as a char"),
    pytest.param("_RINvC1a1fKb2_E", id="a bool that is neither"),
    pytest.param("_RINvC1a1fKRe6g_E", id="a string that is not hexadecimal"),
    pytest.param("_RINvC1a1fKRe80_E", id="a string that is not UTF-8"),
    pytest.param("_RNvC5guestu3_00", id="punycode of nothing"),
    pytest.param("_RNvC5gu\u00e9st3run", id="letters beyond ASCII"),
    pytest.param("_RNvC5guest3run\n", id="a line break at the end"),
    pytest.param("_ZN4core3fmt5write17h0123456789abcdef", id="legacy, cut off"),
    pytest.param("_ZN4core99fmt5write17h0123456789abcdefE", id="legacy, identifier longer than the name"),
]


@pytest.mark.parametrize(("mangled", "readable"), [*LEGACY.items(), *V0.items(), *SUFFIXED.items()])
def test_rust_names_are_spelled_without_hashes(mangled: str, readable: str) -> None:
    assert demangle(mangled) == readable


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_names_come_back_unchanged(name: str) -> None:
    assert demangle(name) == name
