"""Tests that random modules and their stressed copies differ in nothing but what detaches.

Imports return values, throw exceptions that the module can catch, and call exports and functions of the
table. They note their arguments, and the sizes of the exported memories at that time.

By default, 60 generated modules and 60 of `wasm-tools smith` are tested; `NOGROW_STRESS=3000` tests 3,000.
"""

import contextlib
import glob
import os
import random
from collections.abc import Iterator

import pytest
import wasmtime

from nogrow.errors import ModuleError
from nogrow.rewrite.stress import stressed
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from tests.rewrite.checked import KERNELS, is_valid
from tests.rewrite.test_reserve_differential import (
    BYTES,
    ENGINE,
    OUT_OF_FUEL,
    PAIR,
    RESULTS,
    SINGLE,
    Generator,
    Run,
    calls_of,
)
from tests.rewrite.test_smith import RUNNABLE, ZEROS, describe
from tests.support.modules import assemble
from tests.support.sample import sampled
from tests.support.smith import smith

BATCH = 20
MODULES = int(os.environ.get("NOGROW_STRESS", "60"))
DEPTH = 2
OUT_OF_STACK = "call stack exhausted"
IMPORTING = RUNNABLE | {
    "memory64_enabled": True,
    "min_imports": 2,
    "compact_imports_enabled": False,
    "max_imports": 6,
    "max_memory32_bytes": BYTES,
    "max_memory64_bytes": BYTES,
    "max_table_elements": 1000,
}
# A call of an import goes through this module, which throws what the module under test can catch.
THROWER = """(module (import "host" "call" (func $call (param i32 i32) (result i32 i32))) (tag $e)
  {functions})"""
THROWING = """(func (export "i{number}") (param i32) {result}
  (call $call (local.get 0) (i32.const {number})) (if (then (throw $e))) {second})"""


