"""What a private table can hold: segments, initialisers, and instructions that write tables."""

from tests.analysis.case import Case

TABLES = (
    Case(
        "two tables, the other one",
        "a table holds only what was put into it",
        """(memory 1) (type $t (func)) (table $a 1 funcref) (table $b 1 funcref)
        (elem (table $b) (i32.const 0) func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "a") (call_indirect $a (type $t) (i32.const 0)))
        (func (export "b") (call_indirect $b (type $t) (i32.const 0)))""",
        {"a": "unreachable", "b": "reachable"},
    ),
    Case(
        "segment of expressions",
        "an active segment may hold expressions instead of indices",
        """(memory 1) (type $t (func)) (table 2 funcref)
        (elem (i32.const 0) funcref (item (ref.null func)) (item (ref.func $grow)))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 1)))""",
        {"e": "reachable"},
    ),
    Case(
        "segment item from a global",
        "an element's expression may read an immutable global",
        """(memory 1) (type $t (func)) (table 1 funcref) (global $g funcref (ref.func $grow))
        (elem (i32.const 0) funcref (item (global.get $g)))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "segment item from a global of a global",
        "globals may be initialised from earlier globals",
        """(memory 1) (type $t (func)) (table 1 funcref)
        (global $g funcref (ref.func $grow)) (global $h funcref (global.get $g))
        (elem (i32.const 0) funcref (item (global.get $h)))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "passive segment, never used",
        "a passive segment puts nothing anywhere by itself",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "passive segment with table.init",
        "table.init copies the segment into the table",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem $s func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.init $s (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.init of another segment",
        "only the segment named is copied",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem $s func $grow) (elem $other func $id)
        (func $grow (drop (memory.grow (i32.const 1)))) (func $id)
        (func (export "e")
          (table.init $other (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect (type $t) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "table.init of another table",
        "only the table named is written",
        """(memory 1) (type $t (func)) (table $a 1 funcref) (table $b 1 funcref)
        (elem $s func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.init $b $s (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect $a (type $t) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "declarative segment",
        "a declarative segment fills no table",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "table.set",
        "a reference written into the table can be called through it",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.set (i32.const 0) (ref.func $grow))
          (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.set of a global's reference",
        "the reference was taken in a global's initialiser",
        """(memory 1) (type $t (func)) (table 1 funcref) (global $g (mut funcref) (ref.func $grow))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.set (i32.const 0) (global.get $g)) (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.set of a reference from another table",
        "table.get and table.set move functions between tables",
        """(memory 1) (type $t (func)) (table $a 1 funcref) (table $b 1 funcref)
        (elem (table $b) (i32.const 0) func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.set $a (i32.const 0) (table.get $b (i32.const 0)))
          (call_indirect $a (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.set in a later call",
        "what one entry writes another may call",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "set") (table.set (i32.const 0) (ref.func $grow)))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"set": "unreachable", "e": "reachable"},
    ),
    Case(
        "table.fill",
        "table.fill writes a reference",
        """(memory 1) (type $t (func)) (table 1 funcref) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.fill (i32.const 0) (ref.func $grow) (i32.const 1))
          (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.grow",
        "table.grow writes a reference, and is no memory.grow",
        """(memory 1) (type $t (func)) (table 0 funcref) (elem declare func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (drop (table.grow (ref.func $grow) (i32.const 1)))
          (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.grow alone",
        "growing a table detaches nothing",
        """(memory 1) (table 0 funcref)
        (func (export "e") (drop (table.grow (ref.null func) (i32.const 1))))""",
        {"e": "absent"},
    ),
    Case(
        "table.copy",
        "the source's functions get into the target",
        """(memory 1) (type $t (func)) (table $a 1 funcref) (table $b 1 funcref)
        (elem (table $b) (i32.const 0) func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect $a (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table.copy the other way",
        "the target's functions don't get into the source",
        """(memory 1) (type $t (func)) (table $a 1 funcref) (table $b 1 funcref)
        (elem (table $b) (i32.const 0) func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.copy $b $a (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect $a (type $t) (i32.const 0)))""",
        {"e": "unreachable"},
    ),
    Case(
        "table.copy along a chain",
        "copies in any order carry a function on, over several calls",
        """(memory 1) (type $t (func))
        (table $a 1 funcref) (table $b 1 funcref) (table $c 1 funcref)
        (elem (table $c) (i32.const 0) func $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e")
          (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 1))
          (table.copy $b $c (i32.const 0) (i32.const 0) (i32.const 1))
          (call_indirect $a (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table initialiser",
        "every element starts as the initialiser's value",
        """(memory 1) (type $t (func)) (table 1 funcref (ref.func $grow))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table initialiser from an imported global",
        "the host's function is in the table: it may throw",
        """(import "env" "g" (global $g funcref))
        (memory 1) (type $t (func)) (table 1 funcref (global.get $g))
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (call_indirect (type $t) (i32.const 0)) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "table with 64-bit indices",
        "the table's index type changes nothing",
        """(memory 1) (type $t (func)) (table i64 1 funcref) (elem (i64.const 0) $grow)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i64.const 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "table of typed references",
        "a typed table is followed like a table of funcref",
        """(memory 1) (type $t (func)) (table 1 (ref null $t))
        (elem (table 0) (i32.const 0) (ref null $t) (item (ref.func $grow)))
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") (call_indirect (type $t) (i32.const 0)))""",
        {"e": "reachable"},
    ),
)
