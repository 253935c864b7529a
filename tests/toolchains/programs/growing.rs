#[inline(never)]
fn filled(n: usize) -> *mut u8 {
    let mut bytes = vec![1u8; n]; // THE LINE
    let start = bytes.as_mut_ptr();
    std::mem::forget(bytes);
    start
}

/// Return the address of n new bytes.
#[no_mangle]
pub extern "C" fn take(n: usize) -> *mut u8 {
    filled(n)
}
