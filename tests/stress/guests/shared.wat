;; A library for threads whose jobs get a scratch area at the end of the memory, which is large enough here.
(module
  (memory (export "memory") 2 100 shared)

  ;; Write 7 to the last byte of the area and return the area's address.
  (func (export "scratch") (param $size i32) (result i32)
    (if (i32.gt_u (local.get $size) (i32.shl (memory.size) (i32.const 16)))
      (then (if (i32.eq (memory.grow (i32.const 2)) (i32.const -1)) (then unreachable))))
    (i32.store8 (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 1)) (i32.const 7))
    (i32.sub (i32.shl (memory.size) (i32.const 16)) (local.get $size)))

  (func (export "bytes") (result i32) (i32.shl (memory.size) (i32.const 16))))
