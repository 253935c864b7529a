;; This hand-written guest has the exports and the behaviour of the Rust guests, but no grow site.
;;
;; Call sketch: no function calls another; the host calls each of the four exports.
;; Expected: verdict `absent` for every entry point, and memory limits min = max = 1 page.
;;
;; Memory map (addresses in bytes):
;;   1024  the 128-byte buffer: salutation at +0, name at +16, message at +32
;;   1152  the fixed parts of the greeting: ", " at +0, "!" at +2
;;
;; The texts are copied as bytes and never decoded, so only an invalid length is rejected.
(module
  ;; With max = min, not even the host can add a page.
  (memory (export "memory") 1 1)
  (data (i32.const 1152) ", !")

  (func (export "get_salutation_ptr") (result i32)
    (i32.const 1024))

  (func (export "get_name_ptr") (result i32)
    (i32.const 1040))

  (func (export "get_msg_ptr") (result i32)
    (i32.const 1056))

  ;; Writes "<salutation>, <name>!" at the message offset and returns its length in bytes,
  ;; or returns -1 and writes nothing when a length is outside 0..=16.
  (func (export "set_name") (param $sal_len i32) (param $name_len i32) (result i32)
    (local $end i32)

    ;; As an unsigned number, a negative length is too large.
    (if (i32.or
          (i32.gt_u (local.get $sal_len) (i32.const 16))
          (i32.gt_u (local.get $name_len) (i32.const 16)))
      (then (return (i32.const -1))))

    (local.set $end (i32.const 1056))

    ;; the salutation
    (memory.copy (local.get $end) (i32.const 1024) (local.get $sal_len))
    (local.set $end (i32.add (local.get $end) (local.get $sal_len)))

    ;; ", "
    (memory.copy (local.get $end) (i32.const 1152) (i32.const 2))
    (local.set $end (i32.add (local.get $end) (i32.const 2)))

    ;; the name
    (memory.copy (local.get $end) (i32.const 1040) (local.get $name_len))
    (local.set $end (i32.add (local.get $end) (local.get $name_len)))

    ;; "!"
    (memory.copy (local.get $end) (i32.const 1154) (i32.const 1))
    (local.set $end (i32.add (local.get $end) (i32.const 1)))

    (i32.sub (local.get $end) (i32.const 1056))))
