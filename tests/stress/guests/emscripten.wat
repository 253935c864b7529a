;; A library as Emscripten links it without STANDALONE_WASM: sbrk asks the glue for a larger heap.
;; The memory has room for every test, so nothing asks here.
(module
  (import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
  (memory (export "memory") 2 32768)
  (global $break (mut i32) (i32.const 1024))

  (func $malloc (export "malloc") (param $size i32) (result i32)
    (local $pointer i32)
    (local.set $pointer (global.get $break))
    (global.set $break
      (i32.and (i32.add (i32.add (global.get $break) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (if (i32.gt_u (global.get $break) (i32.shl (memory.size) (i32.const 16)))
      (then (if (i32.eqz (call $resize (global.get $break))) (then unreachable))))
    (local.get $pointer))

  ;; Store 7 at the address: as an integer, and as a float.
  (func (export "work") (param $pointer i32)
    (drop (call $malloc (i32.const 16)))
    (i32.store (local.get $pointer) (i32.const 7)))
  (func (export "render") (param $pointer i32)
    (drop (call $malloc (i32.const 16)))
    (f32.store (local.get $pointer) (f32.const 7)))

  ;; Return the address of a new integer with the value 7.
  (func (export "answer") (result i32)
    (local $pointer i32)
    (i32.store (local.tee $pointer (call $malloc (i32.const 4))) (i32.const 7))
    (local.get $pointer))

  ;; This never allocates.
  (func (export "byte") (param $pointer i32) (result i32) (i32.load8_u (local.get $pointer))))
