"""Guests that may grow in unusual ways, for hosts that keep a view only as long as it is valid."""

from tests.stress.guest_text import (
    GLUE,
    READ,
    RELAY,
    TAG,
    TWO,
    VIEW,
    Case,
    exported,
    file,
    guest,
)

# This module has a memory of its own that grows, and another one that the host reads.
TWO_MEMORIES = guest(
    exported("(i32.store8 $quiet (i32.const 0) (i32.const 7)) (call $maybe)"),
    memory='(memory $loud (export "loud") 1 4) (memory $quiet (export "memory") 1 4)',
)

CORRECT = (
    Case("compared buffers", "comparedBuffers", file("allocator")),
    Case("empty view", "emptyView", file("allocator")),
    Case("quiet exports", "acrossQuietExports", file("allocator")),
    Case("two imports without growth between", "acrossImports", file("callbacks")),
    Case(
        "view of the last import",
        "viewOfLastImport",
        guest(exported("(call $maybe) (call $read)"), imports=READ),
    ),
    Case(
        "view of the last import of a function in the table",
        "viewOfLastImport",
        guest(
            "(table funcref (elem $views $grows))",
            "(func $views (call $maybe) (call $read))",
            "(func $grows (call $maybe))",
            exported("(call_indirect (i32.load8_u (i32.const 4)))"),
            imports=READ,
        ),
        fails="another function of the same type in the table may have grown the memory when it returns",
    ),
    Case("nested quiet export", "acrossNestedQuietExport", file("callbacks")),
    Case("quiet export with an import", "acrossRelay", file("callbacks")),
    Case("exception through a quiet export", "acrossException", file("callbacks")),
    Case(
        "exception of a quiet export",
        "acrossGuestException",
        guest(TAG, exported("(call $maybe)"), exported("(throw $failed)", "refuse")),
    ),
    Case(
        "view renewed after an exception",
        "renewedAfterException",
        guest(TAG, exported("(call $maybe) (throw $failed)", "fail")),
    ),
    Case("other memory", "otherMemory", TWO_MEMORIES, new=True),
    Case("other instance", "otherInstance", file("allocator")),
    Case("heap of Emscripten's glue", "emscriptenHeap", file("emscripten")),
    Case(
        "full memory",
        "fullMemory",
        guest(exported("(call $maybe)"), memory='(memory (export "memory") 1 1)'),
    ),
    Case(
        "growth only before a trap",
        "trapOnly",
        guest(
            exported(
                "(i32.store8 (i32.const 0) (i32.const 7))"
                " (if (i32.load8_u (i32.const 1)) (then (call $maybe) (unreachable)))"
            )
        ),
    ),
    Case(
        "growth in the start function",
        "afterStart",
        guest("(start $maybe)", exported("(i32.store8 (i32.const 0) (i32.const 7))")),
    ),
    Case(
        "import after growth in the start function",
        "relayAfterStart",
        guest("(start $maybe)", RELAY, imports=READ),
    ),
    Case(
        "import after an exception",
        "relayAfterException",
        guest(TAG, exported("(call $maybe) (throw $failed)", "fail"), RELAY, imports=READ),
    ),
    Case(
        "import after a trap",
        "relayAfterTrap",
        guest(exported("(call $maybe) (unreachable)", "fail"), RELAY, imports=READ),
    ),
    Case(
        "import after an import threw",
        "relayAfterImportThrew",
        guest(exported("(call $maybe) (call $read) (call $maybe)"), RELAY, imports=READ),
    ),
    Case(
        "nested import",
        "acrossNestedRelay",
        guest(exported("(call $maybe) (call $read)"), RELAY, imports=READ),
    ),
    Case(
        "two imports after a growth",
        "madeByFirstImport",
        guest(exported("(call $maybe) (call $first) (call $second)"), imports=TWO),
    ),
    Case(
        "two imports in a loop",
        "madeByFirstImport",
        guest(
            exported("(loop (call $maybe) (call $first) (call $second) (br_if 0 (i32.const 0)))"),
            imports=TWO,
        ),
    ),
    Case(
        "two imports, the first in a helper",
        "madeByFirstImport",
        guest(
            "(func $helper (call $first))",
            exported("(call $maybe) (call $helper) (call $second)"),
            imports=TWO,
        ),
    ),
    Case(
        "two imports, the first after the growth in a helper",
        "madeByFirstImport",
        guest(
            "(func $helper (call $maybe) (call $first))",
            exported("(call $helper) (call $second)"),
            imports=TWO,
        ),
    ),
    Case(
        "two imports in a table",
        "madeByFirstImport",
        guest(
            "(table funcref (elem $first $second))",
            exported("(call $maybe) (call_indirect (i32.const 0)) (call_indirect (i32.const 1))"),
            imports=TWO,
        ),
    ),
    Case(
        "objects of imports",
        "handedOnByImports",
        guest(exported(f"(call $maybe) (call $fill {VIEW})"), imports=GLUE),
    ),
    Case(
        "objects of imports in helpers",
        "handedOnByImports",
        guest(
            f"(func $make (result i32) {VIEW})",
            "(func $random (call $fill (call $make)))",
            exported("(call $maybe) (call $random)"),
            imports=GLUE,
        ),
    ),
    Case(
        "return after the last import",
        "madeByLastImport",
        guest(exported("(call $maybe) (call $read)"), imports=READ),
    ),
    Case(
        "function of another instance in the table",
        "identityOfImport",
        guest('(table (export "table") funcref (elem $read))', exported("(call $maybe)"), imports=READ),
        fails="the table of the copy has another function, which calls the import",
    ),
    Case(
        "function of the host in the table",
        "addedFunction",
        guest(
            '(table (export "table") 1 funcref)',
            exported("(call $maybe)"),
            exported("(call_indirect (i32.const 0))", "relay"),
        ),
    ),
    Case(
        "one function with several names",
        "identity",
        guest(
            '(table (export "table") funcref (elem $maybe))',
            '(global (export "reference") funcref (ref.func $maybe))',
            '(export "job" (func $maybe))',
            '(export "alias" (func $maybe))',
        ),
    ),
    Case(
        "export in the table",
        "calledFromTable",
        guest(
            '(table (export "table") 1 funcref)',
            '(export "job" (func $maybe))',
            exported("(call_indirect (i32.const 0))", "call"),
        ),
    ),
    Case("number of parameters", "arity", guest('(func (export "run") (param i32 i64) (call $maybe))')),
    Case(
        "re-exported import",
        "reexported",
        guest(exported("(call $maybe)"), imports='(func (export "log") (import "host" "log") (param i32))'),
    ),
)