class CallingGenerator(Generator):
    """Generates modules like `Generator` that also call imports, in the same three ways."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.imported = [self.random.choice((SINGLE, SINGLE, PAIR)) for _ in range(self.random.randint(1, 3))]
        self.exports_table = self.random.random() < 0.4

    def imports(self) -> str:
        return " ".join(
            f'(import "host" "i{number}" (func $i{number} (type ${kind})))'
            for number, kind in enumerate(self.imported)
        )

    def table(self, count: int) -> str:
        every = [f"$f{index}" for index in range(count)] + [f"$i{k}" for k in range(len(self.imported))]
        export = '(export "t")' if self.exports_table else ""
        return f"(table {export} {len(every)} funcref) (elem (i32.const 0) func {' '.join(every)})"

    def called_import(self, prefix: str, number: int, argument: str) -> str:
        kind = self.imported[number]
        slot = f"(i32.const {len(self.kinds) + number})"
        return self.random.choice(
            (
                f"({prefix}call $i{number} {argument})",
                f"({prefix}call_indirect (type ${kind}) {argument} {slot})",
                f"({prefix}call_ref ${kind} {argument} (ref.func $i{number}))",
            )
        )

    def tail_call(self, index: int, argument: str) -> str | None:
        kind = self.kinds[index] if index < len(self.kinds) else None
        imports = [number for number, imported in enumerate(self.imported) if imported == kind]
        if imports and self.random.random() < 0.5:
            return self.called_import("return_", self.random.choice(imports), argument)
        return super().tail_call(index, argument)

    def expression(self, depth: int, index: int) -> str:
        if depth == 0 or self.random.random() > 0.15:
            return super().expression(depth, index)
        number = self.random.randrange(len(self.imported))
        call = self.called_import("", number, self.expression(depth - 1, index))
        return call if self.imported[number] == SINGLE else f"(block (result i32) {call} (drop))"

    def thrower(self) -> str:
        """Return the text of the module that has the imports as exports."""
        functions = (
            THROWING.format(
                number=number,
                result=RESULTS[kind],
                second="(i64.const 11)" if kind == PAIR else "",
            )
            for number, kind in enumerate(self.imported)
        )
        return THROWER.format(functions=" ".join(functions))


class HostError(Exception):
    """An import failed, which ends the module like a trap."""


class CallingRun(Run):
    """A run whose imports call back in; `log` has their arguments and what they saw.

    A run is `exhausted` when the fuel or the stack was, after which it cannot be compared, because a copy
    needs more of both.
    """

    def __init__(self, module: wasmtime.Module, seed: int, thrower: str | None) -> None:
        self.random = random.Random(seed)
        self.log: list[object] = []
        self.exhausted = False
        self.depth = 0
        self.thrower = thrower
        super().__init__(module)

    def instantiate(self, module: wasmtime.Module) -> None:
        # Some modules grow tables to gigabytes.
        self.store.set_limits(memory_size=BYTES, table_elements=10_000)
        thrower: wasmtime.Instance | None = None
        if self.thrower is not None:
            helper = wasmtime.Module(ENGINE, assemble(self.thrower))
            (kind,) = (item.type for item in helper.imports)
            assert isinstance(kind, wasmtime.FuncType)
            call = wasmtime.Func(self.store, kind, self.throwing)
            thrower = wasmtime.Instance(self.store, helper, [call])
        imports = [self.provided(item, thrower) for item in module.imports]
        self.instance = wasmtime.Instance(self.store, module, imports)

    def provided(
        self, item: wasmtime.ImportType, thrower: wasmtime.Instance | None
    ) -> wasmtime.Func | wasmtime.Memory | wasmtime.Global | wasmtime.Table:
        kind = item.type
        if isinstance(kind, wasmtime.FuncType):
            if thrower is not None:
                function = thrower.exports(self.store)[item.name or ""]
                assert isinstance(function, wasmtime.Func)
                return function
            results = [str(result) for result in kind.results]

            def call(*arguments: object) -> object:
                return self.imported(f"{item.module}.{item.name}", arguments, results)

            return wasmtime.Func(self.store, kind, call)
        if isinstance(kind, wasmtime.GlobalType):
            return wasmtime.Global(self.store, kind, ZEROS.get(str(kind.content)))
        if isinstance(kind, wasmtime.TableType):
            return wasmtime.Table(self.store, kind, None)
        assert isinstance(kind, wasmtime.MemoryType)
        return wasmtime.Memory(self.store, kind)

    def throwing(self, argument: int, number: int) -> tuple[int, int]:
        self.act(f"i{number}", (argument,))
        return self.random.choice((0, 1, 2, -1)), int(self.random.random() < 0.1)

    def imported(self, name: str, arguments: tuple[object, ...], results: list[str]) -> object:
        self.act(name, arguments)
        if self.random.random() < 0.05:
            raise HostError
        # The first is a reference, the others take part in the computation.
        values = [
            None if kind not in ZEROS else type(ZEROS[kind])(self.random.choice((0, 1, 7)))
            for kind in results
        ]
        return values[0] if len(values) == 1 else tuple(values) if values else None

    def act(self, name: str, arguments: tuple[object, ...]) -> None:
        """Note the call of an import, and perhaps call back in."""
        self.log.append((name, describe(arguments)))
        if self.instance is None:
            return
        self.log.append(list(self.state()[1].items()))
        if self.depth < DEPTH and self.random.random() < 0.3:
            self.depth += 1
            self.log.append(self.back())
            self.depth -= 1

    def back(self) -> str:
        """Call an export or a function of the table with as many small numbers as it takes."""
        assert self.instance is not None
        exports = self.instance.exports(self.store)
        functions = [item for item in exports.values() if isinstance(item, wasmtime.Func)]
        for table in exports.values():
            if isinstance(table, wasmtime.Table):
                entries = (table.get(self.store, index) for index in range(min(8, table.size(self.store))))
                functions += (entry for entry in entries if isinstance(entry, wasmtime.Func))
        callable_ones = [
            function
            for function in functions
            if all(str(kind) in ZEROS for kind in function.type(self.store).params)
        ]
        if not callable_ones:
            return "nothing to call"
        function = self.random.choice(callable_ones)
        arguments = [
            type(ZEROS[str(kind)])(self.random.choice((0, 1, 7))) for kind in function.type(self.store).params
        ]
        return self.outcome(lambda: function(self.store, *arguments))

    def outcome(self, action: object) -> str:
        try:
            result = super().outcome(action)  # type: ignore[arg-type]
        except HostError:
            return "failed in the host"
        self.exhausted = self.exhausted or OUT_OF_FUEL in result or OUT_OF_STACK in result
        return result


def copies(data: bytes, seed: int) -> Iterator[bytes]:
    """Yield the stressed copies: by the proof, of everything, and of one entry point."""
    module = decode(data)
    names = [item.name for item in module.exported(Kind.FUNCTION)]
    options: list[dict[str, object]] = [{}, {"every": True}]
    if names:
        options.append({"entries": [glob.escape(random.Random(seed).choice(names))]})
    for option in options:
        copy = stressed(data, KERNELS, try_table=True, **option).data  # type: ignore[arg-type]
        assert is_valid(copy), option
        yield copy


def same_calls(data: bytes, seed: int, thrower: str | None) -> tuple[int, int]:
    """Compare the original with its copies call by call; return the numbers of calls and log entries."""
    assert is_valid(data)
    try:
        original = wasmtime.Module(ENGINE, data)
        CallingRun(original, seed, thrower)
    except (wasmtime.WasmtimeError, TypeError, ValueError, KeyError):
        # wasmtime does not support a proposal that the module uses, or cannot make one of its imports.
        with contextlib.suppress(ModuleError):
            list(copies(data, seed))
        return 0, 0
    calls = imported = 0
    for copy in copies(data, seed):
        before = CallingRun(original, seed, thrower)
        after = CallingRun(wasmtime.Module(ENGINE, copy), seed, thrower)
        if before.exhausted or after.exhausted:
            continue
        assert (after.start, after.log) == (before.start, before.log)
        if before.instance is None:
            continue
        for name, arguments in calls_of(decode(data), seed):
            expected, actual = before.call(name, arguments), after.call(name, arguments)
            if before.exhausted or after.exhausted:
                break
            assert actual == expected, (name, arguments)
            assert after.log == before.log, (name, arguments)
            assert after.state() == before.state(), (name, arguments)
            calls += 1
        imported += len(before.log)
    return calls, imported


@pytest.mark.parametrize("first", sampled(range(0, MODULES, BATCH)))
def test_generated_copy_behaves_the_same(first: int) -> None:
    counts = []
    for seed in range(first, first + BATCH):
        generator = CallingGenerator(seed)
        counts.append(same_calls(assemble(generator.module()), seed, generator.thrower()))
    # With few calls, the test would show nothing.
    assert sum(calls for calls, _ in counts) > 5 * BATCH
    assert sum(imported for _, imported in counts) > 5 * BATCH


@pytest.mark.parametrize("first", sampled(range(0, MODULES, BATCH)))
def test_smith_copy_behaves_the_same(first: int) -> None:
    counts = [same_calls(smith(seed, **IMPORTING), seed, None) for seed in range(first, first + BATCH)]
    assert sum(calls for calls, _ in counts) > BATCH // 2
