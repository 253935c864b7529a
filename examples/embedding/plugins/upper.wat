;; Turns the letters of the text into capitals. There is no memory.grow.
(module
  (memory (export "memory") 1)
  (func (export "buffer") (result i32) i32.const 1024)
  (func $transform (export "transform") (param $length i32) (result i32)
    (local $at i32) (local $letter i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $letter (i32.load8_u offset=1024 (local.get $at)))
        (if (i32.lt_u (i32.sub (local.get $letter) (i32.const 97)) (i32.const 26))
          (then (i32.store8 offset=1024 (local.get $at) (i32.sub (local.get $letter) (i32.const 32)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $length)))
