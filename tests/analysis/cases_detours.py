"""Paths that leave handlers, join right before a call, or take other unusual detours."""

from tests.analysis.case import Case

_GROW = "(drop (memory.grow (i32.const 1)))"
_OLD = f"(memory 1) (tag $x) (func $g {_GROW} (throw $x))"
_NEW = f"{_OLD} (type $f (func)) (func $grow {_GROW}) (func $stops {_GROW} unreachable) (func $still)"
_JOINED = "(table 2 funcref) (elem (i32.const 0) $still $grow)"
_ASKED = f"(local $r funcref) (local.set $r (ref.func $still)) {_GROW}"

DETOURS = (
    Case(
        "tail call behind a handler",
        "the handler ends in front of it; inside, the frame is left before the callee runs",
        f"""{_NEW}
        (func (export "behind") (block $h (try_table (catch_all $h) (throw $x))) (return_call $grow))
        (func (export "inside") (block $h (try_table (catch_all $h) (return_call $g))))
        (func $caught (block $h (try_table (catch_all $h) (return_call $g))))
        (func (export "outside") (block $h (try_table (catch_all $h) (call $caught) unreachable)))""",
        {"behind": "reachable", "inside": "throw-only", "outside": "reachable"},
    ),
    Case(
        "exception kept in a global",
        "what was caught in one call can be thrown in another",
        f"""{_NEW} (global $e (mut exnref) (ref.null exn))
        (func (export "keep")
          (global.set $e (block $h (result exnref) (try_table (catch_all_ref $h) (call $g)) unreachable)))
        (func (export "again") {_GROW} (throw_ref (global.get $e)))
        (func (export "caught")
          (block $h (try_table (catch_all $h) {_GROW} (throw_ref (global.get $e)))) unreachable)""",
        {"keep": "reachable", "again": "throw-only", "caught": "trap-only"},
    ),
    Case(
        "constant index on one of two ways",
        "the constant right before the call is not the only operand that comes there",
        f"""{_NEW} {_JOINED}
        (func (export "block") (param i32)
          (block $b (result i32) (drop (br_if $b (i32.const 1) (local.get 0))) (i32.const 0)) (call_indirect))
        (func (export "if") (param i32)
          (i32.const 1)
          (if (param i32) (local.get 0) (then drop (call_indirect (i32.const 0))) (else (call_indirect))))
        (func (export "tail") (return_call_indirect (i32.const 0)))""",
        {"block": "reachable", "if": "reachable", "tail": "unreachable"},
    ),
    Case(
        "references asked for null and for their types",
        "each way to the label is a way out",
        f"""{_NEW} (elem declare func $still)
        (func (export "null") {_ASKED} (block $n (drop (br_on_null $n (local.get $r))) unreachable))
        (func (export "other")
          {_ASKED} (drop (block $n (result (ref func)) (br_on_non_null $n (local.get $r)) unreachable)))
        (func (export "cast") {_ASKED}
          (drop (block $n (result (ref $f))
            (drop (br_on_cast $n funcref (ref $f) (local.get $r))) unreachable)))
        (func (export "fail") {_ASKED}
          (drop (block $n (result funcref)
            (drop (br_on_cast_fail $n funcref (ref $f) (local.get $r))) unreachable)))""",
        dict.fromkeys(("null", "other", "cast", "fail"), "reachable"),
    ),
    Case(
        "functions out of an array",
        "a segment can fill it when it is made and later",
        f"""{_NEW} (type $a (array (mut funcref))) (elem $s func $grow)
        (func (export "made")
          (call_ref $f (ref.cast (ref $f)
            (array.get $a (array.new_elem $a $s (i32.const 0) (i32.const 1)) (i32.const 0)))))
        (func (export "filled") (local $r (ref null $a))
          (local.set $r (array.new_default $a (i32.const 1)))
          (array.init_elem $a $s (local.get $r) (i32.const 0) (i32.const 0) (i32.const 1))
          (call_ref $f (ref.cast (ref $f) (array.get $a (local.get $r) (i32.const 0)))) unreachable)""",
        {"made": "reachable", "filled": "trap-only"},
    ),
    Case(
        "start that grows and throws",
        "the instance is not made then, and yet the verdict is that of any function",
        f"""{_OLD} (start $g) (func (export "e"))""",
        {"e": "unreachable", "(start)": "throw-only"},
    ),
    Case(
        "legacy delegate to a try whose handler it stands in",
        "that try catches no more: the exception goes to what is around it",
        f"""{_OLD} (func (export "out") try $o throw $x catch_all try call $g delegate $o end)
        (func (export "caught") try try $o throw $x catch_all try call $g delegate $o end catch_all end)""",
        {"out": "throw-only", "caught": "reachable"},
    ),
    Case(
        "legacy delegate to what is no try",
        "the exception goes to what is around the block or the loop, and passes the try between",
        f"""{_OLD}
        (func (export "block") block $k try try call $g delegate $k catch_all unreachable end end)
        (func (export "loop") loop $k try try call $g delegate $k catch_all unreachable end end)
        (func (export "caught")
          try block $k try try call $g delegate $k catch_all unreachable end end catch_all end)
        (func (export "function") try try call $g delegate 1 catch_all unreachable end)""",
        {"block": "throw-only", "loop": "throw-only", "caught": "reachable", "function": "throw-only"},
    ),
    Case(
        "legacy rethrow that is delegated",
        "it is thrown where it stands, and goes where the try around it sends it",
        f"""{_OLD}
        (func (export "out") try $a throw $x catch $x try {_GROW} rethrow $a delegate $a end)
        (func (export "caught")
          try try $a throw $x catch $x try {_GROW} rethrow $a delegate $a end catch_all end)
        (func (export "stopped")
          try $z
            try $a throw $x catch $x try {_GROW} rethrow $a delegate $z end
          catch_all unreachable end)""",
        {"out": "throw-only", "caught": "reachable", "stopped": "trap-only"},
    ),
)
