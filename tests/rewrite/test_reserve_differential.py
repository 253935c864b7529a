"""Tests that random modules and their copies with reserved memory cannot be told apart by their calls.

Every memory has `BYTES` bytes in the copy, and the original can't have more. What may differ is an access
beyond the size that the module believes in, which only traps in the original.

By default, 60 generated modules and 60 of `wasm-tools smith` are tested; `NOGROW_RESERVE=3000` tests 3,000.
"""

import os
import random
from collections.abc import Callable
from typing import NamedTuple

import pytest
import wasmtime

from nogrow.rewrite.instructions import find_sites
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind, Module
from tests.rewrite.checked import KERNELS, is_valid
from tests.rewrite.test_smith import RUNNABLE, ZEROS, describe
from tests.support.modules import assemble
from tests.support.sample import sampled
from tests.support.smith import smith

BATCH = 20
MODULES = int(os.environ.get("NOGROW_RESERVE", "60"))
BYTES = 8 * 65536
OUT_OF_BOUNDS = "out of bounds memory access"
OUT_OF_FUEL = "all fuel consumed"


def engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.parallel_compilation = False
    config.cranelift_opt_level = "none"
    config.consume_fuel = True
    for feature in ("multi_memory", "memory64", "custom_page_sizes", "tail_call", "exceptions", "gc"):
        setattr(config, f"wasm_{feature}", True)
    config.wasm_function_references = True
    config.wasm_wide_arithmetic = True
    return wasmtime.Engine(config)


ENGINE = engine()


class Memory(NamedTuple):
    """A memory of a generated module."""

    number: int
    bits: int
    declaration: str

    def size(self) -> str:
        """Return an expression of type i32."""
        size = f"(memory.size {self.number})"
        return size if self.bits == 32 else f"(i32.wrap_i64 {size})"

    def grow(self, pages: str) -> str:
        """Return an expression of type i32 that grows it by `pages`, also an i32."""
        if self.bits == 32:
            return f"(memory.grow {self.number} {pages})"
        return f"(i32.wrap_i64 (memory.grow {self.number} (i64.extend_i32_s {pages})))"

    def address(self, expression: str) -> str:
        return expression if self.bits == 32 else f"(i64.extend_i32_u {expression})"


PAIR = "pair"
SINGLE = "single"
RESULTS = {SINGLE: "(result i32)", PAIR: "(result i32 i64)"}
TYPES = " ".join(f"(type ${kind} (func (param i32) {results}))" for kind, results in RESULTS.items())


