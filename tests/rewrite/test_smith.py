"""Strange modules, sealed: as valid as before, and the same to whoever calls them until they grow.

A normal run takes 120 modules of `wasm-tools smith`; `NOGROW_SEAL=2000` takes 2,000. Seeds count from 0.
"""

import functools
import os
from collections.abc import Callable, Mapping

import pytest
import wasmtime

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.verdicts import judge
from nogrow.rewrite.rewrite import Mode, Sealed, sealed
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.scan import scan
from tests.rewrite.checked import KERNELS, checked, is_valid
from tests.support.assemble import assemble
from tests.support.generate import random_module
from tests.support.smith import smith

BATCH = 30
SMITHS = int(os.environ.get("NOGROW_SEAL", "120"))
RANDOM = 100
ARGUMENTS = (0, 1, 2, -1)


@pytest.mark.parametrize("first", range(0, SMITHS, BATCH))
def test_a_sealed_module_is_as_valid_as_it_was(first: int) -> None:
    for seed in range(first, first + BATCH):
        for mode in Mode:
            checked(smith(seed), mode)
    # Or this shows nothing of the code.
    assert any(judgement(smith(seed)).sites for seed in range(first, first + BATCH))


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
    """The run came to a growth: what follows may differ."""


class Run:
    """An instance whose calls are described by everything that a host can see of them."""

    def __init__(self, data: bytes, sites: frozenset[int]) -> None:
        """`sites` are where a growth is a trap, in the copy that has traps instead."""
        self.sites = sites
        self.store = wasmtime.Store(runner())
        self.store.set_fuel(100_000)
        self.exports: Mapping[str, object] = {}
        module = wasmtime.Module(runner(), data)
        quiet = wasmtime.Module(runner(), '(module (func (export "f") (param i32)))')
        host = wasmtime.Instance(self.store, quiet, []).exports(self.store)["f"]
        assert isinstance(host, wasmtime.Func)
        self.began = self.outcome(lambda: self.instantiate(module, host))

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
                # Other instructions use other amounts of it.
                raise AttemptedError from trap
            # How an access is bounds-checked, which the limits decide, may change what stands before this.
            return f"trapped {str(trap).strip().splitlines()[-1].rpartition('wasm trap: ')[2]}"
        except wasmtime.WasmtimeError as error:
            # An exception out of the start function.
            return f"failed {str(error).strip().splitlines()[-1]}"

    def call(self, name: str, argument: int) -> tuple[str, list[object]]:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        return self.outcome(lambda: function(self.store, argument)), self.seen()

    def seen(self) -> list[object]:
        seen: list[object] = []
        for item in self.exports.values():
            if isinstance(item, wasmtime.Memory):
                seen += (item.size(self.store), bytes(item.read(self.store, 0, 65536)))
            elif isinstance(item, wasmtime.Global):
                seen.append(item.value(self.store))
        return seen


def judgement(data: bytes) -> Judgement:
    return judge(data, lambda _: True, KERNELS)


def history(data: bytes, name: str, sites: frozenset[int], count: int) -> list[object]:
    """What `count` calls in a row come to; raises `AttemptedError` where a growth is tried."""
    run = Run(data, sites)
    if not run.exports:
        return [run.began]
    return [run.began, *(run.call(name, argument) for argument in ARGUMENTS[:count])]


def quiet_calls(seed: int) -> tuple[int, int]:
    """How many runs of a random module try no growth, and how many do; those are all compared."""
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


def test_until_it_grows_a_sealed_module_does_what_it_did() -> None:
    counts = [quiet_calls(seed) for seed in range(RANDOM)]
    # Enough of both kinds, or this shows nothing.
    assert sum(same for same, _ in counts) > RANDOM
    assert sum(grown for _, grown in counts) > RANDOM // 4


def test_after_a_denied_growth_it_does_what_it_would_do_without_memory() -> None:
    """With the maximum at the minimum, growth by more than 0 fails already: denying that changes nothing."""
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
    """The same for what `wasm-tools smith` makes: calls with zeros, in fresh instances."""
    data = smith(seed, **RUNNABLE)
    sites = frozenset(grow.offset for grow in scan(decode(data), KERNELS).grows)
    copies = [data, *(sealed(data, mode, None, KERNELS).data for mode in (Mode.CAP, Mode.DENY))]
    traps = sealed(data, Mode.TRAP, None, KERNELS).data
    same = grown = 0
    try:
        wasmtime.Module(runner(), data)
    except wasmtime.WasmtimeError:
        # A proposal that wasmtime leaves out.
        return 0, 0
    module = decode(data)
    for item in module.exported(Kind.FUNCTION):
        parameters = [str(one.name) for one in module.types.defined[module.functions[item.index]].parts]
        if not all(one in ZEROS for one in parameters):
            continue
        zeros = [ZEROS[one] for one in parameters]
        try:
            expected = zeroed(traps, item.name, zeros, sites)
        except AttemptedError:
            grown += 1
            continue
        for copy in copies:
            try:
                found = zeroed(copy, item.name, zeros, frozenset())
            except AttemptedError:
                # No growth traps here: the fuel was not enough. Deep recursion may end either way.
                continue
            assert found == expected
            same += 1
    return same, grown


# wasmtime's Python interface can't show values of some types.
RUNNABLE = {
    "max_imports": 0,
    **{
        f"{one}_enabled": False for one in ("exceptions", "gc", "memory64", "relaxed_simd", "simd", "threads")
    },
}
ZEROS: dict[str, int | float] = {"i32": 0, "i64": 0, "f32": 0.0, "f64": 0.0}


def zeroed(data: bytes, name: str, zeros: list[int | float], sites: frozenset[int]) -> list[object]:
    run = Run(data, sites)
    function = run.exports.get(name)
    if not isinstance(function, wasmtime.Func):
        return [run.began]
    ended = run.outcome(lambda: describe(function(run.store, *zeros)))
    return [run.began, ended, *map(describe, run.seen())]


def describe(value: object) -> str:
    """References have no value of their own that two instances could share."""
    if isinstance(value, list | tuple):
        return ", ".join(map(describe, value))
    return str(value) if isinstance(value, int | float | bytes | None) else type(value).__name__


def test_until_it_grows_a_strange_module_does_what_it_did() -> None:
    counts = [smith_calls(seed) for seed in range(SMITHS)]
    assert sum(same for same, _ in counts) > 3 * SMITHS // 4
    assert sum(grown for _, grown in counts) > 0
