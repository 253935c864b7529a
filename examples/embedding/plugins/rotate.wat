;; Shifts each letter by 13 with a table, for which `init` takes a page. `transform` never grows the memory.
(module
  (memory (export "memory") 1)
  (global $table (mut i32) (i32.const 0))
  (func (export "buffer") (result i32) i32.const 1024)
  (func (export "init")
    (local $at i32)
    (global.set $table (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))
    (loop $next
      (i32.store8 (i32.add (global.get $table) (local.get $at)) (call $rotated (local.get $at)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 256)))))
  (func $rotated (param $letter i32) (result i32)
    (local $index i32)
    (local.set $index (i32.sub (i32.or (local.get $letter) (i32.const 32)) (i32.const 97)))
    (if (i32.ge_u (local.get $index) (i32.const 26)) (then (return (local.get $letter))))
    (i32.add (local.get $letter)
      (select (i32.const 13) (i32.const -13) (i32.lt_u (local.get $index) (i32.const 13)))))
  (func $transform (export "transform") (param $length i32) (result i32)
    (local $at i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (i32.store8 offset=1024 (local.get $at)
          (i32.load8_u (i32.add (global.get $table) (i32.load8_u offset=1024 (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $length)))