class Generator:
    """Generates modules whose functions compute with the sizes of several memories.

    Functions have one or two results. They call each other directly, through a table and through references,
    also as tail calls, and throw exceptions that others catch. A function only calls those before it.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        count = self.random.randint(1, 3)
        imported = self.random.choice((0, 0, 0, 1, count))
        self.memories = [self.memory(index, imported=index < imported) for index in range(count)]
        self.kinds = [self.random.choice((SINGLE, SINGLE, PAIR)) for _ in range(self.random.randint(1, 5))]

    def memory(self, index: int, *, imported: bool) -> Memory:
        bits = self.random.choice((32, 32, 64))
        page = self.random.choice(("", "", " (pagesize 1)"))
        maximum = self.random.choice(("", "", " 3", " 100"))
        export = self.random.choice(("", f'(export "m{index}") '))
        source = f'(import "host" "m{index}") ' if imported else ""
        kind = "i64 " if bits == 64 else ""
        declaration = f"(memory {export}{source}{kind}{self.random.choice((0, 1, 2, 2, 3))}{maximum}{page})"
        return Memory(index, bits, declaration)

    def module(self) -> str:
        # A module of many functions needs longer indices, so that its growing functions move.
        filler = "(func (drop (i64.const 1)))" * self.random.choice((0, 0, 124, 130, 200))
        last = len(self.kinds)
        start = "(start $first)" if self.random.random() < 0.2 else ""
        code = " ".join(
            f'(func $f{index} (export "f{index}") (type ${kind}) (local i32) {self.body(index)})'
            for index, kind in enumerate(self.kinds)
        )
        # The start function grows too.
        first = f"(func $first (local i32) (drop {self.expression(3, last)}))"
        memories = " ".join(memory.declaration for memory in self.memories)
        return f"""(module {TYPES} {self.imports()} {memories}
            (tag $e (param i32)) (global $g (export "g") (mut i32) (i32.const 5))
            {self.table(last)} {code} {first} {filler} {start})"""

    def imports(self) -> str:
        return ""

    def table(self, count: int) -> str:
        """Return the table of all functions, with its elements."""
        every = " ".join(f"$f{index}" for index in range(count))
        return f"(table {count} funcref) (elem (i32.const 0) func {every})"

    def body(self, index: int) -> str:
        effects = " ".join(f"(local.set 1 {self.expression(4, index)})" for _ in range(3))
        second = f" (i64.extend_i32_s {self.expression(2, index)})" if self.kinds[index] == PAIR else ""
        return f"{effects} {self.expression(3, index)}{second}"

    def called(self, prefix: str, index: int, argument: str) -> str:
        """Return a call of the function `index`, in one of three ways."""
        kind = self.kinds[index]
        return self.random.choice(
            (
                f"({prefix}call $f{index} {argument})",
                f"({prefix}call_indirect (type ${kind}) {argument} (i32.const {index}))",
                f"({prefix}call_ref ${kind} {argument} (ref.func $f{index}))",
            )
        )

    def call(self, index: int, argument: str) -> str:
        """Return an expression of type i32; a second result is dropped."""
        callee = self.random.randrange(index)
        call = self.called("", callee, argument)
        return call if self.kinds[callee] == SINGLE else f"(block (result i32) {call} (drop))"

    def tail_call(self, index: int, argument: str) -> str | None:
        """Return a call that ends the function, None if there is no function of its type."""
        kind = self.kinds[index] if index < len(self.kinds) else None
        callees = [callee for callee in range(index) if self.kinds[callee] == kind]
        return self.called("return_", self.random.choice(callees), argument) if callees else None

    def expression(self, depth: int, index: int) -> str:
        """Return an expression of type i32 in the function `index`."""
        chosen = self.random.random()
        memory = self.random.choice(self.memories)
        if depth == 0 or chosen < 0.1:
            constant = f"(i32.const {self.random.randint(-1, 3)})"
            return self.random.choice((constant, memory.size(), "(local.get 0)", "(global.get $g)"))

        def inner() -> str:
            return self.expression(depth - 1, index)

        if chosen < 0.4:
            return memory.grow(inner())
        if chosen < 0.45:
            return f"(i32.load8_u {memory.number} {memory.address('(i32.const 0)')})"
        if chosen < 0.5:
            mask = 1 if "pagesize" in memory.declaration else 65537
            at = memory.address(f"(i32.and {inner()} (i32.const {mask}))")
            return f"(block (result i32) (i32.store8 {memory.number} {at} {inner()}) {inner()})"
        if chosen < 0.54:
            return f"(block (result i32) (global.set $g {inner()}) {inner()})"
        if chosen < 0.58:
            return f"(if (result i32) {inner()} (then {inner()}) (else (throw $e {inner()})))"
        if chosen < 0.63:
            return f"(block $h (result i32) (try_table (result i32) (catch $e $h) {inner()}))"
        if chosen < 0.67 and (tail := self.tail_call(index, inner())):
            return f"(if (result i32) {inner()} (then {inner()}) (else {tail}))"
        if chosen < 0.75 and index:
            return self.call(index, inner())
        if chosen < 0.83:
            return f"(if (result i32) {inner()} (then {inner()}) (else {inner()}))"
        operator = self.random.choice(("add", "sub", "mul", "and", "xor", "lt_u", "div_s"))
        return f"(i32.{operator} {inner()} {inner()})"


class Run:
    """An instance whose outcomes are described as text."""

    def __init__(self, module: wasmtime.Module) -> None:
        self.store = wasmtime.Store(ENGINE)
        self.store.set_fuel(300_000)
        self.store.set_limits(memory_size=BYTES)
        self.instance: wasmtime.Instance | None = None
        self.start = self.outcome(lambda: self.instantiate(module))

    def instantiate(self, module: wasmtime.Module) -> None:
        imports = []
        for item in module.imports:
            assert isinstance(item.type, wasmtime.MemoryType)
            imports.append(wasmtime.Memory(self.store, item.type))
        self.instance = wasmtime.Instance(self.store, module, imports)

    def outcome(self, action: Callable[[], object]) -> str:
        try:
            return f"returned {describe(action())}"
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            return f"failed {str(error).strip().splitlines()[-1].rpartition('wasm trap: ')[2]}"

    def call(self, name: str, arguments: list[int | float]) -> str:
        assert self.instance is not None
        function = self.instance.exports(self.store)[name]
        assert isinstance(function, wasmtime.Func)
        return self.outcome(lambda: function(self.store, *arguments))

    def state(self, sizes: dict[str, int] | None = None) -> tuple[list[object], dict[str, int]]:
        """Return the values of exported globals and the bytes of exported memories, at most `sizes`."""
        assert self.instance is not None
        exports = self.instance.exports(self.store)
        seen: list[object] = []
        lengths: dict[str, int] = {}
        for name in exports:
            item = exports[name]
            if isinstance(item, wasmtime.Global):
                seen.append(describe(item.value(self.store)))
            if isinstance(item, wasmtime.Memory):
                lengths[name] = item.data_len(self.store)
                seen.append(bytes(item.read(self.store, 0, (sizes or lengths)[name])))
        return seen, lengths


def reserved(data: bytes) -> bytes:
    module = decode(data)
    sites = [site for body in find_sites(module, KERNELS, sizes=False) for site in body.sites]
    grown = {site.memory for site in sites}
    # A memory that only the host can grow has its real size, so it gets no more pages than the original has.
    pages = {
        index: BYTES // memory.page_size if index in grown else memory.minimum
        for index, memory in enumerate(module.memories)
    }
    copy = sealed(data, Mode.RESERVE, pages, KERNELS).data
    assert is_valid(copy)
    return copy


def calls_of(module: Module, seed: int) -> list[tuple[str, list[int | float]]]:
    """Return calls of exported functions, with values for the parameters that wasmtime's API has."""
    chosen = random.Random(seed)
    calls: list[tuple[str, list[int | float]]] = []
    for item in module.exported(Kind.FUNCTION):
        kinds = [str(kind.name) for kind in module.types.function(module.functions[item.index]).parts]
        if all(kind in ZEROS for kind in kinds):
            for _ in range(3):
                calls.append(
                    (item.name, [type(ZEROS[kind])(chosen.choice((0, 1, 2, 7, -1))) for kind in kinds])
                )
    chosen.shuffle(calls)
    return calls


