"""Function references that cross to the host, and references that the host hands in."""

from tests.analysis.case import Case

REFERENCES = (
    Case(
        "exported table",
        "the host can call what the table holds",
        """(memory 1) (table (export "t") 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (drop (memory.grow (i32.const 1)))) (func (export "e"))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "exported function in an exported table",
        "it is an entry twice: by its name and as an escaped function",
        """(memory 1) (table (export "t") 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (export "grow") (drop (memory.grow (i32.const 1))))""",
        {"grow": "reachable", "func[0]": "reachable"},
    ),
    Case(
        "exported table, several functions",
        "each escaped function has its own verdict",
        """(memory 1) (table (export "t") 3 funcref) (elem (i32.const 0) $grow $trap $id)
        (func $grow (drop (memory.grow (i32.const 1)))) (func $trap (call $grow) unreachable)
        (func $id) (func (export "e"))""",
        {
            "e": "unreachable",
            "func[0]": "reachable",
            "func[1]": "trap-only",
            "func[2]": "unreachable",
        },
    ),
    Case(
        "private table",
        "what no reference carries to the host doesn't escape",
        """(memory 1) (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (drop (memory.grow (i32.const 1)))) (func (export "e"))""",
        {"e": "unreachable"},
    ),
    Case(
        "one table exported, the other private",
        "only the exported table's functions escape",
        """(memory 1) (table $a (export "t") 1 funcref) (table $b 1 funcref)
        (elem (table $a) (i32.const 0) func $id) (elem (table $b) (i32.const 0) func $grow)
        (func $grow (drop (memory.grow (i32.const 1)))) (func $id)""",
        {"func[1]": "unreachable"},
    ),
    Case(
        "imported table",
        "a segment puts a function where the host sees it",
        """(import "env" "t" (table 1 funcref)) (memory 1) (elem (i32.const 0) $grow)
        (func $grow (drop (memory.grow (i32.const 1))))""",
        {"func[0]": "reachable"},
    ),
    Case(
        "table.init into an exported table",
        "a passive segment gets out that way",
        """(memory 1) (table (export "t") 1 funcref) (elem $s func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (table.init $s (i32.const 0) (i32.const 0) (i32.const 1)))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "table.set into an exported table",
        "any function whose reference is taken may be written there",
        """(memory 1) (table (export "t") 1 funcref) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (table.set (i32.const 0) (ref.func $grow)))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "table.copy into an exported table",
        "the private table's functions get out",
        """(memory 1) (table $a (export "t") 1 funcref) (table $b 1 funcref)
        (elem (table $b) (i32.const 0) func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 1)))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "initialiser of an exported table",
        "the initial value escapes",
        """(memory 1) (table (export "t") 1 funcref (ref.func $grow))
        (func $grow (drop (memory.grow (i32.const 1))))""",
        {"func[0]": "reachable"},
    ),
    Case(
        "exported global",
        "a funcref in an exported global is callable by the host",
        """(memory 1) (global (export "g") funcref (ref.func $grow))
        (func $grow (drop (memory.grow (i32.const 1))))""",
        {"func[0]": "reachable"},
    ),
    Case(
        "imported mutable global",
        "a reference written to the host's global escapes",
        """(import "env" "g" (global $g (mut funcref))) (memory 1) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (global.set $g (ref.func $grow)))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "private global",
        "a global that isn't exported stays inside",
        """(memory 1) (global funcref (ref.func $grow))
        (func $grow (drop (memory.grow (i32.const 1)))) (func (export "e"))""",
        {"e": "unreachable"},
    ),
    Case(
        "funcref as a result",
        "the host gets the function that the export returns",
        """(memory 1) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (result funcref) (ref.func $grow))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "typed reference as a result",
        "a typed function reference escapes like a funcref",
        """(memory 1) (type $t (func)) (elem declare func $grow)
        (func $grow (type $t) (drop (memory.grow (i32.const 1))))
        (func (export "e") (result (ref $t)) (ref.func $grow))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "funcref passed to an import",
        "the import gets a function that it may call later",
        """(import "env" "register" (func $register (param funcref))) (memory 1)
        (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call $register (ref.func $grow)))""",
        {"e": "unreachable", "func[1]": "reachable"},
    ),
    Case(
        "funcref in an exception",
        "an exception's values reach the host",
        """(memory 1) (tag $x (param funcref)) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (throw $x (ref.func $grow)))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "escaped function that returns another",
        "what the host can call may hand out more",
        """(memory 1) (table (export "t") 1 funcref) (elem (i32.const 0) $get)
        (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func $get (result funcref) (ref.func $grow))""",
        {"func[0]": "reachable", "func[1]": "unreachable"},
    ),
    Case(
        "struct as a result",
        "a struct may hold a function reference",
        """(memory 1) (type $s (struct (field funcref))) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (result (ref $s)) (struct.new $s (ref.func $grow)))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "externref as a result",
        "an externref is the host's own, unless the module makes some",
        """(memory 1) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (param externref) (result externref)
          (drop (ref.func $grow)) (local.get 0))""",
        {"e": "unreachable"},
    ),
    Case(
        "externref made from a struct",
        "extern.convert_any wraps what holds a function",
        """(memory 1) (type $s (struct (field funcref))) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (result externref)
          (extern.convert_any (struct.new $s (ref.func $grow))))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "any value as a result",
        "an anyref may be a struct that holds a function",
        """(memory 1) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (result anyref) (drop (ref.func $grow)) (ref.null any))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "exported table of structs",
        "the structs in it may hold functions",
        """(memory 1) (type $s (struct (field funcref))) (table (export "t") 1 (ref null $s))
        (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (table.set (i32.const 0) (struct.new $s (ref.func $grow))))""",
        {"e": "unreachable", "func[0]": "reachable"},
    ),
    Case(
        "function out of a struct out of an externref",
        "any.convert_extern unwraps what the host hands in",
        """(type $t (func)) (type $s (struct (field (ref $t)))) (memory 1)
        (func (export "e") (param externref)
          (drop (memory.grow (i32.const 1)))
          (call_ref $t (struct.get $s 0
            (ref.cast (ref $s) (any.convert_extern (local.get 0)))))
          unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "i31ref as a result",
        "an i31 holds no function",
        """(memory 1) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (result i31ref) (drop (ref.func $grow)) (ref.i31 (i32.const 1)))""",
        {"e": "unreachable"},
    ),
    Case(
        "exported table of externref",
        "it holds no functions",
        """(memory 1) (table (export "t") 1 externref) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (drop (ref.func $grow)))""",
        {"e": "unreachable"},
    ),
    Case(
        "call through a private empty table",
        "no target: it can only trap",
        """(memory 1) (type $t (func)) (table 1 funcref)
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $t) (i32.const 0)) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "call through an exported table",
        "the host may have put a function there, which may throw",
        """(memory 1) (type $t (func)) (table (export "t") 1 funcref)
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $t) (i32.const 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "call through an exported table, returning",
        "the host's function may return",
        """(memory 1) (type $t (func)) (table (export "t") 1 funcref)
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "call through an imported table",
        "the host's functions are in it from the start",
        """(import "env" "t" (table 1 funcref)) (memory 1) (type $t (func))
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $t) (i32.const 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "tail call through an imported table",
        "the host's function returns for the entry",
        """(import "env" "t" (table 1 funcref)) (memory 1) (type $t (func))
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (return_call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.copy from an exported table",
        "the host's functions may get into the private table",
        """(memory 1) (type $t (func)) (table $a 1 funcref) (table $b (export "t") 1 funcref)
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect $a (type $t) (i32.const 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "call_ref of a parameter",
        "the host hands in the function",
        """(memory 1) (type $t (func))
        (func (export "e") (param (ref null $t))
          (drop (memory.grow (i32.const 1))) (call_ref $t (local.get 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "call_ref of a parameter of an escaped function",
        "the host can call what escapes, with a function of its own",
        """(memory 1) (type $t (func)) (table (export "t") 1 funcref) (elem (i32.const 0) $f)
        (func $f (param (ref null $t)) (drop (memory.grow (i32.const 1)))
          (call_ref $t (local.get 0)) unreachable)""",
        {"func[0]": "throw-only"},
    ),
    Case(
        "call_ref of a parameter of a private function",
        "nobody hands in a function, so only null can be there",
        """(memory 1) (type $t (func))
        (func $f (param (ref null $t)) (call_ref $t (local.get 0)))
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call $f (ref.null $t)) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "call_ref of an import's result",
        "the import hands in the function",
        """(type $t (func)) (import "env" "f" (func $f (result (ref null $t)))) (memory 1)
        (func (export "e") (local (ref null $t))
          (local.set 0 (call $f))
          (drop (memory.grow (i32.const 1))) (call_ref $t (local.get 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "call_ref of an imported global",
        "the host's function is in the global",
        """(type $t (func)) (import "env" "g" (global $g (ref $t))) (memory 1)
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call_ref $t (global.get $g)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "call_ref of an exported mutable global",
        "the host may write the global",
        """(type $t (func)) (global $g (export "g") (mut (ref null $t)) (ref.null $t)) (memory 1)
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call_ref $t (global.get $g)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "call_ref of an exported immutable global",
        "the host can't write it, and it is null",
        """(type $t (func)) (global $g (export "g") (ref null $t) (ref.null $t)) (memory 1)
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call_ref $t (global.get $g)) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "call_ref of an element of an imported table",
        "table.get brings the host's function in",
        """(type $t (func)) (import "env" "t" (table 1 (ref null $t))) (memory 1)
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call_ref $t (table.get 0 (i32.const 0)))
          unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "call_ref of a function caught in an exception",
        "an exception may carry the host's function",
        """(type $t (func)) (tag $x (param (ref $t))) (import "env" "f" (func $f)) (memory 1)
        (func (export "e")
          (block $h (result (ref $t)) (try_table (catch $x $h) (call $f)) return)
          (drop (memory.grow (i32.const 1))) (call_ref $t) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "host's function stored in a private table",
        "what a parameter brings in, table.set makes callable",
        """(memory 1) (type $t (func)) (table 1 funcref)
        (func (export "set") (param funcref) (table.set (i32.const 0) (local.get 0)))
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $t) (i32.const 0)) unreachable)""",
        {"set": "unreachable", "e": "throw-only"},
    ),
    Case(
        "table.set without a reference from the host",
        "only functions of the module, of which none has the type",
        """(memory 1) (type $t (func)) (type $u (func (param i32))) (table 1 funcref)
        (elem declare func $other)
        (func $other (type $u))
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (table.set (i32.const 0) (ref.func $other))
          (call_indirect (type $t) (i32.const 0)) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "resume of a growing function",
        "a continuation runs a function whose reference was taken",
        """(memory 1) (type $t (func)) (type $c (cont $t)) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (resume $c (cont.new $c (ref.func $grow))))""",
        {"e": "reachable"},
    ),
    Case(
        "stack switching, growth then trap",
        "with stack switching the plain graph decides, as frames may be left in between",
        """(memory 1) (type $t (func)) (type $c (cont $t)) (tag $x)
        (func (export "e") (drop (memory.grow (i32.const 1))) (suspend $x) unreachable)""",
        {"e": "reachable"},
    ),
    Case(
        "stack switching, types only",
        "types alone switch no stack",
        """(memory 1) (type $t (func)) (type $c (cont $t)) (tag $x)
        (func (export "e") (drop (memory.grow (i32.const 1))) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "stack switching, capped",
        "max = min caps it here too",
        """(memory 1 1) (type $t (func)) (type $c (cont $t)) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (resume $c (cont.new $c (ref.func $grow))) unreachable)""",
        {"e": "capped"},
    ),
    Case(
        "stack switching, no path",
        "without a path nothing grows",
        """(memory 1) (type $t (func)) (type $c (cont $t)) (tag $x)
        (func $dead (drop (memory.grow (i32.const 1))))
        (func (export "e") (suspend $x))""",
        {"e": "unreachable"},
    ),
)
