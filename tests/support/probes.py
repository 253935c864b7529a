"""Generates probes: entry points whose verdict depends on a single edge of the graph.

The soundness test adds them to the modules of `generate.py`. In a module with many paths, another edge often
makes up for one that the prover loses; in a probe, none does.
"""

import random

HELPERS = """(func $grows (param i32) (drop (memory.grow $m0 (i32.const 1))))
(func $grows_throws (param i32) (drop (memory.grow $m0 (i32.const 1))) (throw $x))
(func $throws (param i32) (throw $x))
(func $throws_sometimes (param i32) (if (local.get 0) (then (throw $y (local.get 0)))))
(func $throws_deep (param i32) (call $throws_deeper (local.get 0)))
(func $throws_deeper (param i32) (call $throws (local.get 0)))
(func $never (param i32) unreachable)
(table $from 4 funcref) (table $to 4 funcref)
(elem (table $from) (i32.const 0) func $grows $grows_throws $grows $never)
(elem $held func $never $grows $grows_throws $grows)
(elem declare func $grows $grows_throws)"""

ARGUMENT = "(local.get 0)"
GROW = "(drop (memory.grow $m0 (i32.const 1)))"


class Prober:
    """Writes probes with the choices of a random generator."""

    def __init__(self, generator: random.Random) -> None:
        self.random = generator
        self.labels = 0

    def probes(self) -> str:
        """Return helpers and one to three probes, exported as `p0`, `p1`, ... (i32 to nothing)."""
        count = self.random.randint(1, 3)
        return "\n".join((HELPERS, *(self.probe(index) for index in range(count))))

    def probe(self, index: int) -> str:
        body = self.action()
        for _ in range(self.random.randint(1, 2)):
            body = self.around(body)
        return f'(func $p{index} (export "p{index}") (param i32) (local i32)\n  {body} {self.after()})'

    def label(self) -> str:
        self.labels += 1
        return f"$p{self.labels}"

    def after(self) -> str:
        endings = ("nop", "unreachable", "(throw $x)", f"(call $never {ARGUMENT})", "(return)")
        return self.random.choice((*endings, f"(call $throws_deep {ARGUMENT})"))

    def action(self) -> str:
        """Return a growth in the probe or in a function that it calls."""
        return self.random.choice((self.directly, self.directly, self.by_call, self.by_table))()

    def directly(self) -> str:
        then = ("", "(throw $x)", f"(throw $y {ARGUMENT})", f"(call $throws_sometimes {ARGUMENT})")
        return f"{GROW} {self.random.choice(then)}"

    def by_call(self) -> str:
        name, tail = self.random.choice(("$grows", "$grows_throws")), self.random.choice(("", "return_"))
        if self.random.random() < 0.3:
            return f"({tail}call_ref $plain {ARGUMENT} (ref.func {name}))"
        return f"({tail}call {name} {ARGUMENT})"

    def by_table(self) -> str:
        """Return a call through a table into which the instruction before writes the growing function."""
        index = self.random.randrange(4)
        at = f"(i32.const {index})"
        count, value = "(i32.const 1)", f"(ref.func {self.random.choice(('$grows', '$grows_throws'))})"
        write = self.random.choice(
            (
                f"(table.copy $to $from {at} {at} {count})",
                f"(table.init $to $held {at} {at} {count})",
                f"(table.set $to {at} {value})",
                f"(table.fill $to {at} {value} {count})",
                f"(drop (table.grow $to {value} {count}))",
                f"(table.set $to {at} (table.get $from {at}))",
            )
        )
        if "table.grow" in write:
            at = "(i32.sub (table.size $to) (i32.const 1))"
        index_text = self.random.choice((at, f"(i32.add (i32.const 0) {at})"))
        tail = self.random.choice(("", "return_"))
        direct = f"({tail}call_indirect $from (type $plain) {ARGUMENT} {at})"
        if self.random.random() < 0.3 and "grow" not in write:
            return direct
        return f"{write} ({tail}call_indirect $to (type $plain) {ARGUMENT} {index_text})"

    def around(self, body: str) -> str:
        """Return a construct that control can leave with grown memory on only one path."""
        kinds = (
            self.switched,
            self.branched,
            self.chosen,
            self.looped,
            self.caught,
            self.caught_again,
            self.null,
        )
        return self.random.choice(kinds)(body)

    def switched(self, body: str) -> str:
        out, inner = self.label(), self.label()
        targets = self.random.choice((f"{inner} {out}", f"{out} {inner}", f"{inner} {out} {inner}"))
        return f"(block {out} (block {inner} {body} (br_table {targets} {ARGUMENT})) unreachable)"

    def branched(self, body: str) -> str:
        out = self.label()
        leave = self.random.choice((f"(br {out})", f"(br_if {out} {ARGUMENT})"))
        return f"(block {out} {body} {leave} unreachable)"

    def chosen(self, body: str) -> str:
        if self.random.random() < 0.5:
            return f"(if {ARGUMENT} (then {body}) (else {self.after()}))"
        return f"(if {ARGUMENT} (then {self.after()}) (else {body}))"

    def looped(self, body: str) -> str:
        """The exit stands before the growth, so only a second iteration reaches it."""
        out, again = self.label(), self.label()
        back = self.random.choice((f"(br {again})", f"(br_if {again} {ARGUMENT}) unreachable"))
        leave = f"(br_if {out} (local.get 1)) (local.set 1 (i32.const 1))"
        burn = self.random.choice(("(call $burn)", ""))
        loop = f"(loop {again} {burn} {leave} {body} {back})"
        return f"(local.set 1 (i32.const 0)) (block {out} {loop} unreachable)"

    def caught(self, body: str) -> str:
        handler, out = self.label(), self.label()
        kind = self.random.choice(("(catch $x {})", "(catch_all {})"))
        attempt = f"(try_table {kind.format(handler)} {body})"
        inside = self.random.choice(("unreachable", f"(br {out})", ""))
        return f"(block {out} (block {handler} {attempt} {inside}) {self.random.choice(('', 'unreachable'))})"

    def caught_again(self, body: str) -> str:
        """The handler throws the caught exception again."""
        caught, clause = self.label(), self.random.choice(("catch_all_ref", "catch_ref $x"))
        attempt = f"(try_table ({clause} {caught}) {body}) {self.random.choice(('unreachable', '(return)'))}"
        return f"(throw_ref (block {caught} (result exnref) {attempt}))"

    def null(self, body: str) -> str:
        label = self.label()
        test = self.random.choice(
            (
                "(drop (br_on_null {} (ref.null func)))",
                "(br_on_non_null {} (ref.func $grows)) (ref.func $grows)",
            )
        )
        if "non_null" in test:
            return f"(drop (block {label} (result (ref func)) {body} {test.format(label)} unreachable))"
        return f"(block {label} {body} {test.format(label)} unreachable)"
