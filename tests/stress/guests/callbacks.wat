;; A library that calls the host back before and after it allocates. The memory has room, so it never grows.
(module
  (import "host" "first" (func $first (param i32)))
  (import "host" "second" (func $second (param i32)))
  (import "host" "third" (func $third (param i32)))
  (import "host" "take" (func $take (param i32 i32)))
  (memory (export "memory") 2 100)
  (global $top (mut i32) (i32.const 1024))

  (func $alloc (export "alloc") (param $size i32) (result i32)
    (local $pointer i32)
    (local.set $pointer (global.get $top))
    (global.set $top (i32.add (global.get $top) (local.get $size)))
    (if (i32.gt_u (global.get $top) (i32.shl (memory.size) (i32.const 16)))
      (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))))
    (local.get $pointer))

  ;; Let each import write a byte, and return the sum of the bytes. The second and third write to a new block.
  (func (export "run") (result i32)
    (local $second i32) (local $third i32)
    (call $first (i32.const 0))
    (call $second (local.tee $second (call $alloc (i32.const 8))))
    (call $third (local.tee $third (call $alloc (i32.const 8))))
    (i32.add (i32.load8_u (i32.const 0))
      (i32.add (i32.load8_u (local.get $second)) (i32.load8_u (local.get $third)))))

  ;; Hand a new block with the bytes 3 and 4 to the host.
  (func (export "greet")
    (local $pointer i32)
    (i32.store16 (local.tee $pointer (call $alloc (i32.const 2))) (i32.const 0x0403))
    (call $take (local.get $pointer) (i32.const 2)))

  ;; Call two imports first and allocate only afterwards.
  (func (export "talk") (result i32)
    (call $first (i32.const 0))
    (call $second (i32.const 1))
    (i32.store8 (call $alloc (i32.const 8)) (i32.const 0))
    (i32.add (i32.load8_u (i32.const 0)) (i32.load8_u (i32.const 1))))

  ;; This never allocates, but calls the host.
  (func (export "relay") (param i32) (call $third (local.get 0)))
  (func (export "byte") (param $pointer i32) (result i32) (i32.load8_u (local.get $pointer))))
