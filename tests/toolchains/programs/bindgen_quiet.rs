use wasm_bindgen::prelude::*;

static mut ARENA: [u8; 2 << 20] = [0; 2 << 20];

/// Return the address of n bytes in a static array, or null if it has not that many.
#[wasm_bindgen]
pub fn take(n: usize) -> *mut u8 {
    let start = unsafe { core::ptr::addr_of_mut!(ARENA) as *mut u8 };
    if n < 1 || n > 2 << 20 {
        return core::ptr::null_mut();
    }
    unsafe { *start.add(n - 1) = 1 };
    start
}
