"""Generate modules whose paths a host chooses, and observe where the buffer of their memory is replaced.

The global `pages` is 0 or more pages than a memory can have. With 0, each growth detaches the buffer; with
more, each growth fails. Neither changes the path of a run, which only the global `seed` and the host choose.
"""

import json
import random
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_RUNNER = Path(__file__).with_name("growth_paths.mjs")
_TYPES = "(type $t (func (param i32) (result i32))) (type $take (func (param funcref)))"
_GROW = "(drop (memory.grow (global.get $pages)))"
_BIT = """(func $bit (result i32)
  (global.set $seed
    (i32.add (i32.mul (global.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
  (i32.shr_u (global.get $seed) (i32.const 31)))"""
_FUEL = """(if (i32.eqz (global.get $fuel)) (then (unreachable)))
  (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))"""


class PathGenerator:
    """Generates modules of functions that grow a memory, call imports and each other, throw and catch.

    A `plain` module has no indirect calls, no loops, no `br_table`, and no calls of functions that may, but
    need not, call an import: the copy of such a module never detaches where no path has a growth. With
    `rare`, the copy does not even try some growths.
    """

    def __init__(self, seed: int, *, plain: bool, rare: bool = True) -> None:
        self.random = random.Random(f"{seed} {plain}")
        self.plain = plain
        self.imports = self.random.randint(1, 3)
        self.count = self.random.randint(1, 3) if plain else self.random.randint(2, 6)
        self.table = not plain and self.random.random() < 0.5
        self.open = self.table and self.random.random() < 0.5
        self.references = not plain and self.random.random() < 0.2
        self.exceptions = self.random.choice(("", "", "throw", "catch"))
        # In a plain module, the first functions are not exported, and call no import.
        self.helpers = self.random.randint(0, self.count - 1) if plain else 0
        self.certain = 0.5 if rare else 1.0
        self.labels = 0
        self.sites = 0

    def module(self) -> str:
        imports = [
            f'(import "host" "i{number}" (func $i{number} (type $t)))' for number in range(self.imports)
        ]
        imported = self.random.random() < 0.2
        memory = (
            '(memory (export "memory") (import "host" "memory") 1)'
            if imported
            else ('(memory (export "memory") 1)')
        )
        if self.references:
            imports.append('(import "host" "take" (func $take (type $take)))')
        functions = [self.function(index) for index in range(self.count)]
        parts = [
            _TYPES,
            *imports,
            memory,
            *(['(tag $e (export "e"))'] if self.exceptions else []),
            *(
                f'(global ${name} (export "{name}") (mut i32) (i32.const {value}))'
                for name, value in (("pages", 0), ("seed", 1), ("fuel", 60))
            ),
            _BIT,
            *functions,
        ]
        every = " ".join(f"$f{index}" for index in range(self.count))
        if self.table:
            name = ' (export "table")' if self.open else ""
            parts.append(f"(table{name} {self.count + 2} funcref)")
            parts.append(f"(elem (i32.const 0) func {every} $i0)")
        elif self.references:
            parts.append(f"(elem declare func {every})")
        if imported and self.random.random() < 0.5:
            parts.append(f"(func $start {self.statements(2, self.count)}) (start $start)")
        return f"(module {' '.join(parts)})"

    def function(self, index: int) -> str:
        is_exported = index >= self.helpers and (
            self.plain or index == self.count - 1 or self.random.random() < 0.6
        )
        export = f' (export "f{index}")' if is_exported else ""
        fuel = "" if self.plain else _FUEL
        body = self.statements(3, index)
        return f"(func $f{index}{export} (type $t) {fuel} {body} (i32.const {index}))"

    def statements(self, depth: int, index: int) -> str:
        return " ".join(
            self.statement(depth, index) for _ in range(self.random.randint(1, 2 if self.plain else 3))
        )

    def label(self) -> str:
        self.labels += 1
        return f"$l{self.labels}"

    def site(self) -> str:
        self.sites += 1
        return f"(i32.const {self.sites})"

    def statement(self, depth: int, index: int) -> str:
        """Return a statement of the function `index`; deep ones are simple."""
        if depth == 0 or self.random.random() < 0.35:
            return self.simple(index)
        kinds = ["if", "if", "block", "then"]
        kinds += [] if self.plain else ["switch"]
        kinds += [] if self.plain else ["loop"]
        kinds += ["try", "try", "rethrow"] if self.exceptions == "catch" else []
        kind = self.random.choice(kinds)

        def inner() -> str:
            return self.statements(depth - 1, index)

        if kind == "if":
            return f"(if (call $bit) (then {inner()}) (else {inner()}))"
        if kind == "then":
            return f"(if (call $bit) (then {inner()} {self.leave(index)}))"
        label = self.label()
        if kind == "block":
            return f"(block {label} {inner()} (br_if {label} (call $bit)) {inner()})"
        if kind == "loop":
            fuel = self.random.choice(("", _FUEL))
            return f"(loop {label} {fuel} {inner()} (br_if {label} (call $bit)))"
        if kind == "switch":
            other = self.label()
            return (
                f"(block {label} (block {other} (br_table {other} {label} (call $bit)) {inner()}) {inner()})"
            )
        # The proof does not follow which tag a handler catches.
        handler = self.random.choice(("catch_all",) if self.plain else ("catch $e", "catch_all"))
        again = "rethrow 0" if kind == "rethrow" else ""
        return f"try {inner()} {handler} {inner()} {again} end"

    def leave(self, index: int) -> str:
        """Return a statement that often ends the function."""
        kinds = ["return", "return", "", "tail", "tail"]
        kinds += ["trap"] if index >= self.helpers else []
        kinds += ["throw", "throw"] if self.exceptions else []
        kind = self.random.choice(kinds)
        if kind == "return":
            return "(return (i32.const 0))"
        # The start function has no result.
        if kind == "tail" and index < self.count:
            return self.call(index, "return_")
        return {"trap": "(unreachable)", "throw": "(throw $e)", "": "", "tail": ""}[kind]

    def simple(self, index: int) -> str:
        chosen = self.random.random()
        if chosen < 0.3:
            if self.random.random() < self.certain:
                return _GROW
            return f"(if (i32.eqz (global.get $pages)) (then {_GROW}))"
        if chosen < 0.4 and self.exceptions:
            return "(if (call $bit) (then (throw $e)))"
        if chosen < 0.45 and self.references:
            return f"(call $take (ref.func $f{self.random.randrange(self.count)}))"
        return f"(drop {self.call(index, '')})"

    def call(self, index: int, prefix: str) -> str:
        """Return a call of an import or of a function before `index`, or through the table."""
        chosen = self.random.random()
        if self.table and chosen < 0.3:
            if self.random.random() < 0.5:
                slot = f"(i32.const {self.random.randrange(self.count + (2 if self.open else 1))})"
            else:
                slot = "(i32.add (call $bit) (i32.shl (call $bit) (i32.const 1)))"
                if self.count < 4:
                    slot = "(call $bit)"
            return f"({prefix}call_indirect (type $t) {self.site()} {slot})"
        callees = range(min(index, self.helpers)) if self.plain else range(index)
        may_import = not self.plain or index >= self.helpers
        if callees and (not may_import or chosen < 0.6):
            return f"({prefix}call $f{self.random.choice(callees)} {self.site()})"
        if may_import:
            return f"({prefix}call $i{self.random.randrange(self.imports)} {self.site()})"
        return "(return (i32.const 1))" if prefix else "(i32.const 1)"


@dataclass(frozen=True)
class Job:
    """A module and its stressed copy, to run `runs` times."""

    original: Path
    copy: Path
    runs: int
    quiet: Sequence[str]


@dataclass(frozen=True)
class Observed:
    """What the runs of a module and its copy showed.

    `passes` counts how often control passed to the host, and `grown` how often after a growth. `missed` are
    places at which the original grew, but the copy did not detach on the same path, `elsewhere` those at
    which it did not detach on one path, although the original grew on another. `needless` are those at which
    it detached although no run grew on a path to them. `loud` are places in quiet entry points at which it
    detached. `different` says which run took another path.
    """

    passes: int
    grown: int
    places: int
    missed: list[str]
    elsewhere: list[str]
    needless: list[str]
    different: list[str]
    loud: list[str]


def observe(node: Path, scratch: Path, jobs: Sequence[Job], options: Sequence[str] = ()) -> list[Observed]:
    """Run the modules in one process of Node."""
    listed = scratch / "paths.json"
    listed.write_text(json.dumps([asdict(job) for job in jobs], default=str))
    completed = subprocess.run(
        [node, "--stack-trace-limit=60", _RUNNER, listed, *options],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return [Observed(**fields) for fields in json.loads(completed.stdout)]
