"""Guests that may grow in unusual ways, for hosts that keep a view."""

from tests.stress.guest_text import (
    MAYBE,
    READ,
    TAG,
    Case,
    exported,
    guest,
)

KEPT = (
    Case("import", "inImport", guest(exported("(call $maybe) (call $read)"), imports=READ)),
    Case(
        "import before a trap",
        "inImportBeforeTrap",
        guest(exported("(call $maybe) (call $read) (unreachable)"), imports=READ),
    ),
    Case(
        "import that throws", "afterImportThrew", guest(exported("(call $maybe) (call $read)"), imports=READ)
    ),
    Case(
        "import in a helper that quiet exports call as well",
        "inImport",
        guest(
            "(func $helper (call $read))",
            exported("(call $maybe) (call $helper)"),
            exported("(call $helper)", "relay"),
            imports=READ,
        ),
    ),
    Case(
        "import in a tail call",
        "inImport",
        guest(exported("(call $maybe) (return_call $read)"), imports=READ),
    ),
    Case(
        "import in the table",
        "inImport",
        guest(
            "(table funcref (elem $read))",
            exported("(call $maybe) (call_indirect (i32.const 0))"),
            imports=READ,
        ),
    ),
    Case(
        "exported import in an exported table",
        "addedFunction",
        guest('(table (export "table") 1 funcref)', exported("(call $maybe) (call_indirect (i32.const 0))")),
    ),
    Case(
        "exported import in the table of an Emscripten build",
        "addedToEmscripten",
        guest(
            '(table (export "__indirect_function_table") 1 funcref)',
            exported("(call $maybe) (call_indirect (i32.const 0))"),
            imports='(import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))',
            maybe=MAYBE.replace("memory.grow", "call $resize"),
        ),
        fails="the copy of an Emscripten build does not detach before calls through its table",
    ),
    Case(
        "function of the host as an argument",
        "argumentFunction",
        guest(
            "(table 1 funcref)",
            '(func (export "run") (param funcref) (table.set (i32.const 0) (local.get 0))'
            " (call $maybe) (call_indirect (i32.const 0)))",
        ),
    ),
    Case(
        "loop around an import",
        "inImport",
        guest(
            "(global $rounds (mut i32) (i32.const 2))",
            exported(
                "(loop (call $read) (call $maybe)"
                " (global.set $rounds (i32.sub (global.get $rounds) (i32.const 1)))"
                " (br_if 0 (global.get $rounds)))"
            ),
            imports=READ,
        ),
    ),
    Case("exception", "afterException", guest(TAG, exported("(call $maybe) (throw $failed)"))),
    Case(
        "exception of a helper",
        "afterException",
        guest(TAG, "(func $helper (throw $failed))", exported("(call $maybe) (call $helper)")),
    ),
    Case(
        "exception or return",
        "afterException",
        guest(TAG, exported("(call $maybe) (if (i32.load8_u (i32.const 0)) (then (throw $failed)))")),
    ),
    Case(
        "caught exception",
        "afterRun",
        guest(
            TAG,
            "(func $helper (call $maybe) (throw $failed))",
            exported("(block $caught (try_table (catch_all $caught) (call $helper)))"),
        ),
        new=True,
    ),
    Case(
        "exception that is thrown again",
        "afterException",
        guest(
            TAG,
            "(func $helper (call $maybe) (throw $failed))",
            exported(
                "(block $caught (result exnref) (try_table (catch_all_ref $caught) (call $helper)) (return))"
                " (throw_ref)"
            ),
        ),
        new=True,
    ),
    Case(
        "import after a caught exception",
        "inImport",
        guest(
            TAG,
            "(func $helper (call $maybe) (throw $failed))",
            exported("(block $caught (try_table (catch_all $caught) (call $helper))) (call $read)"),
            imports=READ,
        ),
        new=True,
    ),
    Case(
        "import in a handler of the older kind",
        "inImport",
        guest(
            TAG,
            "(func $helper (call $maybe) (throw $failed))",
            exported("try (call $helper) catch_all (call $read) end"),
            imports=READ,
        ),
    ),
    Case(
        "exception that a handler of the older kind throws again",
        "afterException",
        guest(
            TAG,
            "(func $helper (call $maybe) (throw $failed))",
            exported("try (call $helper) catch_all rethrow 0 end"),
        ),
    ),
    Case("table entry", "tableEntry", guest('(table (export "table") funcref (elem $maybe))')),
    Case(
        "installed table entry",
        "installedTableEntry",
        guest(
            '(table (export "table") 1 funcref)',
            "(elem declare func $maybe)",
            exported("(table.set (i32.const 0) (ref.func $maybe))", "install"),
        ),
    ),
    Case(
        "table entry from a passive segment",
        "installedTableEntry",
        guest(
            '(table (export "table") 1 funcref)',
            "(elem $jobs func $maybe)",
            exported("(table.init $jobs (i32.const 0) (i32.const 0) (i32.const 1))", "install"),
        ),
    ),
    Case(
        "imported table",
        "importedTable",
        guest("(elem (i32.const 0) $maybe)", imports='(import "host" "table" (table 1 funcref))'),
    ),
    Case(
        "copied table entry",
        "installedTableEntry",
        guest(
            "(table $inside funcref (elem $maybe))",
            '(table $table (export "table") 1 funcref)',
            exported(
                "(table.copy $table $inside (i32.const 0) (i32.const 0) (i32.const 1))",
                "install",
            ),
        ),
    ),
    Case("global", "globalFunction", guest('(global (export "job") funcref (ref.func $maybe))')),
    Case(
        "returned function",
        "returnedFunction",
        guest("(elem declare func $maybe)", '(func (export "job") (result funcref) (ref.func $maybe))'),
    ),
    Case(
        "function that an import gets",
        "passedFunction",
        guest(
            "(elem declare func $maybe)",
            exported("(call $take (ref.func $maybe))", "register"),
            imports='(import "host" "take" (func $take (param funcref)))',
        ),
    ),
    Case(
        "start function", "inStart", guest("(start $maybe)", memory='(import "host" "memory" (memory 1 4))')
    ),
    Case(
        "imported memory",
        "importedMemory",
        guest(exported("(call $maybe)"), memory='(import "host" "memory" (memory 1 4))'),
    ),
    Case("tail call", "afterRun", guest(exported("(return_call $maybe)"))),
    Case(
        "indirect call",
        "afterRun",
        guest("(table funcref (elem $maybe))", exported("(call_indirect (i32.const 0))")),
    ),
    Case(
        "call of a reference",
        "afterRun",
        guest(
            "(elem declare func $maybe)", "(type $job (func))", exported("(call_ref $job (ref.func $maybe))")
        ),
        new=True,
    ),
    Case(
        "early return",
        "afterRun",
        guest(exported("(call $maybe) (block (br_if 0 (i32.const 1)) (unreachable)) (return)")),
    ),
    Case(
        "full memory that may grow by 0 pages",
        "afterRun",
        guest(
            exported(
                "(i32.store8 (i32.const 0) (i32.const 7))"
                " (if (i32.load8_u (i32.const 1)) (then (call $grow (i32.const 0))))"
            ),
            memory='(memory (export "memory") 1 1)',
            maybe="(func $grow (param i32) (drop (memory.grow (local.get 0))))",
        ),
    ),
    Case(
        "parameters and results",
        "manyValues",
        guest(
            '(func (export "run") (param i32 i64 f32 f64 externref) (result i32 i64 f32 f64 externref)'
            " (call $maybe) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))"
        ),
    ),
    Case(
        "nested call",
        "nestedCall",
        guest(exported("(call $maybe)", "inner"), exported("(call $read)", "outer"), imports=READ),
    ),
    Case(
        "second memory",
        "secondMemory",
        guest(
            exported("(call $maybe)"),
            memory='(memory (export "memory") 1 4) (memory $other (export "other") 1 4)',
            maybe=MAYBE.replace("i32.store8", "i32.store8 $other").replace(
                "memory.grow", "memory.grow $other"
            ),
        ),
        new=True,
    ),
    Case(
        "64-bit memory",
        "afterRun",
        guest(
            exported("(call $maybe)"),
            memory='(memory (export "memory") i64 1 4)',
            maybe=MAYBE.replace("i32.store8 (i32.const 0)", "i32.store8 (i64.const 0)").replace(
                "memory.grow (i32.const 1)", "memory.grow (i64.const 1)"
            ),
        ),
        new=True,
    ),
)
