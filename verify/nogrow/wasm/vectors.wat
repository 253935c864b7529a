;; The vector kernel reads the items of long vectors in a module's sections (WebAssembly 3.0, section 5.1.3).
;;
;; vectors.py copies a part of a section, the window, into this memory. Each function reads at most $count items from
;; `position` on and writes a record of 4-byte numbers for each at `out`. It returns how many it has read, and sets
;; `position` behind the last of them. It stops before an item that is not wholly in the window, that is malformed, or
;; that is not in the usual form: vectors.py then has the decoder read that item, and report what is wrong with it.
(module
  (import "nogrow" "memory" (memory 1))

  (global $position (export "position") (mut i32) (i32.const 0)) ;; where the next item starts
  (global $end (export "end") (mut i32) (i32.const 0))           ;; the end of the window
  (global $section (export "section") (mut i32) (i32.const 0))   ;; where the section would end in this memory
  (global $base (export "base") (mut i32) (i32.const 0))         ;; added to an address, it gives the offset in the file
  (global $out (export "out") (mut i32) (i32.const 0))           ;; where the next record is written
  (global $sizes (export "sizes") (mut i32) (i32.const 0))       ;; by kind of export: the size of its index space
  (global $memories (export "memories") (mut i32) (i32.const 0)) ;; the number of memories
  (global $longest (export "longest") (mut i32) (i32.const 0))   ;; the most bytes that the name of an export may have

  (global $KINDS i32 (i32.const 5))
  (global $NOT_ASCII i32 (i32.const 256))
  (global $END i32 (i32.const 0x0b))
  (global $GLOBAL_GET i32 (i32.const 0x23))
  (global $I32_CONST i32 (i32.const 0x41))
  (global $I64_CONST i32 (i32.const 0x42))
  (global $F32_CONST i32 (i32.const 0x43))
  (global $F64_CONST i32 (i32.const 0x44))
  (global $FIRST_NUMBER_TYPE i32 (i32.const 0x7c))
  (global $LAST_NUMBER_TYPE i32 (i32.const 0x7f))

  ;; Reads an unsigned LEB128 of at most 32 bits. Returns its value and the position behind it, which is 0 on failure.
  (func $read_u32 (param $p i32) (result i32 i32)
    (local $byte i32) (local $value i32) (local $shift i32)
    (loop $more
      (if (i32.ge_u (local.get $p) (global.get $end))
        (then (return (i32.const 0) (i32.const 0))))
      (local.set $byte (i32.load8_u (local.get $p)))
      ;; Four bits of the fifth byte count, and no sixth follows.
      (if (i32.and (i32.eq (local.get $shift) (i32.const 28)) (i32.gt_u (local.get $byte) (i32.const 15)))
        (then (return (i32.const 0) (i32.const 0))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $value
        (i32.or (local.get $value)
          (i32.shl (i32.and (local.get $byte) (i32.const 0x7f)) (local.get $shift))))
      (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (local.get $value)
    (local.get $p))

  ;; Reads a byte, as $read_u32 reads a number.
  (func $read_byte (param $p i32) (result i32 i32)
    (if (i32.ge_u (local.get $p) (global.get $end))
      (then (return (i32.const 0) (i32.const 0))))
    (i32.load8_u (local.get $p))
    (i32.add (local.get $p) (i32.const 1)))

  ;; Returns the position behind a LEB128 of at most $bytes bytes, or 0.
  (func $skip_leb (param $p i32) (param $bytes i32) (result i32)
    (local $byte i32)
    (loop $more
      (if (i32.or (i32.ge_u (local.get $p) (global.get $end)) (i32.eqz (local.get $bytes)))
        (then (return (i32.const 0))))
      (local.set $byte (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $bytes (i32.sub (local.get $bytes) (i32.const 1)))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (local.get $p))

  ;; Returns the position behind the constant expression at $p if it is a single `t.const` or `global.get`, or else 0.
  ;; Signed numbers that need every byte that they may have count as unusual: their last bits are not checked here.
  (func $skip_constant (param $p i32) (result i32)
    (local $opcode i32) (local $index i32)
    (local.set $opcode (local.set $p (call $read_byte (local.get $p))))
    (if (i32.eqz (local.get $p))
      (then (return (i32.const 0))))
    (block $known
      (if (i32.eq (local.get $opcode) (global.get $I32_CONST))
        (then
          (local.set $p (call $skip_leb (local.get $p) (i32.const 4)))
          (br $known)))
      (if (i32.eq (local.get $opcode) (global.get $I64_CONST))
        (then
          (local.set $p (call $skip_leb (local.get $p) (i32.const 9)))
          (br $known)))
      (if (i32.eq (local.get $opcode) (global.get $F32_CONST))
        (then
          (local.set $p (i32.add (local.get $p) (i32.const 4)))
          (br $known)))
      (if (i32.eq (local.get $opcode) (global.get $F64_CONST))
        (then
          (local.set $p (i32.add (local.get $p) (i32.const 8)))
          (br $known)))
      (if (i32.eq (local.get $opcode) (global.get $GLOBAL_GET))
        (then
          (local.set $index (local.set $p (call $read_u32 (local.get $p))))
          (br $known)))
      (return (i32.const 0)))
    (if (i32.or (i32.eqz (local.get $p)) (i32.ge_u (local.get $p) (global.get $end)))
      (then (return (i32.const 0))))
    (if (i32.ne (i32.load8_u (local.get $p)) (global.get $END))
      (then (return (i32.const 0))))
    (i32.add (local.get $p) (i32.const 1)))

  ;; Returns whether $length bytes at $p are more than the section has left.
  (func $exceeds_section (param $p i32) (param $length i32) (result i32)
    (i32.gt_u (local.get $length) (i32.sub (global.get $section) (local.get $p))))

  ;; Ends an item: the next one starts at $p.
  (func $accept (param $p i32)
    (global.set $position (local.get $p)))

  (func $write (param $number i32)
    (i32.store (global.get $out) (local.get $number))
    (global.set $out (i32.add (global.get $out) (i32.const 4))))

  ;; Numbers of at most 32 bits. Record: the number.
  (func (export "read_u32s") (param $count i32) (result i32)
    (local $done i32) (local $p i32) (local $value i32)
    (block $stop
      (loop $each
        (br_if $stop (i32.eq (local.get $done) (local.get $count)))
        (local.set $value (local.set $p (call $read_u32 (global.get $position))))
        (br_if $stop (i32.eqz (local.get $p)))
        (call $write (local.get $value))
        (call $accept (local.get $p))
        (local.set $done (i32.add (local.get $done) (i32.const 1)))
        (br $each)))
    (local.get $done))

  ;; Returns whether the $length bytes at $p are ASCII: none has its upper bit.
  (func $is_ascii (param $p i32) (param $length i32) (result i32)
    (local $upper i64)
    (loop $words
      (if (i32.ge_u (local.get $length) (i32.const 8))
        (then
          (local.set $upper (i64.or (local.get $upper) (i64.load (local.get $p))))
          (local.set $p (i32.add (local.get $p) (i32.const 8)))
          (local.set $length (i32.sub (local.get $length) (i32.const 8)))
          (br $words))))
    (loop $bytes
      (if (local.get $length)
        (then
          (local.set $upper (i64.or (local.get $upper) (i64.load8_u (local.get $p))))
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $bytes))))
    (i64.eqz (i64.and (local.get $upper) (i64.const 0x8080808080808080))))

  ;; Exports (5.5.10). Record: offset and length of the name; kind, plus 256 if the name is not ASCII; index.
  (func (export "read_exports") (param $count i32) (result i32)
    (local $done i32) (local $p i32) (local $name i32) (local $length i32) (local $kind i32) (local $index i32)
    (block $stop
      (loop $each
        (br_if $stop (i32.eq (local.get $done) (local.get $count)))
        (local.set $length (local.set $name (call $read_u32 (global.get $position))))
        (br_if $stop (i32.eqz (local.get $name)))
        (br_if $stop (i32.gt_u (local.get $length) (global.get $longest)))
        (local.set $kind (local.set $p (call $read_byte (i32.add (local.get $name) (local.get $length)))))
        (br_if $stop (i32.eqz (local.get $p)))
        (br_if $stop (i32.ge_u (local.get $kind) (global.get $KINDS)))
        (local.set $index (local.set $p (call $read_u32 (local.get $p))))
        (br_if $stop (i32.eqz (local.get $p)))
        (br_if $stop
          (i32.ge_u (local.get $index)
            (i32.load (i32.add (global.get $sizes) (i32.shl (local.get $kind) (i32.const 2))))))
        (call $write (i32.add (local.get $name) (global.get $base)))
        (call $write (local.get $length))
        (call $write
          (select (local.get $kind) (i32.or (local.get $kind) (global.get $NOT_ASCII))
            (call $is_ascii (local.get $name) (local.get $length))))
        (call $write (local.get $index))
        (call $accept (local.get $p))
        (local.set $done (i32.add (local.get $done) (i32.const 1)))
        (br $each)))
    (local.get $done))

  ;; Globals of number types (5.5.9). Record: the byte of the type, plus 256 for a mutable one.
  (func (export "read_globals") (param $count i32) (result i32)
    (local $done i32) (local $p i32) (local $type i32) (local $mutable i32)
    (block $stop
      (loop $each
        (br_if $stop (i32.eq (local.get $done) (local.get $count)))
        (local.set $type (local.set $p (call $read_byte (global.get $position))))
        (br_if $stop (i32.eqz (local.get $p)))
        (br_if $stop
          (i32.or
            (i32.lt_u (local.get $type) (global.get $FIRST_NUMBER_TYPE))
            (i32.gt_u (local.get $type) (global.get $LAST_NUMBER_TYPE))))
        (local.set $mutable (local.set $p (call $read_byte (local.get $p))))
        (br_if $stop (i32.eqz (local.get $p)))
        (br_if $stop (i32.gt_u (local.get $mutable) (i32.const 1)))
        (local.set $p (call $skip_constant (local.get $p)))
        (br_if $stop (i32.eqz (local.get $p)))
        (call $write (i32.or (local.get $type) (i32.shl (local.get $mutable) (i32.const 8))))
        (call $accept (local.get $p))
        (local.set $done (i32.add (local.get $done) (i32.const 1)))
        (br $each)))
    (local.get $done))

  ;; Data segments (5.5.14), whose bytes need not be in the window. No record.
  (func (export "read_data") (param $count i32) (result i32)
    (local $done i32) (local $p i32) (local $flags i32) (local $memory i32) (local $size i32)
    (block $stop
      (loop $each
        (br_if $stop (i32.eq (local.get $done) (local.get $count)))
        (local.set $flags (local.set $p (call $read_u32 (global.get $position))))
        (br_if $stop (i32.eqz (local.get $p)))
        (br_if $stop (i32.gt_u (local.get $flags) (i32.const 2)))
        (if (i32.ne (local.get $flags) (i32.const 1))
          (then
            (local.set $memory (i32.const 0))
            (if (i32.eq (local.get $flags) (i32.const 2))
              (then
                (local.set $memory (local.set $p (call $read_u32 (local.get $p))))
                (br_if $stop (i32.eqz (local.get $p)))))
            (br_if $stop (i32.ge_u (local.get $memory) (global.get $memories)))
            (local.set $p (call $skip_constant (local.get $p)))
            (br_if $stop (i32.eqz (local.get $p)))))
        (local.set $size (local.set $p (call $read_u32 (local.get $p))))
        (br_if $stop (i32.eqz (local.get $p)))
        (br_if $stop (call $exceeds_section (local.get $p) (local.get $size)))
        (call $accept (i32.add (local.get $p) (local.get $size)))
        (local.set $done (i32.add (local.get $done) (i32.const 1)))
        (br_if $each (i32.lt_u (global.get $position) (global.get $end)))))
    (local.get $done))

  ;; Names by index (7.4.1), whose bytes need not be in the window. Record: index, offset and length of the name.
  (func (export "read_names") (param $count i32) (result i32)
    (local $done i32) (local $p i32) (local $index i32) (local $length i32)
    (block $stop
      (loop $each
        (br_if $stop (i32.eq (local.get $done) (local.get $count)))
        (local.set $index (local.set $p (call $read_u32 (global.get $position))))
        (br_if $stop (i32.eqz (local.get $p)))
        (local.set $length (local.set $p (call $read_u32 (local.get $p))))
        (br_if $stop (i32.eqz (local.get $p)))
        (br_if $stop (call $exceeds_section (local.get $p) (local.get $length)))
        (call $write (local.get $index))
        (call $write (i32.add (local.get $p) (global.get $base)))
        (call $write (local.get $length))
        (call $accept (i32.add (local.get $p) (local.get $length)))
        (local.set $done (i32.add (local.get $done) (i32.const 1)))
        (br_if $each (i32.lt_u (global.get $position) (global.get $end)))))
    (local.get $done))
)
