"""Exceptions as in WebAssembly 3.0: `throw`, `throw_ref`, `try_table`, and imports that throw."""

from tests.analysis.case import Case

EXCEPTIONS = (
    Case(
        "grow then throw",
        "the exception leaves the entry with the memory grown",
        """(memory 1) (tag $x) (func (export "e") (drop (memory.grow (i32.const 1))) (throw $x))""",
        {"e": "throw-only"},
    ),
    Case(
        "throw then grow",
        "the growth behind the throw is dead",
        """(memory 1) (tag $x) (func (export "e") (throw $x) (drop (memory.grow (i32.const 1))))""",
        {"e": "trap-only"},
    ),
    Case(
        "callee throws after growth",
        "an exception passes through a caller without handlers",
        """(memory 1) (tag $x)
        (func $f (drop (memory.grow (i32.const 1))) (throw $x))
        (func (export "e") (call $f))""",
        {"e": "throw-only"},
    ),
    Case(
        "growth, then a callee that always throws",
        "the callee doesn't return, it throws",
        """(memory 1) (tag $x) (func $f (throw $x))
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $f))""",
        {"e": "throw-only"},
    ),
    Case(
        "growth, then an import, then a trap",
        "an unknown import may throw",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $f) unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "growth, then a trusted import, then a trap",
        "a trusted import doesn't throw",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $f) unreachable)""",
        {"e": "trap-only"},
        trusted=("env.f",),
    ),
    Case(
        "growth, then a trusted and another import",
        "trust is per import",
        """(import "env" "f" (func $f)) (import "env" "g" (func $g)) (memory 1)
        (func (export "f") (drop (memory.grow (i32.const 1))) (call $f) unreachable)
        (func (export "g") (drop (memory.grow (i32.const 1))) (call $g) unreachable)""",
        {"f": "trap-only", "g": "throw-only"},
        trusted=("env.f",),
    ),
    Case(
        "import before the growth, then a trap",
        "its exception leaves before anything has grown",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e") (call $f) (drop (memory.grow (i32.const 1))) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "growth, then a helper that calls an import and traps",
        "the panic function of a standard library: it may throw out of its import",
        """(import "env" "log" (func $log)) (memory 1)
        (func $panic (call $log) unreachable)
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $panic))""",
        {"e": "throw-only"},
    ),
    Case(
        "growth in a panic function",
        "the growth is followed by nothing but a trap, on every way",
        """(import "env" "log" (func $log)) (memory 1)
        (func $alloc (drop (memory.grow (i32.const 1))))
        (func $panic (call $log) (call $alloc) unreachable)
        (func (export "e") (param i32) (if (local.get 0) (then (call $panic))))""",
        {"e": "trap-only"},
    ),
    Case(
        "exported import that may throw",
        "the import itself doesn't grow",
        """(import "env" "f" (func $f)) (memory 1) (export "f" (func $f))
        (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"f": "unreachable", "e": "reachable"},
    ),
    Case(
        "catch_all",
        "the handler takes the exception and the entry returns",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (try_table (catch_all $h) (drop (memory.grow (i32.const 1))) (throw $x))))""",
        {"e": "reachable"},
    ),
    Case(
        "catch_all, then a trap",
        "catch_all is sure to catch, so nothing is left but the trap",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (try_table (catch_all $h) (drop (memory.grow (i32.const 1))) (throw $x)))
          unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "catch of the tag",
        "the handler may take it",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (try_table (catch $x $h) (drop (memory.grow (i32.const 1))) (throw $x))))""",
        {"e": "reachable"},
    ),
    Case(
        "catch of a tag, then a trap",
        "tags aren't compared: the exception may also pass the handler",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (try_table (catch $x $h) (drop (memory.grow (i32.const 1))) (throw $x)))
          unreachable)""",
        {"e": "throw-only"},
    ),
    Case(
        "catch of another tag",
        "tags aren't compared: an imported tag could be the same one",
        """(import "env" "x" (tag $x)) (import "env" "y" (tag $y)) (memory 1)
        (func (export "e")
          (block $h (try_table (catch $y $h) (drop (memory.grow (i32.const 1))) (throw $x))))""",
        {"e": "reachable"},
    ),
    Case(
        "catch with a value",
        "the thrown value travels to the label",
        """(memory 1) (tag $x (param i32))
        (func (export "e") (result i32)
          (block $h (result i32)
            (try_table (catch $x $h) (throw $x (memory.grow (i32.const 1)))) unreachable))""",
        {"e": "reachable"},
    ),
    Case(
        "catch_ref",
        "the handler gets the exception and drops it",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (result exnref)
            (try_table (catch_ref $x $h) (drop (memory.grow (i32.const 1))) (throw $x))
            unreachable)
          drop)""",
        {"e": "reachable"},
    ),
    Case(
        "catch_all_ref",
        "it catches all, and the entry returns",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (result exnref)
            (try_table (catch_all_ref $h) (drop (memory.grow (i32.const 1))) (throw $x))
            unreachable)
          drop)""",
        {"e": "reachable"},
    ),
    Case(
        "catch_all_ref, thrown again",
        "throw_ref passes the exception on",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (result exnref)
            (try_table (catch_all_ref $h) (drop (memory.grow (i32.const 1))) (throw $x))
            unreachable)
          throw_ref)""",
        {"e": "throw-only"},
    ),
    Case(
        "catch_all_ref, then a trap",
        "it is sure to catch",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (result exnref)
            (try_table (catch_all_ref $h) (drop (memory.grow (i32.const 1))) (throw $x))
            unreachable)
          drop unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "throw_ref of null",
        "it traps in fact, but counts as a throw",
        """(memory 1)
        (func (export "e") (drop (memory.grow (i32.const 1))) (throw_ref (ref.null exn)))""",
        {"e": "throw-only"},
    ),
    Case(
        "trap inside try_table",
        "a trap is no exception: nothing catches it",
        """(memory 1)
        (func (export "e")
          (block $h (try_table (catch_all $h) (drop (memory.grow (i32.const 1))) unreachable)))""",
        {"e": "trap-only"},
    ),
    Case(
        "handler that leads to the loop's head",
        "the label of a loop is its head: the loop never ends",
        """(memory 1) (tag $x)
        (func (export "e")
          (loop $again
            (try_table (catch_all $again) (drop (memory.grow (i32.const 1))) (throw $x))))""",
        {"e": "trap-only"},
    ),
    Case(
        "handler that returns",
        "the outermost label is the function's",
        """(memory 1) (tag $x)
        (func (export "e")
          (try_table (catch_all 0) (drop (memory.grow (i32.const 1))) (throw $x)) unreachable)""",
        {"e": "reachable"},
    ),
    Case(
        "handler's label is counted from outside",
        "a try_table's own label doesn't count in its clauses",
        """(memory 1) (tag $x)
        (func (export "outer")
          (block $a (block $b
            (try_table (catch_all 1) (drop (memory.grow (i32.const 1))) (throw $x))) unreachable))
        (func (export "inner")
          (block $a (block $b
            (try_table (catch_all 0) (drop (memory.grow (i32.const 1))) (throw $x))) unreachable))
        """,
        {"outer": "reachable", "inner": "trap-only"},
    ),
    Case(
        "branch out of a try_table",
        "a try_table is a label for branches",
        """(memory 1)
        (func (export "e")
          (block $h
            (try_table (catch_all $h) (drop (memory.grow (i32.const 1))) (br 0) unreachable))
          )""",
        {"e": "reachable"},
    ),
    Case(
        "inner catch, outer catch_all",
        "what passes the inner handler is caught by the outer one; both handlers trap",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $outer
            (try_table (catch_all $outer)
              (block $inner
                (try_table (catch $x $inner) (drop (memory.grow (i32.const 1))) (throw $x)))
              unreachable))
          unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "inner catch traps, outer catch_all returns",
        "the exception may pass the inner handler",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $outer
            (try_table (catch_all $outer)
              (block $inner
                (try_table (catch $x $inner) (drop (memory.grow (i32.const 1))) (throw $x)))
              unreachable)))""",
        {"e": "reachable"},
    ),
    Case(
        "inner catch_all hides the outer one",
        "the first catch_all takes every exception",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $outer
            (try_table (catch_all $outer)
              (block $inner
                (try_table (catch_all $inner) (drop (memory.grow (i32.const 1))) (throw $x)))
              unreachable)))""",
        {"e": "trap-only"},
    ),
    Case(
        "clause behind catch_all",
        "clauses are tried in order; what stands behind catch_all is never reached",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $out (block $trap
            (try_table (catch_all $trap) (catch $x $out)
              (drop (memory.grow (i32.const 1))) (throw $x)))
            unreachable))""",
        {"e": "trap-only"},
    ),
    Case(
        "clause before catch_all",
        "a clause before catch_all may match",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $out (block $trap
            (try_table (catch $x $out) (catch_all $trap)
              (drop (memory.grow (i32.const 1))) (throw $x)))
            unreachable))""",
        {"e": "reachable"},
    ),
    Case(
        "throw outside the try_table",
        "the handler covers only what is inside",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (try_table (catch_all $h) (drop (memory.grow (i32.const 1))))) (throw $x))""",
        {"e": "throw-only"},
    ),
    Case(
        "exception caught by the caller",
        "the callee grows and throws, the caller catches and returns",
        """(memory 1) (tag $x)
        (func $f (export "f") (drop (memory.grow (i32.const 1))) (throw $x))
        (func (export "e") (block $h (try_table (catch_all $h) (call $f))))""",
        {"f": "throw-only", "e": "reachable"},
    ),
    Case(
        "exception caught two callers up",
        "it passes the one in between",
        """(memory 1) (tag $x)
        (func $f (drop (memory.grow (i32.const 1))) (throw $x))
        (func $g (call $f) unreachable)
        (func (export "e") (block $h (try_table (catch $x $h) (call $g))))""",
        {"e": "reachable"},
    ),
    Case(
        "caller catches and traps",
        "nothing but the trap follows",
        """(memory 1) (tag $x)
        (func $f (drop (memory.grow (i32.const 1))) (throw $x))
        (func (export "e") (block $h (try_table (catch_all $h) (call $f))) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "growth in the handler",
        "the exception comes first, the growth after it",
        """(memory 1) (tag $x)
        (func (export "e")
          (block $h (try_table (catch_all $h) (throw $x)))
          (drop (memory.grow (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "only the way without growth is caught",
        "the import throws before the growth; what follows the growth traps",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e")
          (block $h (try_table (catch_all $h)
            (call $f) (drop (memory.grow (i32.const 1))) unreachable)))""",
        {"e": "trap-only"},
    ),
    Case(
        "the import's exception is caught after the growth",
        "the handler brings the entry back",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e")
          (block $h (try_table (catch_all $h)
            (drop (memory.grow (i32.const 1))) (call $f) unreachable)))""",
        {"e": "reachable"},
    ),
    Case(
        "the trusted import has no exception to catch",
        "without an exception the handler is never reached",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e")
          (block $h (try_table (catch_all $h)
            (drop (memory.grow (i32.const 1))) (call $f) unreachable)))""",
        {"e": "trap-only"},
        trusted=("env.f",),
    ),
    Case(
        "the import's exception is caught, then a trap",
        "catch_all keeps the import's exception inside",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e") (drop (memory.grow (i32.const 1)))
          (block $h (try_table (catch_all $h) (call $f))) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "helper that catches its own exception",
        "the helper returns whatever happens, and throws nothing",
        """(import "env" "f" (func $f)) (memory 1)
        (func $quiet (block $h (try_table (catch_all $h) (call $f))))
        (func (export "traps") (drop (memory.grow (i32.const 1))) (call $quiet) unreachable)
        (func (export "returns") (drop (memory.grow (i32.const 1))) (call $quiet))""",
        {"traps": "trap-only", "returns": "reachable"},
    ),
    Case(
        "handler in a function that can't throw",
        "the callee throws nothing, so the handler is dead",
        """(memory 1) (func $calm)
        (func (export "e")
          (block $h
            (try_table (catch_all $h) (drop (memory.grow (i32.const 1))) (call $calm) unreachable)
          ))""",
        {"e": "trap-only"},
    ),
    Case(
        "tail call inside try_table",
        "the frame and its handlers are gone before the callee throws",
        """(memory 1) (tag $x) (func $f (throw $x))
        (func (export "tail")
          (block $h
            (try_table (catch_all $h) (drop (memory.grow (i32.const 1))) (return_call $f))))
        (func (export "plain")
          (block $h (try_table (catch_all $h) (drop (memory.grow (i32.const 1))) (call $f))))""",
        {"tail": "throw-only", "plain": "reachable"},
    ),
    Case(
        "tail call of a function that grows and throws",
        "its exception is the caller's",
        """(memory 1) (tag $x)
        (func $f (drop (memory.grow (i32.const 1))) (throw $x))
        (func (export "e") (block $h (try_table (catch_all $h) (return_call $f))))""",
        {"e": "throw-only"},
    ),
    Case(
        "caller catches around a tail call's frame",
        "the handler of the frame below still stands",
        """(memory 1) (tag $x)
        (func $f (drop (memory.grow (i32.const 1))) (throw $x))
        (func $g (return_call $f))
        (func (export "e") (block $h (try_table (catch_all $h) (call $g))) )""",
        {"e": "reachable"},
    ),
    Case(
        "throw in dead code",
        "a throw that is never executed makes no exception",
        """(memory 1) (tag $x) (func $f unreachable (throw $x))
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $f))""",
        {"e": "trap-only"},
    ),
    Case(
        "recursion that only throws",
        "the exception of the base case comes out of every level",
        """(memory 1) (tag $x)
        (func $f (param i32) (if (local.get 0) (then (call $f (i32.const 0)))) (throw $x))
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $f (i32.const 1)))""",
        {"e": "throw-only"},
    ),
    Case(
        "one way returns, another throws",
        "the worse of the two counts",
        """(memory 1) (tag $x)
        (func (export "e") (param i32)
          (drop (memory.grow (i32.const 1))) (if (local.get 0) (then (throw $x))))""",
        {"e": "reachable"},
    ),
)
