"""Test verdicts against real runs: whatever grows in random modules must be allowed by the verdicts.

Every export is called on fresh instances with several arguments and amounts of fuel, then in a row on one
instance. If a memory is larger after a call than before, better verdicts than the one for that are wrong.

`invoke test --all` takes 1,500 modules, a quick run the first 200 of them. With `NOGROW_SOUNDNESS=20000`,
`pytest -m "" tests/analysis/test_soundness.py` takes 20,000. The seeds count from 0, so a failure names the
module that shows it again.
"""

import enum
import functools
import itertools
import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
import wasmtime

from nogrow.analysis.judgement import NO_CONDITIONS, Conditions, Entry, EntryKind, Judgement, Verdict, worst
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.wasm.runtime import Engine
from tests.support.generate import TABLE_SIZE, random_module
from tests.support.modules import assemble
from tests.support.sample import sampled

MODULES = int(os.environ.get("NOGROW_SOUNDNESS", "1500"))
BATCH = 100
ARGUMENTS = (0, 1, 2, -1)
# The generator's functions trap when their fuel is gone: little of it cuts runs off in many places.
FUEL = (200, 20, 4)
KERNELS = Engine()

# What stands behind the imports. `unknown` may throw, which `trusted` never does.
HOST = """(module (tag $t)
  (func (export "unknown") (param i32) (if (i32.and (local.get 0) (i32.const 1)) (then (throw $t))))
  (func (export "trusted") (param i32)))"""


class Outcome(enum.Enum):
    """How a call ended, and the best verdict that allows for growth before such an end."""

    RETURNED = Verdict.REACHABLE
    THREW = Verdict.THROW_ONLY
    TRAPPED = Verdict.TRAP_ONLY


@functools.cache
def runner() -> wasmtime.Engine:
    """Return an engine that compiles quickly: the modules run for microseconds."""
    config = wasmtime.Config()
    config.parallel_compilation = False
    config.cranelift_opt_level = "none"
    config.wasm_exceptions = True
    config.wasm_function_references = True
    config.wasm_gc = True
    config.wasm_multi_memory = True
    config.wasm_tail_call = True
    return wasmtime.Engine(config)


@functools.cache
def host() -> wasmtime.Module:
    return wasmtime.Module(runner(), HOST)


def resize_heap(caller: wasmtime.Caller, pages: int) -> int:
    """Grow a memory of the calling module, as Emscripten's host function does."""
    memory = caller.get(f"memory{pages & 1}") or caller.get("memory0")
    if not isinstance(memory, wasmtime.Memory):
        return 0
    try:
        memory.grow(caller, 1)
    except wasmtime.WasmtimeError:
        return 0
    return 1


@dataclass(frozen=True, slots=True)
class Guest:
    """A module to be run, with its entries by name."""

    module: wasmtime.Module
    judgement: Judgement
    entries: dict[str, Entry]

    @classmethod
    def of(cls, seed: int, conditions: Conditions = NO_CONDITIONS, *, shared: bool = False) -> "Guest":
        """Return the guest of `seed`; where `shared`, the host sees its tables."""
        text = random_module(seed, growable=True)
        if shared:
            for name in ("a", "b"):
                text = text.replace(
                    f"(table ${name} {TABLE_SIZE}", f'(table ${name} (export "{name}") {TABLE_SIZE}'
                )
        data = assemble(text)
        judgement = judge(
            data,
            lambda label: label == "env.trusted",
            KERNELS,
            surroundings=Surroundings(conditions=conditions),
        )
        entries = {entry.name: entry for entry in judgement.entries if entry.kind is not EntryKind.ESCAPED}
        return cls(wasmtime.Module(runner(), data), judgement, entries)

    def start(self) -> "Running | None":
        """Return a fresh instance; None when its start function doesn't return."""
        store = wasmtime.Store(runner())
        served = wasmtime.Instance(store, host(), []).exports(store)
        imports: list[wasmtime.Func] = []
        for item in self.module.imports:
            if item.name == "emscripten_resize_heap":
                kind = wasmtime.FuncType([wasmtime.ValType.i32()], [wasmtime.ValType.i32()])
                imports.append(wasmtime.Func(store, kind, resize_heap, access_caller=True))
            else:
                function = served[str(item.name)]
                assert isinstance(function, wasmtime.Func)
                imports.append(function)
        try:
            instance = wasmtime.Instance(store, self.module, imports)
        except (wasmtime.Trap, wasmtime.WasmtimeError):
            return None
        return Running(store, instance.exports(store))


@dataclass(frozen=True, slots=True)
class Running:
    """An instance and the sizes of its memories."""

    store: wasmtime.Store
    exports: Mapping[str, object]

    def pages(self) -> list[int]:
        memories = [item for item in self.exports.values() if isinstance(item, wasmtime.Memory)]
        return [memory.size(self.store) for memory in memories]

    def refuel(self, fuel: int) -> None:
        item = self.exports["fuel"]
        assert isinstance(item, wasmtime.Global)
        item.set_value(self.store, wasmtime.Val.i32(fuel))

    def call(self, function: wasmtime.Func, argument: int) -> tuple[Outcome, bool]:
        """Return how the call ended, and whether a memory has grown meanwhile."""
        before = self.pages()
        outcome = Outcome.RETURNED
        try:
            function(self.store, argument)
        except wasmtime.Trap as trap:
            thrown = "thrown Wasm exception" in str(trap)
            outcome = Outcome.THREW if thrown else Outcome.TRAPPED
        return outcome, self.pages() != before


