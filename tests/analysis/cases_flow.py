"""Control flow inside one function, and between functions that call directly."""

from tests.analysis.case import Case

FLOW = (
    Case(
        "no site",
        "nothing in the module grows",
        """(memory 1) (func (export "e"))""",
        {"e": "absent"},
    ),
    Case(
        "dead function",
        "a site exists, but no path leads to its function",
        """(memory 1) (func $dead (drop (memory.grow (i32.const 1)))) (func (export "e"))""",
        {"e": "unreachable"},
    ),
    Case(
        "direct",
        "grows and falls off the end",
        """(memory 1) (func (export "e") (drop (memory.grow (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "two calls deep",
        "each caller goes on after the call",
        """(memory 1)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func $middle (call $grow))
        (func (export "e") (call $middle))""",
        {"e": "reachable"},
    ),
    Case(
        "entry under two names",
        "each export is an entry of its own",
        """(memory 1)
        (func $e (export "a") (export "b") (drop (memory.grow (i32.const 1))))""",
        {"a": "reachable", "b": "reachable"},
    ),
    Case(
        "grow then trap",
        "after the growth nothing but the trap follows",
        """(memory 1) (func (export "e") (drop (memory.grow (i32.const 1))) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "callee grows, caller traps",
        "the growth comes back to the caller, which then traps; the callee alone returns",
        """(memory 1)
        (func $grow (export "grow") (drop (memory.grow (i32.const 1))))
        (func (export "e") (call $grow) unreachable)""",
        {"grow": "reachable", "e": "trap-only"},
    ),
    Case(
        "callee grows and traps",
        "the callee never returns, so neither does the caller after the growth",
        """(memory 1)
        (func $grow (drop (memory.grow (i32.const 1))) unreachable)
        (func (export "e") (param i32) (if (local.get 0) (then (call $grow))))""",
        {"e": "trap-only"},
    ),
    Case(
        "grow after unreachable",
        "the growth is dead code, but the plain graph counts dead code",
        """(memory 1) (func (export "e") unreachable (drop (memory.grow (i32.const 1))))""",
        {"e": "trap-only"},
    ),
    Case(
        "call of a grower after unreachable",
        "a dead call is an edge of the plain graph only",
        """(memory 1)
        (func $grow (drop (memory.grow (i32.const 1))))
        (func (export "e") unreachable (call $grow))""",
        {"e": "trap-only"},
    ),
    Case(
        "grow after return",
        "dead code in a function that returns",
        """(memory 1) (func (export "e") return (drop (memory.grow (i32.const 1))))""",
        {"e": "trap-only"},
    ),
    Case(
        "grow after br",
        "dead code up to the end of the block, live code after it",
        """(memory 1)
        (func (export "e") (block (br 0) (drop (memory.grow (i32.const 1)))))""",
        {"e": "trap-only"},
    ),
    Case(
        "live again after a dead end",
        "the end of a block that a branch leaves to is live",
        """(memory 1)
        (func (export "e") (block (br 0) unreachable) (drop (memory.grow (i32.const 1))))""",
        {"e": "reachable"},
    ),
    Case(
        "dead blocks after the trap",
        "blocks nested in dead code stay dead and don't bring the function back",
        """(memory 1)
        (func (export "e")
          (drop (memory.grow (i32.const 1))) unreachable
          (block (block (nop)) (loop (nop))) (if (i32.const 0) (then (nop)) (else (nop))))""",
        {"e": "trap-only"},
    ),
    Case(
        "if with one returning branch",
        "the condition can go either way",
        """(memory 1)
        (func (export "e") (param i32)
          (drop (memory.grow (i32.const 1)))
          (if (local.get 0) (then (return)) (else unreachable))
          unreachable)""",
        {"e": "reachable"},
    ),
    Case(
        "if with two trapping branches",
        "neither branch returns",
        """(memory 1)
        (func (export "e") (param i32)
          (drop (memory.grow (i32.const 1)))
          (if (local.get 0) (then unreachable) (else unreachable)))""",
        {"e": "trap-only"},
    ),
    Case(
        "if without else, trapping",
        "without an else the condition 0 goes straight on",
        """(memory 1)
        (func (export "e") (param i32)
          (drop (memory.grow (i32.const 1))) (if (local.get 0) (then unreachable)))""",
        {"e": "reachable"},
    ),
    Case(
        "growth and trap in the then branch",
        "the way that returns hasn't grown",
        """(memory 1)
        (func (export "e") (param i32)
          (if (local.get 0) (then (drop (memory.grow (i32.const 1))) unreachable) (else nop)))""",
        {"e": "trap-only"},
    ),
    Case(
        "growth in the else branch",
        "the trap is in the other branch",
        """(memory 1)
        (func (export "e") (param i32)
          (if (local.get 0) (then unreachable) (else (drop (memory.grow (i32.const 1))))))""",
        {"e": "reachable"},
    ),
    Case(
        "growth in the then branch, trap in the else branch",
        "the end of the then branch jumps over the else branch",
        """(memory 1)
        (func (export "e") (param i32)
          (if (local.get 0) (then (drop (memory.grow (i32.const 1)))) (else unreachable)))""",
        {"e": "reachable"},
    ),
    Case(
        "growth as a condition",
        "the result -1 tells a failed growth; the definition doesn't look at values",
        """(memory 1)
        (func (export "e")
          (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable)))""",
        {"e": "reachable"},
    ),
    Case(
        "branch out of an if",
        "an if is a label too",
        """(memory 1)
        (func (export "e") (param i32)
          (drop (memory.grow (i32.const 1)))
          (if (local.get 0) (then (br 0)) (else unreachable)))""",
        {"e": "reachable"},
    ),
    Case(
        "branch over the trap",
        "the branch leaves the block past the trap",
        """(memory 1)
        (func (export "e") (param i32)
          (block $out
            (drop (memory.grow (i32.const 1))) (br_if $out (local.get 0)) unreachable))""",
        {"e": "reachable"},
    ),
    Case(
        "branch before the growth",
        "the way that returns hasn't grown",
        """(memory 1)
        (func (export "e") (param i32)
          (block $out
            (br_if $out (local.get 0)) (drop (memory.grow (i32.const 1))) unreachable))""",
        {"e": "trap-only"},
    ),
    Case(
        "branch to the outer block",
        "label 1 skips the trap behind the inner block",
        """(memory 1)
        (func (export "e")
          (block $outer (block $inner (drop (memory.grow (i32.const 1))) (br $outer)) unreachable))
        """,
        {"e": "reachable"},
    ),
    Case(
        "branch to the inner block",
        "label 0 lands before the trap",
        """(memory 1)
        (func (export "e")
          (block $outer (block $inner (drop (memory.grow (i32.const 1))) (br $inner)) unreachable))
        """,
        {"e": "trap-only"},
    ),
    Case(
        "branch to the function's label",
        "the outermost label is the function itself: a return",
        """(memory 1)
        (func (export "e") (block (drop (memory.grow (i32.const 1))) (br 1)) unreachable)""",
        {"e": "reachable"},
    ),
    Case(
        "br_table, default returns",
        "the default is a target like the others",
        """(memory 1)
        (func (export "e") (param i32)
          (block $out (block $trap
            (drop (memory.grow (i32.const 1))) (br_table $trap $trap $out (local.get 0)))
            unreachable))""",
        {"e": "reachable"},
    ),
    Case(
        "br_table, first label returns",
        "every label is a target",
        """(memory 1)
        (func (export "e") (param i32)
          (block $out (block $trap
            (drop (memory.grow (i32.const 1))) (br_table $out $trap $trap (local.get 0)))
            unreachable))""",
        {"e": "reachable"},
    ),
    Case(
        "br_table with nothing but a default",
        "an empty vector of labels still has a default",
        """(memory 1)
        (func (export "e") (param i32)
          (block $out (drop (memory.grow (i32.const 1))) (br_table $out (local.get 0)) unreachable)
          )""",
        {"e": "reachable"},
    ),
    Case(
        "br_table to traps",
        "no target returns, and br_table has no way on",
        """(memory 1)
        (func (export "e") (param i32)
          (block $b (block $a
            (drop (memory.grow (i32.const 1))) (br_table $a $b $a (local.get 0)))
            unreachable)
          unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "endless loop after the growth",
        "a loop without a way out never leaves",
        """(memory 1) (func (export "e") (drop (memory.grow (i32.const 1))) (loop (br 0)))""",
        {"e": "trap-only"},
    ),
    Case(
        "endless loop around the growth",
        "the back edge leads only to the loop's head",
        """(memory 1) (func (export "e") (loop (drop (memory.grow (i32.const 1))) (br 0)))""",
        {"e": "trap-only"},
    ),
    Case(
        "loop that ends",
        "when the back edge isn't taken the loop is left",
        """(memory 1)
        (func (export "e") (param i32)
          (loop $again (drop (memory.grow (i32.const 1))) (br_if $again (local.get 0))))""",
        {"e": "reachable"},
    ),
    Case(
        "growth at the loop's end, way out at its head",
        "the second round leaves with the growth of the first",
        """(memory 1)
        (func (export "e") (param i32)
          (block $out (loop $again
            (br_if $out (local.get 0)) (drop (memory.grow (i32.const 1))) (br $again))))""",
        {"e": "reachable"},
    ),
    Case(
        "trap behind a loop",
        "the loop can be left, into the trap only",
        """(memory 1)
        (func (export "e") (param i32)
          (loop $again (drop (memory.grow (i32.const 1))) (br_if $again (local.get 0)))
          unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "way out before an endless loop that grows",
        "who is in the loop stays there; who returns hasn't grown",
        """(memory 1)
        (func (export "e") (param i32)
          (if (local.get 0) (then (return)))
          (loop (drop (memory.grow (i32.const 1))) (br 0)))""",
        {"e": "trap-only"},
    ),
    Case(
        "branch from a loop to the block around it",
        "a loop's label is its head, a block's its end",
        """(memory 1)
        (func (export "e")
          (block $out (loop $again (drop (memory.grow (i32.const 1))) (br $out) (br $again))
            unreachable))""",
        {"e": "reachable"},
    ),
    Case(
        "return in nested loops",
        "return leaves everything at once",
        """(memory 1)
        (func (export "e") (param i32)
          (loop $a (loop $b
            (drop (memory.grow (i32.const 1))) (if (local.get 0) (then (return))) (br $b)) (br $a)))
        """,
        {"e": "reachable"},
    ),
    Case(
        "helper that never returns",
        "what follows a call of abort is dead",
        """(memory 1)
        (func $abort unreachable)
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $abort))""",
        {"e": "trap-only"},
    ),
    Case(
        "helper that never returns, before the growth",
        "the growth is never executed, though a path in the plain graph leads to it",
        """(memory 1)
        (func $abort unreachable)
        (func (export "e") (call $abort) (drop (memory.grow (i32.const 1))))""",
        {"e": "trap-only"},
    ),
    Case(
        "growth as an argument of abort",
        "the operand is evaluated before the call",
        """(memory 1)
        (func $abort (param i32) unreachable)
        (func (export "e") (call $abort (memory.grow (i32.const 1))))""",
        {"e": "trap-only"},
    ),
    Case(
        "helper that may return",
        "one way of returning is enough",
        """(memory 1)
        (func $check (param i32) (if (local.get 0) (then unreachable)))
        (func (export "e") (param i32) (drop (memory.grow (i32.const 1)))
          (call $check (local.get 0)))""",
        {"e": "reachable"},
    ),
    Case(
        "no return by endless mutual recursion",
        "least fixpoint: neither function returns",
        """(memory 1)
        (func $ping (call $pong)) (func $pong (call $ping))
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $ping))""",
        {"e": "trap-only"},
    ),
    Case(
        "mutual recursion with a way out",
        "a base case in one of them lets both return",
        """(memory 1)
        (func $ping (param i32) (call $pong (local.get 0)))
        (func $pong (param i32) (if (local.get 0) (then (call $ping (i32.const 0)))))
        (func (export "e") (drop (memory.grow (i32.const 1))) (call $ping (i32.const 1)))""",
        {"e": "reachable"},
    ),
    Case(
        "endless recursion that grows",
        "it grows again and again and never comes back",
        """(memory 1)
        (func $e (export "e") (drop (memory.grow (i32.const 1))) (call $e))""",
        {"e": "trap-only"},
    ),
    Case(
        "recursion, growth on the way back",
        "the growth follows the inner call, which may return by the base case",
        """(memory 1)
        (func $e (export "e") (param i32)
          (if (local.get 0) (then (call $e (i32.const 0)) (drop (memory.grow (i32.const 1))))))""",
        {"e": "reachable"},
    ),
    Case(
        "long chain, trap at the top",
        "the only caller that goes on is the last one, and it traps",
        """(memory 1)
        (func $a (drop (memory.grow (i32.const 1))))
        (func $b (call $a)) (func $c (call $b)) (func $d (call $c))
        (func (export "e") (call $d) unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "br_on_null over the trap",
        "a null reference takes the branch",
        """(memory 1) (table 1 funcref)
        (func (export "e")
          (block $out (drop (memory.grow (i32.const 1)))
            (drop (br_on_null $out (table.get 0 (i32.const 0)))) unreachable))""",
        {"e": "reachable"},
    ),
    Case(
        "br_on_null to a trap, and on to a trap",
        "neither way returns",
        """(memory 1) (table 1 funcref)
        (func (export "e")
          (block $out (drop (memory.grow (i32.const 1)))
            (drop (br_on_null $out (table.get 0 (i32.const 0)))) unreachable)
          unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "br_on_null, not null",
        "a reference goes on",
        """(memory 1) (table 1 funcref)
        (func (export "e")
          (block $out (drop (memory.grow (i32.const 1)))
            (drop (br_on_null $out (table.get 0 (i32.const 0)))) return)
          unreachable)""",
        {"e": "reachable"},
    ),
    Case(
        "br_on_non_null over the trap",
        "a reference takes the branch",
        """(memory 1) (table 1 funcref)
        (func (export "e")
          (block $out (result (ref func)) (drop (memory.grow (i32.const 1)))
            (br_on_non_null $out (table.get 0 (i32.const 0))) unreachable)
          drop)""",
        {"e": "reachable"},
    ),
    Case(
        "br_on_cast over the trap",
        "a value of the wanted type takes the branch",
        """(memory 1)
        (func (export "e") (param anyref)
          (block $out (result (ref i31)) (drop (memory.grow (i32.const 1)))
            (br_on_cast $out anyref (ref i31) (local.get 0)) unreachable)
          drop)""",
        {"e": "reachable"},
    ),
    Case(
        "br_on_cast_fail over the trap",
        "a value of another type takes the branch",
        """(memory 1)
        (func (export "e") (param anyref)
          (block $out (result anyref) (drop (memory.grow (i32.const 1)))
            (br_on_cast_fail $out anyref (ref i31) (local.get 0)) unreachable)
          drop)""",
        {"e": "reachable"},
    ),
    Case(
        "an instruction that may trap",
        "a division is no certain trap",
        """(memory 1)
        (func (export "e") (result i32)
          (drop (memory.grow (i32.const 1))) (i32.div_u (i32.const 1) (i32.const 0)))""",
        {"e": "reachable"},
    ),
)
