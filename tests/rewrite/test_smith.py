"""Tests that sealed random modules are valid, and behave the same until they grow.

`invoke test --all` tests 120 modules of `wasm-tools smith`, and `NOGROW_SEAL=2000` 2,000. Seeds count from 0.
"""

import contextlib
import functools
import os
from collections.abc import Callable, Mapping

import pytest
import wasmtime

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode, Sealed, sealed
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.scan import scan
from tests.rewrite.checked import KERNELS, checked, is_valid
from tests.support.generate import random_module
from tests.support.modules import assemble
from tests.support.sample import sampled
from tests.support.smith import smith

BATCH = 30
SMITHS = int(os.environ.get("NOGROW_SEAL", "120"))
RANDOM = 100
ARGUMENTS = (0, 1, 2, -1)


@pytest.mark.parametrize("first", sampled(range(0, SMITHS, BATCH)))
def test_sealed_module_stays_valid(first: int) -> None:
    for seed in range(first, first + BATCH):
        for mode in Mode:
            with contextlib.suppress(*((ModuleError,) if is_shared(smith(seed)) else ())):
                checked(smith(seed), mode)
    # Without grow sites, the test would show nothing.
    assert any(judgement(smith(seed)).sites for seed in range(first, first + BATCH))


def is_shared(data: bytes) -> bool:
    """Return whether a memory is shared, which cannot be reserved."""
    return any(memory.shared for memory in decode(data).memories)


@functools.cache
def runner() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.parallel_compilation = False
    config.cranelift_opt_level = "none"
    config.consume_fuel = True
    config.wasm_exceptions = True
    config.wasm_function_references = True
    config.wasm_gc = True
    config.wasm_multi_memory = True
    config.wasm_tail_call = True
    config.wasm_custom_page_sizes = True
    config.wasm_wide_arithmetic = True
    return wasmtime.Engine(config)


class AttemptedError(Exception):
    """The run reached a growth, after which the behaviour may differ."""


class Run:
    """An instance, with a description of everything that a host can observe of its calls."""

    def __init__(self, data: bytes, sites: frozenset[int]) -> None:
        """Instantiate the module; a trap at one of the offsets `sites` is an attempt to grow."""
        self.sites = sites
        self.store = wasmtime.Store(runner())
        self.store.set_fuel(100_000)
        self.exports: Mapping[str, object] = {}
        module = wasmtime.Module(runner(), data)
        quiet = wasmtime.Module(runner(), '(module (func (export "f") (param i32)))')
        host = wasmtime.Instance(self.store, quiet, []).exports(self.store)["f"]
        assert isinstance(host, wasmtime.Func)
        self.start = self.outcome(lambda: self.instantiate(module, host))

    def instantiate(self, module: wasmtime.Module, host: wasmtime.Func) -> None:
        imports = [host] * len(module.imports)
        self.exports = wasmtime.Instance(self.store, module, imports).exports(self.store)

    def outcome(self, action: Callable[[], object]) -> str:
        try:
            return f"returned {action()}"
        except wasmtime.Trap as trap:
            if trap.frames and trap.frames[0].module_offset in self.sites:
                raise AttemptedError from trap
            if "all fuel consumed" in str(trap):
                # The replaced instructions use a different amount of fuel.
                raise AttemptedError from trap
            # The limits decide how accesses are checked, which can change the text before the cause.
            return f"trapped {str(trap).strip().splitlines()[-1].rpartition('wasm trap: ')[2]}"
        except wasmtime.WasmtimeError as error:
            # The start function threw an exception.
            return f"failed {str(error).strip().splitlines()[-1]}"

    def call(self, name: str, argument: int) -> tuple[str, list[object]]:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        return self.outcome(lambda: function(self.store, argument)), self.state()

    def state(self) -> list[object]:
        state: list[object] = []
        for item in self.exports.values():
            if isinstance(item, wasmtime.Memory):
                state += (item.size(self.store), bytes(item.read(self.store, 0, 65536)))
            elif isinstance(item, wasmtime.Global):
                state.append(item.value(self.store))
        return state


def judgement(data: bytes) -> Judgement:
    return judge(data, lambda _: True, KERNELS)


def history(data: bytes, name: str, sites: frozenset[int], count: int) -> list[object]:
    """Return the outcomes of `count` calls in a row; raises `AttemptedError` if one tries to grow."""
    run = Run(data, sites)
    if not run.exports:
        return [run.start]
    return [run.start, *(run.call(name, argument) for argument in ARGUMENTS[:count])]


