import pytest

from nogrow.explain.allocation_sites import Family, use_of


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("alloc::fmt::format", "`format!`"),
        ("alloc::fmt::format::format_inner", "`format!`"),
        ("<T as alloc::string::ToString>::to_string", "`to_string`"),
        ("<str as alloc::string::SpecToString>::spec_to_string", "`to_string`"),
        ("std::io::stdio::_print", "`println!`"),
        ("<alloc::string::String as core::convert::From<&str>>::from", "`String`"),
        ("alloc::str::<impl alloc::borrow::ToOwned for str>::to_owned", "`String`"),
        ("alloc::vec::Vec<alloc::string::String>::push", "`Vec`"),
        ("alloc::raw_vec::RawVec<T,A>::reserve::do_reserve_and_handle", "`Vec`"),
        ("alloc::slice::<impl [T]>::to_vec", "`Vec`"),
        ("alloc::boxed::Box<T>::new", "`Box`"),
        ("alloc::alloc::exchange_malloc", "`Box`"),
        ("alloc::rc::Rc<T>::new", "`Rc`"),
        ("alloc::sync::Arc<T>::new", "`Arc`"),
        ("std::collections::hash::map::HashMap<K,V,S>::insert", "`HashMap`"),
        ("hashbrown::raw::RawTable<T,A>::reserve_rehash", "`HashMap`"),
        ("std::collections::hash::set::HashSet<T>::insert", "`HashSet`"),
        ("alloc::collections::btree::map::BTreeMap<K,V>::insert", "`BTreeMap`"),
        ("alloc::collections::vec_deque::VecDeque<T>::push_back", "`VecDeque`"),
        ("core::panicking::panic_bounds_check", "a panic"),
        ("core::result::unwrap_failed", "a panic"),
        ("core::slice::index::slice_end_index_len_fail", "a panic"),
        ("std::panicking::rust_panic_with_hook", "a panic"),
        ("alloc::alloc::handle_alloc_error", "a failed allocation"),
        ("__rust_alloc", "an allocation"),
        ("__rustc::__rust_alloc", "an allocation"),
        ("dlmalloc::dlmalloc::Dlmalloc<A>::malloc", "an allocation"),
        ("__wbindgen_malloc", "wasm-bindgen"),
        ("malloc", "`malloc`"),
        ("dlmalloc", "`malloc`"),
        ("operator new(unsigned long)", "`new`"),
        ("std::__2::basic_string<char>::append(char const*)", "`std::string`"),
        ("void std::__2::vector<int>::__push_back_slow_path<int>(int&&)", "`std::vector`"),
        ("std::__2::map<int, std::__2::vector<int>>::operator[](int&&)", "a C++ container"),
        ("std::__2::basic_ostream<char>::flush()", "a C++ stream"),
        ("__cxa_allocate_exception", "a C++ exception"),
        ("printf", "`printf`"),
        ("vasprintf", "`printf`"),
        ("~lib/string/String.__concat", "a string"),
        ("~lib/array/Array<i32>#push", "an array or a map"),
        ("~lib/rt/itcms/__new", "an object"),
        ("fmt.Sprintf", "`fmt`"),
        ("runtime.concatstrings", "a string"),
        ("runtime.growslice", "a slice"),
        ("runtime.mapassign_faststr", "a map"),
        ("runtime.mallocgc", "an object on the heap"),
        ("runtime.gopanic", "a panic"),
        ("runtime.schedinit", "Go's runtime"),
        ("fmt.allocPrint__anon_1", "`std.fmt.allocPrint`"),
        ("array_list.ArrayListAligned(u8,null).append", "`std.ArrayList`"),
        ("heap.WasmAllocator.alloc", "`std.mem.Allocator`"),
        ("core::arch::wasm32::memory_grow", "`memory_grow`"),
    ],
)
def test_library_call_has_its_use(name: str, label: str) -> None:
    use = use_of(name)
    assert use is not None
    assert use.label == label


def test_other_functions_have_no_use() -> None:
    for name in ("core::option::Option<T>::map", "mine::format", "main", "", "my_malloc", "f<malloc>"):
        assert use_of(name) is None


def test_panics_have_their_own_family() -> None:
    use = use_of("core::panicking::panic_fmt")
    assert use is not None
    assert use.family is Family.PANIC
