"""Memories of all kinds, start functions, and imports known to grow the memory."""

from tests.analysis.case import Case

MEMORIES = (
    Case(
        "no memory",
        "what isn't there doesn't grow",
        """(func (export "e"))""",
        {"e": "absent"},
    ),
    Case(
        "memory.size",
        "asking for the size is no growth",
        """(memory 1) (func (export "e") (result i32) (memory.size))""",
        {"e": "absent"},
    ),
    Case(
        "the byte 0x40 elsewhere",
        "it is a block type, a constant, a load's flag and data, but no instruction here",
        """(memory 1) (memory 1) (data (i32.const 0) "\\40\\00\\40\\00")
        (func (export "e") (result i32)
          (block (nop)) (drop (i32.const -64)) (drop (i32.load 1 (i32.const 64)))
          (i32.const 64))""",
        {"e": "absent"},
    ),
    Case(
        "growth behind a load from the second memory",
        "a memory argument with an index is one byte longer",
        """(memory 1) (memory 1)
        (func (export "e")
          (drop (i32.load 1 offset=64 (i32.const 0)))
          (drop (memory.grow 1 (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "grow by 0",
        "it succeeds and detaches",
        """(memory 1) (func (export "e") (drop (memory.grow (i32.const 0))))""",
        {"e": "reachable"},
    ),
    Case(
        "grow by a parameter",
        "the operand isn't known",
        """(memory 1) (func (export "e") (param i32) (drop (memory.grow (local.get 0))))""",
        {"e": "reachable"},
    ),
    Case(
        "max = min",
        "a growth by more than 0 must fail",
        """(memory 2 2) (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "capped"},
    ),
    Case(
        "max = min, grow by 0",
        "still capped, though not airtight",
        """(memory 2 2) (func (export "e") (drop (memory.grow (i32.const 0))))""",
        {"e": "capped"},
    ),
    Case(
        "max = min = 0",
        "an empty memory can be capped as well",
        """(memory 0 0) (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "capped"},
    ),
    Case(
        "max = min, then a trap",
        "it can't return after growing: better than capped",
        """(memory 1 1) (func (export "e") (drop (memory.grow (i32.const 1))) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "max = min, then a throw",
        "throw-only comes before capped",
        """(memory 1 1) (tag $x)
        (func (export "e") (drop (memory.grow (i32.const 1))) (throw $x))""",
        {"e": "throw-only"},
    ),
    Case(
        "max = min, dead function",
        "no path, no matter what the limits say",
        """(memory 1 1) (func $dead (drop (memory.grow (i32.const 1)))) (func (export "e"))""",
        {"e": "unreachable"},
    ),
    Case(
        "max above min",
        "a maximum that leaves room caps nothing",
        """(memory 1 2) (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "two memories, one capped",
        "each memory is judged by its own limits, and the worst counts",
        """(memory $a 1 1) (memory $b 1)
        (func (export "a") (drop (memory.grow $a (i32.const 1))))
        (func (export "b") (drop (memory.grow $b (i32.const 1))))
        (func (export "both")
          (drop (memory.grow $a (i32.const 1))) (drop (memory.grow $b (i32.const 1))))""",
        {"a": "capped", "b": "reachable", "both": "reachable"},
    ),
    Case(
        "two memories, a different way out for each",
        "the growth of the first is followed by a trap, the second one's by a return",
        """(memory $a 1) (memory $b 1 1)
        (func (export "e") (param i32)
          (if (local.get 0) (then (drop (memory.grow $a (i32.const 1))) unreachable))
          (drop (memory.grow $b (i32.const 1))))""",
        {"e": "capped"},
    ),
    Case(
        "two memories, one without a site",
        "the memory without a site doesn't make it better or worse",
        """(memory $a 1) (memory $b 1)
        (func $dead (drop (memory.grow $b (i32.const 1)))) (func (export "e"))""",
        {"e": "unreachable"},
    ),
    Case(
        "64-bit memory",
        "the operand is an i64",
        """(memory i64 1) (func (export "e") (drop (memory.grow (i64.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "64-bit memory, max = min",
        "limits of 64 bits cap too",
        """(memory i64 65537 65537) (func (export "e") (drop (memory.grow (i64.const 1))))""",
        {"e": "capped"},
    ),
    Case(
        "shared memory",
        "views become stale instead of detached; the verdict is the same",
        """(memory 1 2 shared) (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "shared memory, max = min",
        "capped like any other",
        """(memory 2 2 shared) (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "capped"},
    ),
    Case(
        "imported memory",
        "growing the host's memory detaches the host's views all the more",
        """(import "env" "m" (memory 1)) (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "imported memory, max = min",
        "the import only links with a memory of at most that maximum",
        """(import "env" "m" (memory 1 1))
        (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "capped"},
    ),
    Case(
        "custom page size",
        "limits count pages of the declared size",
        """(memory 65536 65536 (pagesize 1)) (memory 1 2 (pagesize 1))
        (func (export "a") (drop (memory.grow 0 (i32.const 1))))
        (func (export "b") (drop (memory.grow 1 (i32.const 1))))""",
        {"a": "capped", "b": "reachable"},
    ),
    Case(
        "start function, own memory",
        "the start function is an entry; its growth doesn't count for the exports",
        """(memory 1) (start $s)
        (func $s (drop (memory.grow (i32.const 1)))) (func (export "e"))""",
        {"(start)": "reachable", "e": "unreachable"},
    ),
    Case(
        "start function, imported memory",
        "the host may hold views already",
        """(import "env" "m" (memory 1)) (start $s)
        (func $s (drop (memory.grow (i32.const 1)))) (func (export "e"))""",
        {"(start)": "reachable", "e": "unreachable"},
    ),
    Case(
        "start function that traps",
        "it never finishes after the growth",
        """(memory 1) (start $s) (func $s (drop (memory.grow (i32.const 1))) unreachable)""",
        {"(start)": "trap-only"},
    ),
    Case(
        "start function that is exported",
        "one function, two entries",
        """(memory 1) (start $s)
        (func $s (export "s") (drop (memory.grow (i32.const 1))))""",
        {"(start)": "reachable", "s": "reachable"},
    ),
    Case(
        "imported start function",
        "the host's own function starts the module",
        """(import "env" "s" (func $s)) (memory 1) (start $s)""",
        {"(start)": "absent"},
    ),
    Case(
        "resize_heap",
        "the host grows the exported memory on request",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "e") (drop (call $resize (i32.const 1)))) (func (export "other"))""",
        {"e": "reachable", "other": "unreachable"},
    ),
    Case(
        "resize_heap, trusted",
        "the contract says that it doesn't grow",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "e") (drop (call $resize (i32.const 1))))""",
        {"e": "absent"},
        trusted=("env.emscripten_resize_heap",),
    ),
    Case(
        "resize_heap, max = min",
        "the host can't grow such a memory either",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "memory") 1 1)
        (func (export "e") (drop (call $resize (i32.const 1))))""",
        {"e": "absent"},
    ),
    Case(
        "resize_heap, private memory",
        "the host doesn't get at a memory that is neither imported nor exported",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory 1)
        (func (export "e") (drop (call $resize (i32.const 1))))""",
        {"e": "absent"},
    ),
    Case(
        "resize_heap, imported memory",
        "the host's own memory",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (import "env" "memory" (memory 1 2))
        (func (export "e") (drop (call $resize (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "resize_heap of two memories",
        "it grows every memory that the host sees and that has room",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "a") 1 1) (memory (export "b") 1)
        (func (export "e") (drop (call $resize (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "resize_heap never called",
        "an import that is there but not used grows nothing",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "memory") 1) (func (export "e"))""",
        {"e": "absent"},
    ),
    Case(
        "resize_heap called by a dead function",
        "a site exists, no path leads to it",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "memory") 1)
        (func $dead (drop (call $resize (i32.const 1)))) (func (export "e"))""",
        {"e": "unreachable"},
    ),
    Case(
        "resize_heap, then a trap",
        "the import may throw after it has grown the memory",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "e") (drop (call $resize (i32.const 1))) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "resize_heap through a table",
        "an imported function can be called indirectly",
        """(type $t (func (param i32) (result i32)))
        (import "env" "emscripten_resize_heap" (func $resize (type $t)))
        (memory (export "memory") 1) (table 1 funcref) (elem (i32.const 0) $resize)
        (func (export "e") (drop (call_indirect (type $t) (i32.const 1) (i32.const 0))))""",
        {"e": "reachable"},
    ),
    Case(
        "resize_heap and memory.grow",
        "trust in the import says nothing of the module's own site",
        """(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "host") (drop (call $resize (i32.const 1))))
        (func (export "own") (drop (memory.grow (i32.const 1))))""",
        {"host": "unreachable", "own": "reachable"},
        trusted=("env.emscripten_resize_heap",),
    ),
    Case(
        "other names of growers",
        "older toolchains call it otherwise, and the module's name doesn't matter",
        """(import "a" "_emscripten_resize_heap" (func $a (param i32) (result i32)))
        (import "b" "enlargeMemory" (func $b (result i32)))
        (import "c" "_enlargeMemory" (func $c (result i32)))
        (memory (export "memory") 1)
        (func (export "a") (drop (call $a (i32.const 1))))
        (func (export "b") (drop (call $b)))
        (func (export "c") (drop (call $c)))""",
        {"a": "reachable", "b": "reachable", "c": "reachable"},
    ),
    Case(
        "name that only looks like a grower's",
        "the whole field name counts",
        """(import "env" "emscripten_resize_heap_count" (func $f (result i32)))
        (memory (export "memory") 1)
        (func (export "e") (drop (call $f)))""",
        {"e": "absent"},
    ),
    Case(
        "notification after growth",
        "the import that tells the host of a growth doesn't grow",
        """(import "env" "emscripten_notify_memory_growth" (func $notify (param i32)))
        (memory (export "memory") 1)
        (func (export "notify") (call $notify (i32.const 0)))
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $notify (i32.const 0)))""",
        {"notify": "unreachable", "e": "reachable"},
    ),
)