def quiet_calls(seed: int) -> tuple[int, int]:
    """Compare the runs of a random module that do not try to grow; return both numbers."""
    data = assemble(random_module(seed))
    if "emscripten" in random_module(seed):
        return 0, 0
    sites = frozenset(grow.offset for grow in scan(decode(data), KERNELS).grows)
    copies: list[Sealed] = [sealed(data, mode, None, KERNELS) for mode in (Mode.CAP, Mode.DENY)]
    traps = sealed(data, Mode.TRAP, None, KERNELS).data
    same = grown = 0
    for entry in judgement(data).entries:
        if entry.kind.value != "export":
            continue
        for count in range(1, len(ARGUMENTS) + 1):
            try:
                expected = history(traps, entry.name, sites, count)
            except AttemptedError:
                grown += 1
                break
            same += 1
            assert history(data, entry.name, frozenset(), count) == expected
            for copy in copies:
                assert history(copy.data, entry.name, frozenset(), count) == expected
    return same, grown


@pytest.mark.parametrize("count", sampled([RANDOM // 5, RANDOM]))
def test_sealed_module_behaves_the_same_until_it_grows(count: int) -> None:
    counts = [quiet_calls(seed) for seed in range(count)]
    # With too few of either kind, the test would show nothing.
    assert sum(same for same, _ in counts) > count
    assert sum(grown for _, grown in counts) > count // 4


def test_denied_growth_behaves_like_failed_growth() -> None:
    """With the maximum at the minimum, growth by more than 0 fails anyway, so deny changes nothing."""
    wat = (
        '(module (memory 1 1) (func (export "f") (param i32) (result i32) (local i32)'
        "(local.set 1 (i32.add (i32.const 1) (local.get 0)))"
        "(if (result i32) (i32.eq (memory.grow (local.get 1)) (i32.const -1))"
        "(then (i32.sub (i32.const -5) (local.get 1))) (else (i32.const 7)))))"
    )
    data = assemble(wat)
    denied = sealed(data, Mode.DENY, None, KERNELS).data
    assert is_valid(denied)
    none: frozenset[int] = frozenset()
    assert history(data, "f", none, 3) == history(denied, "f", none, 3)
    assert "returned -6" in str(history(denied, "f", none, 1))


def smith_calls(seed: int) -> tuple[int, int]:
    """Compare calls with zeros in new instances of a module of `wasm-tools smith`, like `quiet_calls`."""
    data = smith(seed, **RUNNABLE)
    sites = frozenset(grow.offset for grow in scan(decode(data), KERNELS).grows)
    copies = [data, *(sealed(data, mode, None, KERNELS).data for mode in (Mode.CAP, Mode.DENY))]
    traps = sealed(data, Mode.TRAP, None, KERNELS).data
    same = grown = 0
    try:
        wasmtime.Module(runner(), data)
    except wasmtime.WasmtimeError:
        # wasmtime does not support a proposal that the module uses.
        return 0, 0
    module = decode(data)
    for item in module.exported(Kind.FUNCTION):
        parameters = [str(kind.name) for kind in module.types.defined[module.functions[item.index]].parts]
        if not all(kind in ZEROS for kind in parameters):
            continue
        zeros = [ZEROS[kind] for kind in parameters]
        try:
            expected = zeroed(traps, item.name, zeros, sites)
        except AttemptedError:
            grown += 1
            continue
        for copy in copies:
            try:
                actual = zeroed(copy, item.name, zeros, frozenset())
            except AttemptedError:
                # A growth does not trap here, so the fuel ran out, perhaps only in one copy by recursion.
                continue
            assert actual == expected
            same += 1
    return same, grown


# wasmtime's Python API cannot represent values of some types.
RUNNABLE = {
    "max_imports": 0,
    **{
        f"{proposal}_enabled": False
        for proposal in ("exceptions", "gc", "memory64", "relaxed_simd", "simd", "threads")
    },
}
ZEROS: dict[str, int | float] = {"i32": 0, "i64": 0, "f32": 0.0, "f64": 0.0}


def zeroed(data: bytes, name: str, zeros: list[int | float], sites: frozenset[int]) -> list[object]:
    run = Run(data, sites)
    function = run.exports.get(name)
    if not isinstance(function, wasmtime.Func):
        return [run.start]
    outcome = run.outcome(lambda: describe(function(run.store, *zeros)))
    return [run.start, outcome, *map(describe, run.state())]


def describe(value: object) -> str:
    """Return a value as text; a reference has no value that two instances could share."""
    if isinstance(value, list | tuple):
        return ", ".join(map(describe, value))
    return str(value) if isinstance(value, int | float | bytes | None) else type(value).__name__


@pytest.mark.parametrize("count", sampled([SMITHS // 4, SMITHS]))
def test_sealed_smith_module_behaves_the_same_until_it_grows(count: int) -> None:
    counts = [smith_calls(seed) for seed in range(count)]
    assert sum(same for same, _ in counts) > 3 * count // 4
    assert sum(grown for _, grown in counts) > 0
