;; Keeps a copy of every text, each in a page of its own: `transform` grows the memory.
(module
  (memory (export "memory") 1)
  (func (export "buffer") (result i32) i32.const 1024)
  (func $keep (param $length i32)
    (memory.copy
      (i32.mul (memory.grow (i32.const 1)) (i32.const 65536))
      (i32.const 1024)
      (local.get $length)))
  (func $transform (export "transform") (param $length i32) (result i32)
    (call $keep (local.get $length))
    (local.get $length)))
