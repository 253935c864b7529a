"""Calls other than direct ones: which functions `call_indirect` and `call_ref` can reach."""

from tests.analysis.case import Case

CALLS = (
    Case(
        "indirect, matching type",
        "the table holds a function of the type",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "indirect, other type",
        "a call by another type traps",
        """(memory 1) (type $t (func (param i32))) (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 7) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "same structure, two type indices",
        "types are equal by structure, not by index",
        """(memory 1) (type $a (func)) (type $b (func)) (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "alone and in a recursive group",
        "a type in a group differs from the same type alone",
        """(memory 1) (rec (type $a (func)) (type (struct))) (type $b (func))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "equal recursive groups",
        "the same place in two groups of the same structure is the same type",
        """(memory 1) (rec (type $a (func)) (type (struct))) (rec (type $b (func)) (type (struct)))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "two places in one group",
        "two types of one group are different types, even if they look alike",
        """(memory 1) (rec (type $a (func)) (type $b (func)))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "equal groups that refer to themselves",
        "a reference inside the group is compared by its place in the group",
        """(memory 1)
        (rec (type $a (func (param (ref null $sa)))) (type $sa (struct (field (ref null $a)))))
        (rec (type $b (func (param (ref null $sb)))) (type $sb (struct (field (ref null $b)))))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (ref.null $sb) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "groups that refer to different types",
        "a reference out of the group is compared by the type it names",
        """(memory 1) (type $x (struct (field i32))) (type $y (struct (field i64)))
        (type $a (func (param (ref null $x)))) (type $b (func (param (ref null $y))))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (ref.null $y) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "groups that refer to equal types",
        "a reference out of the group is compared by structure, not by index",
        """(memory 1) (type $x (struct (field i32))) (type $y (struct (field i32)))
        (type $a (func (param (ref null $x)))) (type $b (func (param (ref null $y))))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (ref.null $y) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "nullable and non-nullable parameter",
        "function types match by declared subtyping only, not by variance",
        """(memory 1) (type $x (struct))
        (type $a (func (param (ref null $x)))) (type $b (func (param (ref $x))))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (struct.new $x) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "declared subtype",
        "a function of a subtype may be called by the supertype",
        """(memory 1) (type $super (sub (func))) (type $sub (sub $super (func)))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $sub) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $super) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "subtype of a subtype",
        "subtyping goes over any number of steps",
        """(memory 1) (type $a (sub (func))) (type $b (sub $a (func))) (type $c (sub $b (func)))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $c) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $a) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "supertype",
        "a function of the supertype may not be called by the subtype",
        """(memory 1) (type $super (sub (func))) (type $sub (sub $super (func)))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $super) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $sub) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "subtypes that are equal by structure",
        "two declarations of the same subtype are one type",
        """(memory 1) (type $super (sub (func)))
        (type $a (sub $super (func))) (type $b (sub $super (func)))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $a) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $b) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "supertype named by an equal type",
        "the declared supertype is compared by structure as well",
        """(memory 1) (type $one (sub (func))) (type $other (sub (func)))
        (type $sub (sub $one (func)))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $sub) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $other) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "final and open",
        "whether a type is final is part of it",
        """(memory 1) (type $open (sub (func))) (type $final (func))
        (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (type $open) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $final) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "imported function that may be of a subtype",
        "the host may link a function of a subtype of the declared type, and it may throw",
        """(type $super (sub (func))) (type $sub (sub $super (func)))
        (import "env" "f" (func $f (type $super)))
        (memory 1) (table 1 funcref) (elem (i32.const 0) $f)
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $sub) (i32.const 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "imported function that may be of a subtype, at a computed index",
        "the same where the table is asked for any of its functions",
        """(type $super (sub (func))) (type $sub (sub $super (func)))
        (import "env" "f" (func $f (type $super)))
        (memory 1) (table 1 funcref) (elem (i32.const 0) $f)
        (func (export "e") (param i32) (drop (memory.grow (i32.const 1)))
          (call_indirect (type $sub) (local.get 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "imported function of an unrelated type",
        "no subtype of the one is a subtype of the other: the call traps",
        """(type $t (func)) (type $u (func (param i32)))
        (import "env" "f" (func $f (type $u)))
        (memory 1) (table 1 funcref) (elem (i32.const 0) $f)
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $t) (i32.const 0)) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "imported function of an exact type",
        "an exact import is of no subtype: the call traps",
        """(type $super (sub (func))) (type $sub (sub $super (func)))
        (import "env" "f" (func $f (exact (type $super))))
        (memory 1) (table 1 funcref) (elem (i32.const 0) $f)
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $sub) (i32.const 0)) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "indirect call that only traps",
        "a call without any possible target never returns",
        """(memory 1) (type $t (func)) (table 1 funcref)
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call_indirect (type $t) (i32.const 0)))""",
        {"e": "trap-only"},
    ),
    Case(
        "indirect targets that never return",
        "every function of the type in the table traps",
        """(memory 1) (type $t (func)) (table 2 funcref) (elem (i32.const 0) $a $b)
        (func $a unreachable) (func $b (loop (br 0)))
        (func (export "e")
          (drop (memory.grow (i32.const 1))) (call_indirect (type $t) (i32.const 0)))""",
        {"e": "trap-only"},
    ),
    Case(
        "one indirect target returns",
        "one possible target that returns is enough",
        """(memory 1) (type $t (func)) (table 2 funcref) (elem (i32.const 0) $a $b)
        (func $a unreachable) (func $b)
        (func (export "e") (param i32)
          (drop (memory.grow (i32.const 1))) (call_indirect (type $t) (local.get 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "endless recursion through a table",
        "no return through an indirect call either",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem (i32.const 0) $e)
        (func $e (export "e")
          (drop (memory.grow (i32.const 1))) (call_indirect (type $t) (i32.const 0)))""",
        {"e": "trap-only"},
    ),
    Case(
        "call_ref",
        "it calls any function of the type whose reference is taken",
        """(memory 1) (type $t (func)) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_ref $t (ref.func $grow)))""",
        {"e": "reachable"},
    ),
    Case(
        "call_ref, other type",
        "the reference taken is of another type",
        """(memory 1) (type $t (func)) (type $u (func (param i32))) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (drop (ref.func $grow)) (call_ref $u (i32.const 7) (ref.null $u)))""",
        {"e": "unreachable"},
    ),
    Case(
        "call_ref, function of a subtype",
        "a reference of the subtype is one of the supertype",
        """(memory 1) (type $super (sub (func))) (type $sub (sub $super (func)))
        (elem declare func $grow)
        (func $grow (type $sub) (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_ref $super (ref.func $grow)))""",
        {"e": "reachable"},
    ),
    Case(
        "call_ref of null",
        "no reference of the type is taken anywhere: it can only trap",
        """(memory 1) (type $t (func))
        (func (export "e") (drop (memory.grow (i32.const 1))) (call_ref $t (ref.null $t)))""",
        {"e": "trap-only"},
    ),
    Case(
        "call_ref of a reference kept in a global",
        "a global's initialiser takes a reference",
        """(memory 1) (type $t (func)) (global $g (ref $t) (ref.func $grow))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_ref $t (global.get $g)))""",
        {"e": "reachable"},
    ),
    Case(
        "call_ref of a reference kept in a struct",
        "wherever the reference travels, it was taken",
        """(memory 1) (type $t (func)) (type $s (struct (field (ref $t)))) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (call_ref $t (struct.get $s 0 (struct.new $s (ref.func $grow)))))""",
        {"e": "reachable"},
    ),
    Case(
        "call_ref of an element of a passive segment",
        "array.new_elem gets at functions that no table holds",
        """(memory 1) (type $t (func)) (type $a (array (ref $t)))
        (elem $s (ref $t) (item (ref.func $grow)))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (call_ref $t (array.get $a (array.new_elem $a $s (i32.const 0) (i32.const 1))
            (i32.const 0))))""",
        {"e": "reachable"},
    ),
    Case(
        "tail call",
        "a tail call's return is the caller's",
        """(memory 1)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (return_call $grow))""",
        {"e": "reachable"},
    ),
    Case(
        "tail call of abort after growth",
        "the frame is gone, and its successor never returns",
        """(memory 1)
        (func $abort unreachable)
        (func (export "e") (drop (memory.grow (i32.const 1))) (return_call $abort))""",
        {"e": "trap-only"},
    ),
    Case(
        "tail call after growth",
        "the successor returns for it",
        """(memory 1)
        (func $id (param i32) (result i32) (local.get 0))
        (func (export "e") (result i32) (return_call $id (memory.grow (i32.const 1)))
          unreachable)""",
        {"e": "reachable"},
    ),
    Case(
        "growth behind a tail call",
        "nothing follows a tail call",
        """(memory 1) (func $id)
        (func (export "e") (return_call $id) (drop (memory.grow (i32.const 1))))""",
        {"e": "trap-only"},
    ),
    Case(
        "endless tail calls",
        "a tail call of itself is a loop",
        """(memory 1)
        (func $e (export "e") (drop (memory.grow (i32.const 1))) (return_call $e))""",
        {"e": "trap-only"},
    ),
    Case(
        "indirect tail call",
        "return_call_indirect has the targets of call_indirect",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem (i32.const 0) $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (return_call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "tail call by reference",
        "return_call_ref has the targets of call_ref",
        """(memory 1) (type $t (func)) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (return_call_ref $t (ref.func $grow)))""",
        {"e": "reachable"},
    ),
    Case(
        "import called",
        "an unknown import doesn't grow the memory by itself",
        """(import "env" "f" (func $f)) (memory 1) (func (export "e") (call $f))""",
        {"e": "absent"},
    ),
    Case(
        "import exported again",
        "an imported function that is exported is an entry, with nothing known to grow in it",
        """(import "env" "f" (func $f)) (memory 1) (export "f" (func $f))
        (func $dead (drop (memory.grow (i32.const 1))))""",
        {"f": "unreachable"},
    ),
    Case(
        "import before the growth",
        "the import may return, and then the entry grows and returns",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e") (call $f) (drop (memory.grow (i32.const 1))))""",
        {"e": "reachable"},
    ),
)
