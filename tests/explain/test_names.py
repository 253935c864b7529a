import pytest

from nogrow.explain.provenance import LONGEST, bare, roots, stem


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("set_name", "set_name"),
        ("alloc::vec::Vec<T,A>::push", "alloc::vec::Vec::push"),
        ("core::option::Option<alloc::string::String>::map", "core::option::Option::map"),
        (
            "<alloc::vec::Vec<u8> as core::clone::Clone>::clone",
            "<alloc::vec::Vec as core::clone::Clone>::clone",
        ),
        ("<fn(u8) -> T as a::B>::c<D>", "<fn -> T as a::B>::c"),
        ("alloc::str::<impl alloc::borrow::ToOwned for str>::to_owned", "alloc::str::::to_owned"),
        ("void std::__2::vector<int>::push_back(int const&)", "void std::__2::vector::push_back"),
        ("operator new(unsigned long)", "operator new"),
        ("operator new[](unsigned long)", "operator new[]"),
        ("a::B<c>::operator<(a::B<c> const&)", "a::B::operator<"),
        ("a::B::operator->() const", "a::B::operator->"),
        ("cooperator(int)", "cooperator"),
        ("a>>b", "ab"),
        ("", ""),
    ],
)
def test_bare_name_has_no_arguments(name: str, short: str) -> None:
    assert bare(name) == short


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("malloc", ()),
        ("core::fmt::write", ("core",)),
        ("core[1a2b]::fmt::write", ("core",)),
        ("<&mut alloc::vec::Vec<T> as core::iter::Iterator>::next", ("alloc", "core")),
        ("<T as mine::Trait>::f", ("mine",)),
        ("<mine::A as core::fmt::Debug>::fmt", ("mine", "core")),
        ("<impl core::fmt::Debug for mine::A>::fmt", ("core", "mine")),
        ("<mine::A>::f", ("mine",)),
        ("unsigned long std::__2::copy<int>(int)", ("std",)),
        ("std::string mine::f<int>(int) const", ("mine",)),
        ("std::operator<<(std::ostream&, char const*)", ("std",)),
        ("mine::A::operator bool() const", ("mine",)),
    ],
)
def test_roots_are_crates_and_namespaces(name: str, expected: tuple[str, ...]) -> None:
    assert roots(name) == expected


@pytest.mark.parametrize(
    "name",
    ["f.llvm.123", "f.command_export", "f_command_export", "f.1", "f.constprop.0", "f.cold", "f.llvm.1.2"],
)
def test_suffixes_of_tools_are_removed(name: str) -> None:
    assert stem(name) == "f"


def test_very_long_name_is_cut() -> None:
    assert len(bare("<" * 10 * LONGEST)) <= LONGEST
    assert roots("a::" * 10 * LONGEST) == ("a",)
