#[link(wasm_import_module = "host")]
extern "C" {
    fn tell(start: *const u8, length: usize) -> i32;
}
static mut WORDS: Vec<Vec<u8>> = Vec::new();

#[no_mangle]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    Vec::leak(vec![0; length]).as_mut_ptr()
}
#[no_mangle]
pub unsafe extern "C" fn release(start: *mut u8, length: usize) {
    drop(Vec::from_raw_parts(start, length, length));
}
#[no_mangle]
pub unsafe extern "C" fn add(start: *const u8, length: usize) -> i32 {
    let words = &mut *std::ptr::addr_of_mut!(WORDS);
    let mut sum = 0;
    for word in std::slice::from_raw_parts(start, length).split(|byte| *byte == b' ') {
        let mut copy = word.to_vec();
        copy.resize(word.len() + 3000, b'.');
        sum += tell(copy.as_ptr(), word.len());
        words.push(copy);
    }
    sum
}
#[no_mangle]
pub unsafe extern "C" fn digest() -> u32 {
    let words = &*std::ptr::addr_of!(WORDS);
    words.iter().flatten().fold(1, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(*byte as u32))
}
