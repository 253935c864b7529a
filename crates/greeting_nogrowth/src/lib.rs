//! This guest writes its greeting directly to the buffer, and so never grows its memory.
//!
//! By default it is `no_std` and a panic traps: the module has no `memory.grow` at all. With the feature `std` the same
//! source is linked with the standard library, as most crates are. Then every panic in it can reach the panic machinery,
//! which allocates: the module contains `memory.grow`, but a call that returns has not grown the memory.

// The tests on the host need std, which has a panic handler of its own.
#![cfg_attr(all(target_arch = "wasm32", not(feature = "std")), no_std)]

use core::cell::UnsafeCell;

#[cfg(all(target_arch = "wasm32", not(feature = "std")))]
#[panic_handler]
fn trap(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const BUFFER_LEN: usize = 128;
const SALUTATION_AT: usize = 0;
const NAME_AT: usize = 16;
const MESSAGE_AT: usize = 32;
const MAX_TEXT_LEN: usize = 16;

#[repr(transparent)]
struct SharedBuffer(UnsafeCell<[u8; BUFFER_LEN]>);

// SAFETY: a guest instance runs on one thread, and the host touches the buffer only between calls.
unsafe impl Sync for SharedBuffer {}

static BUFFER: SharedBuffer = SharedBuffer(UnsafeCell::new([0; BUFFER_LEN]));

fn address_of(offset: usize) -> *mut u8 {
    BUFFER.0.get().cast::<u8>().wrapping_add(offset)
}

/// Returns the address at which the host writes the salutation, at most 16 bytes.
#[no_mangle]
pub extern "C" fn get_salutation_ptr() -> *mut u8 {
    address_of(SALUTATION_AT)
}

/// Returns the address at which the host writes the name, at most 16 bytes.
#[no_mangle]
pub extern "C" fn get_name_ptr() -> *mut u8 {
    address_of(NAME_AT)
}

/// Returns the address at which the host reads the greeting.
#[no_mangle]
pub extern "C" fn get_msg_ptr() -> *mut u8 {
    address_of(MESSAGE_AT)
}

/// Writes `"<salutation>, <name>!"` at the message offset and returns its length in bytes.
///
/// Returns -1, and leaves the buffer as it was, if a length is outside 0..=16 or a text is not UTF-8.
#[no_mangle]
pub extern "C" fn set_name(sal_len: i32, name_len: i32) -> i32 {
    // SAFETY: the buffer is borrowed for this call only, and no call of a guest overlaps another.
    greet(unsafe { &mut *BUFFER.0.get() }, sal_len, name_len)
}

fn greet(buffer: &mut [u8; BUFFER_LEN], sal_len: i32, name_len: i32) -> i32 {
    let (inputs, message) = buffer.split_at_mut(MESSAGE_AT);
    let salutation = match text(&inputs[SALUTATION_AT..], sal_len) {
        Some(salutation) => salutation,
        None => return -1,
    };
    let name = match text(&inputs[NAME_AT..], name_len) {
        Some(name) => name,
        None => return -1,
    };
    let mut end = 0;
    for part in [salutation, ", ", name, "!"] {
        message[end..end + part.len()].copy_from_slice(part.as_bytes());
        end += part.len();
    }
    i32::try_from(end).expect("the greeting is longer than i32 can say")
}

fn text(bytes: &[u8], len: i32) -> Option<&str> {
    let len = usize::try_from(len)
        .ok()
        .filter(|&len| len <= MAX_TEXT_LEN)?;
    core::str::from_utf8(&bytes[..len]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer_with(salutation: &[u8], name: &[u8]) -> [u8; BUFFER_LEN] {
        let mut buffer = [0xaa; BUFFER_LEN];
        buffer[SALUTATION_AT..][..salutation.len()].copy_from_slice(salutation);
        buffer[NAME_AT..][..name.len()].copy_from_slice(name);
        buffer
    }

    fn greeting(salutation: &str, name: &str) -> String {
        let mut buffer = buffer_with(salutation.as_bytes(), name.as_bytes());
        let before = buffer;
        let len = greet(&mut buffer, salutation.len() as i32, name.len() as i32);
        let end = MESSAGE_AT + usize::try_from(len).expect("the greeting was refused");
        assert_eq!(buffer[..MESSAGE_AT], before[..MESSAGE_AT]);
        assert_eq!(buffer[end..], before[end..]);
        String::from_utf8(buffer[MESSAGE_AT..end].to_vec()).expect("the greeting is not UTF-8")
    }

    fn assert_refused(mut buffer: [u8; BUFFER_LEN], sal_len: i32, name_len: i32) {
        let before = buffer;
        assert_eq!(
            greet(&mut buffer, sal_len, name_len),
            -1,
            "{sal_len}, {name_len}"
        );
        assert_eq!(buffer, before, "{sal_len}, {name_len}");
    }

    #[test]
    fn the_greeting_is_salutation_comma_name_exclamation_mark() {
        assert_eq!(
            greeting("Ahoy there", "Testy McTestface"),
            "Ahoy there, Testy McTestface!"
        );
    }

    #[test]
    fn empty_texts_are_allowed() {
        assert_eq!(greeting("", ""), ", !");
    }

    #[test]
    fn sixteen_bytes_each_are_allowed() {
        assert_eq!(
            greeting("0123456789abcdef", "fedcba9876543210"),
            "0123456789abcdef, fedcba9876543210!"
        );
    }

    #[test]
    fn lengths_count_bytes_not_characters() {
        assert_eq!(greeting("Grüß Gott", "Zoë"), "Grüß Gott, Zoë!");
    }

    #[test]
    fn a_length_outside_0_to_16_is_refused_and_the_buffer_is_unchanged() {
        for bad in [-1, 17, 128, i32::MIN, i32::MAX] {
            assert_refused(buffer_with(b"Ahoy", b"Testy"), bad, 5);
            assert_refused(buffer_with(b"Ahoy", b"Testy"), 4, bad);
        }
    }

    #[test]
    fn a_text_that_is_not_utf8_is_refused_and_the_buffer_is_unchanged() {
        assert_refused(buffer_with(b"\xff", b"Testy"), 1, 5);
        assert_refused(buffer_with(b"Ahoy", b"\xc3("), 4, 2);
    }

    #[test]
    fn a_character_cut_in_half_is_refused() {
        assert_refused(buffer_with("Zoë".as_bytes(), b"Testy"), 3, 5);
    }

    #[test]
    fn the_offsets_are_0_16_and_32_of_one_buffer() {
        let start = get_salutation_ptr() as usize;
        assert_eq!(get_name_ptr() as usize - start, 16);
        assert_eq!(get_msg_ptr() as usize - start, 32);
    }

    #[test]
    fn the_exports_work_on_the_shared_buffer() {
        let (salutation, name) = (b"Ahoy there", b"Testy McTestface");
        // SAFETY: no other test touches the shared buffer, and every range is inside of it.
        unsafe {
            get_salutation_ptr().copy_from(salutation.as_ptr(), salutation.len());
            get_name_ptr().copy_from(name.as_ptr(), name.len());
            let len = set_name(salutation.len() as i32, name.len() as i32);
            let message = std::slice::from_raw_parts(get_msg_ptr(), len as usize);
            assert_eq!(message, b"Ahoy there, Testy McTestface!");
        }
    }
}
