"""Guests that may grow in unusual ways, for hosts that keep a view and for correct hosts."""

from dataclasses import dataclass
from pathlib import Path

GUESTS = Path(__file__).parent / "guests"


@dataclass(frozen=True)
class Case:
    """A function of `tricky/kept.mjs` or `tricky/correct.mjs`, and the text of its guest.

    Node 20 rejects the guests that are `new`.
    """

    name: str
    test: str
    guest: str
    new: bool = False

    def __str__(self) -> str:
        return self.name


def file(name: str) -> str:
    """Return the text of a guest that also serves the forms."""
    return (GUESTS / f"{name}.wat").read_text("utf-8")


MEMORY = '(memory (export "memory") 1 4)'
# This function writes 7 to address 0. No test passes the size at which it grows.
MAYBE = """(global $used (mut i32) (i32.const 8))
  (func $maybe
    (i32.store8 (i32.const 0) (i32.const 7))
    (if (i32.gt_u (global.get $used) (i32.const 65536)) (then (drop (memory.grow (i32.const 1))))))"""
READ = '(import "host" "read" (func $read))'
RELAY = '(func (export "relay") (call $read))'
TAG = '(tag $failed (export "failed"))'


def guest(*fields: str, imports: str = "", memory: str = MEMORY, maybe: str = MAYBE) -> str:
    """Return a module with a memory, the function `$maybe`, which may grow it, and the fields."""
    return "\n  ".join(("(module", *(field for field in (imports, memory, maybe, *fields) if field))) + ")"


def exported(body: str, name: str = "run") -> str:
    """Return an exported function without parameters."""
    return f'(func (export "{name}") {body})'


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