@dataclass(slots=True)
class Record:
    """The observations of one module: growths that its verdicts exclude, and how often anything grew."""

    wrong: list[str] = field(default_factory=list)
    grown: Counter[Outcome] = field(default_factory=Counter)
    seen: Counter[Verdict] = field(default_factory=Counter)

    def note(self, name: str, verdict: Verdict, outcome: Outcome, detail: str) -> None:
        self.grown[outcome] += 1
        self.seen[verdict] += 1
        if not outcome.value.at_most(verdict):
            self.wrong.append(f"{name} {detail} {outcome.name.lower()} grown, but is {verdict.label}")


def observe(seed: int, record: Record) -> None:
    """Run the module of `seed` in every way and record what grew."""
    guest = Guest.of(seed)
    running = guest.start()
    if running is None:
        return
    declared = [memory.min_pages for memory in guest.judgement.memories]
    if running.pages() != declared:
        record.note(f"{seed}: (start)", guest.entries["(start)"].verdict, Outcome.RETURNED, "")
    functions = [name for name, item in running.exports.items() if isinstance(item, wasmtime.Func)]
    for name, argument, fuel in itertools.product(functions, ARGUMENTS, FUEL):
        call_one(seed, guest, guest.start(), str(name), argument, fuel, record)
    for name, argument in itertools.product(functions, ARGUMENTS):
        # What earlier calls wrote to tables stays; a trap ends it.
        if not call_one(seed, guest, running, str(name), argument, FUEL[0], record):
            break
    # What escapes can be called through the table: its index is not known here, so the worst verdict counts.
    for table in ("a", "b"):
        item = running.exports.get(table)
        if isinstance(item, wasmtime.Table):
            for index, argument in itertools.product(range(item.size(running.store)), ARGUMENTS):
                call_escaped(seed, guest, table, index, argument, record)


def call_one(
    seed: int, guest: Guest, running: Running | None, name: str, argument: int, fuel: int, record: Record
) -> bool:
    """Call an export; return whether the instance can be used again."""
    assert running is not None
    running.refuel(fuel)
    function = running.exports[name]
    assert isinstance(function, wasmtime.Func)
    outcome, grown = running.call(function, argument)
    if grown:
        detail = f"({argument}) with fuel {fuel}"
        record.note(f"{seed}: {name}", guest.entries[name].verdict, outcome, detail)
    return outcome is not Outcome.TRAPPED


def call_escaped(seed: int, guest: Guest, table: str, index: int, argument: int, record: Record) -> None:
    running = guest.start()
    assert running is not None
    item = running.exports[table]
    assert isinstance(item, wasmtime.Table)
    function = item.get(running.store, index)
    if not isinstance(function, wasmtime.Func) or index >= len(guest.module.exports):
        return
    escaped = [entry.verdict for entry in guest.judgement.entries if entry.kind is EntryKind.ESCAPED]
    outcome, grown = running.call(function, argument)
    if grown:
        record.note(f"{seed}: {table}[{index}]", worst(escaped), outcome, f"({argument})")


def observe_filled(seed: int, conditions: Conditions, record: Record) -> None:
    """Run the module of `seed` with a host that puts exported functions into its tables."""
    guest = Guest.of(seed, conditions, shared=True)
    chosen = random.Random(seed)
    running = guest.start()
    if running is None:
        return
    functions = sorted(str(name) for name, item in running.exports.items() if isinstance(item, wasmtime.Func))
    for name, argument in itertools.product(functions, ARGUMENTS):
        running = guest.start()
        assert running is not None
        for table in ("a", "b"):
            item = running.exports[table]
            assert isinstance(item, wasmtime.Table)
            for index in range(item.size(running.store)):
                if chosen.random() < 0.7:
                    item.set(running.store, index, running.exports[chosen.choice(functions)])
        call_one(seed, guest, running, name, argument, FUEL[0], record)


@pytest.mark.parametrize("first", sampled(range(0, MODULES // 5, BATCH)))
def test_nothing_grows_that_open_tables_exclude(first: int) -> None:
    record = Record()
    for seed in range(first, first + BATCH):
        observe_filled(seed, Conditions(open_tables=True), record)
    assert record.wrong == []


@pytest.mark.exhaustive
def test_filled_tables_show_growth_that_is_assumed_away() -> None:
    """If filled tables changed nothing, the test of filled tables would prove nothing."""
    record = Record()
    for seed in range(2 * BATCH):
        observe_filled(seed, NO_CONDITIONS, record)
    assert len(record.wrong) >= 5


@pytest.mark.parametrize("first", sampled(range(0, MODULES, BATCH), 2))
def test_nothing_grows_that_the_verdicts_exclude(first: int) -> None:
    record = Record()
    for seed in range(first, first + BATCH):
        observe(seed, record)
    assert record.wrong == []


def test_runs_show_growth_before_every_exit() -> None:
    """If nothing grew, the test of growth would prove nothing."""
    record = Record()
    for seed in range(BATCH):
        observe(seed, record)
    assert all(record.grown[outcome] >= 20 for outcome in Outcome), record.grown
    for verdict in (Verdict.TRAP_ONLY, Verdict.THROW_ONLY, Verdict.REACHABLE):
        assert record.seen[verdict] >= 20, record.seen