def same_calls(data: bytes, seed: int) -> int:
    """Compare the original and the copy call by call; return the number of calls."""
    assert is_valid(data)
    try:
        original = wasmtime.Module(ENGINE, data)
    except wasmtime.WasmtimeError:
        # wasmtime does not support a proposal that the module uses.
        return 0
    before, after = Run(original), Run(wasmtime.Module(ENGINE, reserved(data)))
    if OUT_OF_BOUNDS in before.start or OUT_OF_FUEL in before.start + after.start:
        return 0
    assert after.start == before.start
    if before.instance is None:
        return 1
    count = 0
    for name, arguments in calls_of(decode(data), seed):
        expected = before.call(name, arguments)
        if OUT_OF_BOUNDS in expected or OUT_OF_FUEL in expected:
            # The copy goes on where the original traps, and the fuel of both differs.
            break
        actual = after.call(name, arguments)
        if OUT_OF_FUEL in actual:
            break
        assert actual == expected, (name, arguments)
        state, sizes = before.state()
        assert after.state(sizes)[0] == state, (name, arguments)
        count += 1
    return count


@pytest.mark.parametrize("first", sampled(range(0, MODULES, BATCH)))
def test_generated_copy_behaves_the_same(first: int) -> None:
    counts = [same_calls(assemble(Generator(seed).module()), seed) for seed in range(first, first + BATCH)]
    # With few calls, the test would show nothing.
    assert sum(counts) > BATCH


@pytest.mark.parametrize("first", sampled(range(0, MODULES, BATCH)))
def test_smith_copy_behaves_the_same(first: int) -> None:
    flags = RUNNABLE | {"memory64_enabled": True}
    counts = [same_calls(smith(seed, **flags), seed) for seed in range(first, first + BATCH)]
    assert sum(counts) > BATCH // 2
