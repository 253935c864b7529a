;; A small library with a bump allocator. The memory has room for every test, so the library never grows it.
(module
  (memory (export "memory") 2 100)
  (global $top (mut i32) (i32.const 1024))

  (func $alloc (export "alloc") (export "malloc") (param $size i32) (result i32)
    (local $pointer i32)
    (local.set $pointer (global.get $top))
    (global.set $top
      (i32.and (i32.add (i32.add (global.get $top) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (if (i32.gt_u (global.get $top) (i32.shl (memory.size) (i32.const 16)))
      (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))))
    (local.get $pointer))

  ;; Store the value in a new object and return the object's address.
  (func $make (export "make") (param $value i32) (result i32)
    (local $pointer i32)
    (i32.store (local.tee $pointer (call $alloc (i32.const 4))) (local.get $value))
    (local.get $pointer))

  ;; Return the sum of the bytes.
  (func (export "sum") (param $pointer i32) (param $count i32) (result i32)
    (local $sum i32)
    (drop (call $alloc (i32.const 4)))
    (loop $more
      (if (local.get $count)
        (then
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (local.set $sum (i32.add (local.get $sum)
            (i32.load8_u (i32.add (local.get $pointer) (local.get $count)))))
          (br $more))))
    (local.get $sum))

  ;; These write 7 to the start of the memory: as a byte, and as a float.
  (func (export "run")
    (i32.store (i32.const 0) (i32.load (call $make (i32.const 7)))))
  (func (export "process")
    (f32.store (i32.const 0) (f32.load (call $make (i32.const 0x40e00000)))))

  ;; A terminal with one cell: `write` sets it, `update` draws it at address 16, `history` only needs memory.
  (func (export "write") (param $cell i32)
    (i32.store (i32.const 8) (i32.load (call $make (local.get $cell)))))
  (func (export "update")
    (drop (call $alloc (i32.const 16)))
    (i32.store8 (i32.const 16) (i32.load8_u (i32.const 8))))
  (func (export "history")
    (drop (call $alloc (i32.const 64))))

  ;; Store 7 at the address that the host passes for a result.
  (func (export "answer") (param $out i32)
    (i32.store (local.get $out) (i32.load (call $make (i32.const 7)))))

  ;; These never allocate.
  (func (export "free") (param $pointer i32))
  (func (export "byte") (param $pointer i32) (result i32) (i32.load8_u (local.get $pointer)))
  (func (export "word") (param $pointer i32) (result i32) (i32.load (local.get $pointer))))
