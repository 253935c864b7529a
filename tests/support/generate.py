"""Generates random modules: small, valid, quick to run, and with all six verdicts among them.

A module imports at most `env.unknown` and `env.trusted` (i32 to nothing) and
`env.emscripten_resize_heap` (i32 to i32). It exports its memories as `memory0`, `memory1`, some of
its functions as `f0`, `f1`, ... (i32 to i32) and `g0`, `g1`, ... (i32 to nothing), and the global
`fuel`: every function and every round of a loop uses one unit, and traps when none is left.
"""

import random
from dataclasses import dataclass, field

from tests.support.probes import Prober

_FUEL = 200
TABLE_SIZE = 4


def random_module(seed: int, *, legacy: bool = False, growable: bool = False) -> str:
    """Return the text of the module for `seed`; `legacy` uses legacy exception handling.

    With `growable`, every memory has room to grow, so that running the module shows growth, and the module
    has the functions of `probes.py` as well.
    """
    return _Generator(random.Random(seed), legacy, growable).module()


@dataclass(frozen=True, slots=True)
class _Function:
    """A function that can be called; only some have a result."""

    name: str
    has_result: bool

    @property
    def type(self) -> str:
        return "$result" if self.has_result else "$plain"


@dataclass(slots=True)
class _Generator:
    random: random.Random
    legacy: bool
    growable: bool
    functions: list[_Function] = field(default_factory=list)
    imports: list[_Function] = field(default_factory=list)
    memories: int = 1
    taken: set[str] = field(default_factory=set)
    passive: bool = False
    labels: int = 0
    # The function that is being written, and whether it grows memory.
    current: _Function = field(default_factory=lambda: _Function("", False))
    grows: bool = False

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def label(self) -> str:
        self.labels += 1
        return f"$l{self.labels}"

    # The module.

    def module(self) -> str:
        self.memories = 2 if self.chance(0.25) else 1
        for name, probability in (("unknown", 0.3), ("trusted", 0.2)):
            if self.chance(probability):
                self.imports.append(_Function(f"${name}", False))
        if self.chance(0.08):
            self.imports.append(_Function("$emscripten_resize_heap", True))
        count = self.random.randint(2, 6)
        self.functions = [
            _Function(f"${'f' if result else 'g'}{index}", result)
            for index, result in enumerate(self.chance(0.6) for _ in range(count))
        ]
        self.passive = self.chance(0.3)
        growing = 0.0 if self.chance(0.08) else self.random.choice((0.2, 0.4, 0.7))
        bodies = [self.function(function, self.chance(growing)) for function in self.functions]
        start = f"(func $start (local i32 i32) {self.call_anything()})"
        lines = [
            "(type $result (func (param i32) (result i32)))",
            "(type $plain (func (param i32)))",
            *(
                f'(import "env" "{item.name[1:]}" (func {item.name} (type {item.type})))'
                for item in self.imports
            ),
            *(self.memory(index) for index in range(self.memories)),
            "(tag $x) (tag $y (param i32))",
            f'(global $fuel (export "fuel") (mut i32) (i32.const {_FUEL}))',
            *(self.table(name) for name in ("$a", "$b")),
            *self.segments(),
            "(func $burn (if (i32.eqz (global.get $fuel)) (then unreachable))"
            " (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))",
            *bodies,
        ]
        if self.growable:
            lines.append(Prober(self.random).probes())
        if self.chance(0.1):
            lines.append(f"(start $start) {start}")
        return "(module\n" + "\n".join(lines) + ")\n"

    def memory(self, index: int) -> str:
        fixed = () if self.growable else ("1 1", "1 1", "1 1")
        limits = self.random.choice(("1", "1 4", "0 8", *fixed))
        return f'(memory $m{index} (export "memory{index}") {limits})'

    def table(self, name: str) -> str:
        export = f'(export "{name[1:]}") ' if self.chance(0.1) else ""
        initial = f" (ref.func {self.taken_function()})" if self.chance(0.15) else ""
        return f"(table {name} {export}{TABLE_SIZE} funcref{initial})"

    def taken_function(self) -> str:
        chosen = self.random.choice((*self.functions, *self.imports)).name
        self.taken.add(chosen)
        return chosen

    def segments(self) -> list[str]:
        """Return the segments; made last, because they declare the functions of the bodies' `ref.func`."""
        segments = []
        for table in ("$a", "$b"):
            held = self.some_functions()
            if held and self.chance(0.8):
                segments.append(f"(elem (table {table}) (i32.const 0) func {held})")
            if self.chance(0.2):
                # This segment overwrites part of the first one, also with a null.
                items = f"(ref.null func) (ref.func {self.taken_function()})"
                segments.append(
                    f"(elem (table {table}) (i32.const {self.random.randint(0, 2)}) funcref {items})"
                )
        if self.passive:
            segments.append(f"(elem $passive func {self.some_functions() or '$burn'})")
        if self.taken:
            segments.append(f"(elem declare func {' '.join(sorted(self.taken))})")
        return segments

    def some_functions(self) -> str:
        names = [item.name for item in (*self.functions, *self.imports)]
        return " ".join(self.random.choices(names, k=self.random.randint(0, TABLE_SIZE)))

    def function(self, function: _Function, grows: bool) -> str:
        self.current, self.grows = function, grows
        body = [self.statement(3, ()) for _ in range(self.random.randint(1, 4))]
        if grows and self.chance(0.5):
            body.insert(self.random.randint(0, len(body)), self.growth())
        body.append(self.ending())
        export = f'(export "{function.name[1:]}") ' if self.chance(0.6) else ""
        result = " (result i32)" if function.has_result else ""
        value = self.expression() if function.has_result else ""
        text = "\n  ".join(("(call $burn)", *body, value))
        return f"(func {function.name} {export}(param i32){result} (local i32)\n  {text})"

    def ending(self) -> str:
        kind = self.random.choices(("falls", "traps", "throws", "loops", "tail"), (50, 22, 14, 6, 8))[0]
        match kind:
            case "traps":
                return "unreachable"
            case "throws":
                return self.throw()
            case "loops":
                label = self.label()
                return f"(loop {label} (call $burn) (br {label}))"
            case "tail":
                return self.tail_call()
        return "nop"

    # Statements leave nothing on the stack; `labels` are the blocks that they may branch to.

    def statement(self, depth: int, labels: tuple[str, ...]) -> str:
        simple = (self.assignment, self.growth, self.call_anything, self.write_table)
        if depth and self.chance(0.45):
            nested = self.random.choice(
                (self.block, self.loop, self.branching_if, self.switch, self.handler, self.null)
            )
            return nested(depth - 1, labels)
        if self.chance(0.3):
            return self.jump(labels)
        return self.random.choices(simple, (2, 4, 5, 1))[0]()

    def statements(self, depth: int, labels: tuple[str, ...]) -> str:
        count = self.random.randint(1, 3)
        parts = [self.statement(depth, labels) for _ in range(count)]
        # If this path ends here, the other exits of the enclosing block decide the verdict.
        if self.chance(0.25):
            parts.append(self.leap(labels))
        return " ".join(parts)

    def leap(self, labels: tuple[str, ...]) -> str:
        match self.random.choices(("trap", "throw", "return", "br"), (5, 2, 1, 2))[0]:
            case "throw":
                return self.throw()
            case "return":
                return f"(return {self.expression() if self.current.has_result else ''})"
            case "br" if labels:
                return f"(br {self.random.choice(labels)})"
        return "unreachable"

    def expression(self) -> str:
        return self.random.choice(
            (
                "(local.get 0)",
                "(local.get 0)",
                "(local.get 1)",
                "(i32.eqz (local.get 0))",
                f"(i32.const {self.random.randint(0, 3)})",
                f"(i32.and (local.get 0) (i32.const {self.random.randint(1, 3)}))",
                f"(i32.sub (local.get 0) (i32.const {self.random.randint(1, 2)}))",
            )
        )

    def small_index(self) -> str:
        if self.chance(0.3):
            return f"(i32.const {self.random.randrange(TABLE_SIZE)})"
        return f"(i32.and {self.expression()} (i32.const {TABLE_SIZE - 1}))"

    def assignment(self) -> str:
        return f"(local.set {self.random.randint(0, 1)} {self.expression()})"

    def growth(self) -> str:
        if not self.grows:
            return self.assignment()
        memory = self.random.randrange(self.memories)
        operand = self.random.choice(("(i32.const 0)", "(i32.const 1)", "(i32.const 1)", self.small_index()))
        return f"(drop (memory.grow $m{memory} {operand}))"

    def jump(self, labels: tuple[str, ...]) -> str:
        kind = self.random.choices(
            ("br", "br_if", "return", "trap", "throw", "tail"), (10, 25, 15, 12, 12, 5)
        )[0]
        if kind.startswith("br") and not labels:
            kind = "return"
        if kind == "br_if":
            return f"(br_if {self.random.choice(labels)} {self.expression()})"
        match kind:
            case "br":
                leap = f"(br {self.random.choice(labels)})"
            case "return":
                leap = f"(return {self.expression() if self.current.has_result else ''})"
            case "trap":
                leap = "unreachable"
            case "throw":
                leap = self.throw()
            case _:
                leap = self.tail_call()
        return f"(if {self.expression()} (then {leap}))" if self.chance(0.8) else leap

    def throw(self) -> str:
        return "(throw $x)" if self.chance(0.5) else f"(throw $y {self.expression()})"

    def block(self, depth: int, labels: tuple[str, ...]) -> str:
        label = self.label()
        return f"(block {label} {self.statements(depth, (*labels, label))})"

    def loop(self, depth: int, labels: tuple[str, ...]) -> str:
        label = self.label()
        body = self.statements(depth, (*labels, label))
        again = "br" if self.chance(0.15) else "br_if"
        condition = self.expression() if again == "br_if" else ""
        return f"(loop {label} (call $burn) {body} ({again} {label} {condition}))"

    def branching_if(self, depth: int, labels: tuple[str, ...]) -> str:
        label = self.label()
        inner = (*labels, label)
        orelse = f"(else {self.statements(depth, inner)})" if self.chance(0.5) else ""
        return f"(if {label} {self.expression()} (then {self.statements(depth, inner)}) {orelse})"

    def switch(self, depth: int, labels: tuple[str, ...]) -> str:
        outer, inner = self.label(), self.label()
        targets = self.random.choices((*labels, outer, inner), k=self.random.randint(1, 4))
        first = self.statements(depth, (*labels, outer, inner))
        second = self.statements(depth, (*labels, outer))
        table = f"(br_table {' '.join(targets)} {self.expression()})"
        return f"(block {outer} (block {inner} {first} {table}) {second})"

    def null(self, depth: int, labels: tuple[str, ...]) -> str:
        label = self.label()
        body = self.statements(depth, (*labels, label))
        test = f"(drop (br_on_null {label} (table.get $a {self.small_index()})))"
        return f"(block {label} {test} {body})"

    def handler(self, depth: int, labels: tuple[str, ...]) -> str:
        return self.old_handler(depth, labels) if self.legacy else self.new_handler(depth, labels)

    def new_handler(self, depth: int, labels: tuple[str, ...]) -> str:
        done, caught = self.label(), self.label()
        match self.random.choice(("all", "tag", "value", "again", "reference")):
            case "all":
                body = self.statements(depth, (*labels, caught))
                return f"(block {caught} (try_table (catch_all {caught}) {body}))"
            case "tag":
                body = self.statements(depth, (*labels, caught))
                return f"(block {caught} (try_table (catch $x {caught}) {body}))"
            case "value":
                body = self.statements(depth, labels)
                attempt = f"(try_table (catch $y {caught}) {body})"
                return f"(local.set 1 (block {caught} (result i32) {attempt} (i32.const 0)))"
            case "again":
                use, clause = "throw_ref", self.random.choice(("catch_all_ref", "catch_ref $x"))
            case _:
                use, clause = "drop", "catch_all_ref"
        body = self.statements(depth, (*labels, done))
        attempt = f"(try_table ({clause} {caught}) {body}) (br {done})"
        return f"(block {done} ({use} (block {caught} (result exnref) {attempt})))"

    def old_handler(self, depth: int, labels: tuple[str, ...]) -> str:
        label = self.label()
        inner = (*labels, label)
        body = f"try {label} {self.statements(depth, inner)}"
        if self.chance(0.25):
            target = self.random.choice(labels) if labels else "0"
            return f"{body} delegate {target}"
        clauses = []
        if self.chance(0.5):
            clauses.append(f"catch $x {self.statements(depth, inner)}")
        if self.chance(0.4):
            clauses.append(f"catch $y drop {self.statements(depth, inner)}")
        if self.chance(0.5):
            again = f"rethrow {label}" if self.chance(0.4) else ""
            clauses.append(f"catch_all {self.statements(depth, inner)} {again}")
        return f"{body} {' '.join(clauses)} end"

    def call_anything(self) -> str:
        return self.call_of("", self.chance(0.6), self.call_kind())

    def call_kind(self) -> str:
        return self.random.choices(("", "_indirect", "_ref"), (6, 3, 1))[0]

    def call_of(self, prefix: str, has_result: bool, kind: str) -> str:
        kind_of = "$result" if has_result else "$plain"
        argument = self.expression()
        candidates = [item for item in (*self.functions, *self.imports) if item.has_result == has_result]
        if not candidates:
            return "nop"
        chosen = self.random.choice(candidates)
        if kind == "_indirect":
            table = self.random.choice(("$a", "$b"))
            call = f"{prefix}call_indirect {table} (type {kind_of}) {argument} {self.small_index()}"
        elif kind == "_ref":
            self.taken.add(chosen.name)
            call = f"{prefix}call_ref {kind_of} {argument} (ref.func {chosen.name})"
        else:
            call = f"{prefix}call {chosen.name} {argument}"
        return f"(drop ({call}))" if has_result and not prefix else f"({call})"

    def tail_call(self) -> str:
        return self.call_of("return_", self.current.has_result, self.call_kind())

    def write_table(self) -> str:
        target, source = self.random.sample(("$a", "$b"), 2)
        start, length = "(i32.const 0)", "(i32.const 1)"
        kinds = ("copy", "copy", "set", "fill", "init" if self.passive else "copy")
        match self.random.choice(kinds):
            case "copy":
                return f"(table.copy {target} {source} {self.small_index()} {start} {length})"
            case "init":
                return f"(table.init {target} $passive {self.small_index()} {start} {length})"
            case kind:
                count = length if kind == "fill" else ""
                value = f"(ref.func {self.taken_function()})"
                return f"(table.{kind} {target} {self.small_index()} {value} {count})"
