"""Run scenarios on any bytes; the calls and stubs are made from the module itself."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path

import nogrow
from nogrow.contract.model import ArtifactContract, Call, Host, Number, Read, Scenario, Stub, Write
from nogrow.contract.select import Target
from nogrow.errors import ModuleError
from nogrow.pipeline.all_files import check
from nogrow.report import as_json, text
from nogrow.report.exit_code import ExitCode
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.result import ScenarioResult
from nogrow.scenarios.runner import run
from nogrow.scenarios.types import Signature, signatures
from nogrow.scenarios.wasi import MODULE
from nogrow.wasm.decode import decode
from tests.support.modules import assemble

# The limits are much smaller than usual, because most inputs that run at all run for ever.
LIMITS = Limits(
    fuel=100_000,
    step_seconds=0.2,
    seconds=0.5,
    compile_seconds=5,
    memory_bytes=2**22,
    table_elements=10_000,
    output_bytes=100,
)
_MOST_CALLED = 3
_NUMBERS: dict[str, Number] = {"i32": 8, "i64": 1, "f32": 0.5, "f64": -1.0}
# Prefixes of Python's audit events for files, processes and the network.
_REACHES = ("open", "os.", "shutil.", "socket.", "subprocess.", "urllib.")
_OWN = str(Path(nogrow.__file__).parent)
_reached: list[str] = []
_watching = False


def played(path: Path) -> tuple[ExitCode, list[str]]:
    """Run a scenario for each of the first exports; return the exit code and all accesses to the outside."""
    _prepare()
    _reached.clear()
    clause = ArtifactContract(str(path), scenarios=tuple(_scenarios(path.read_bytes())))
    report = check(None, (Target(str(path), clause),), run=_watched)
    for render in (text.render, as_json.render):
        render(report, io.StringIO())
    return report.exit_code, list(_reached)


def _scenarios(data: bytes) -> Iterator[Scenario]:
    """Yield a scenario for each function: two rounds of writing, calling and reading."""
    try:
        module, known = decode(data), signatures(data)
    except (ModuleError, GuestError):
        yield Scenario("any", (Call("any"),))
        return
    stubs = tuple(
        Stub(item.label, _fitting(signature.results), grows=1)
        for item, signature in zip(module.imports, known.imports, strict=True)
        if signature is not None and item.module != MODULE
    )
    host = Host(stubs, wasi=True)
    for name, signature in islice(known.exports.items(), _MOST_CALLED):
        steps = (Write("abcd", 8), Call(name, _fitting(signature.params), repeat=2), Read(1, 8, "a"))
        yield Scenario(name, (*steps, Call(name, _least(signature))), 2, host)


def _fitting(types: tuple[str, ...]) -> tuple[Number, ...]:
    return tuple(_NUMBERS.get(name, 0) for name in types)


def _least(signature: Signature) -> tuple[Number, ...]:
    return tuple(-1 for _ in signature.params)


def _watched(data: bytes, scenario: Scenario) -> ScenarioResult:
    with _watch():
        return run(data, scenario, LIMITS)


@contextmanager
def _watch() -> Iterator[None]:
    global _watching
    _watching = True
    try:
        yield
    finally:
        _watching = False


def _note(event: str, args: tuple[object, ...]) -> None:
    # nogrow reads its own kernels, which is allowed.
    if _watching and event.startswith(_REACHES) and not str(next(iter(args), "")).startswith(_OWN):
        _reached.append(f"{event} {args[:1]}")


@cache
def _prepare() -> None:
    """Install the audit hook once, because it cannot be removed; a first run loads code before that."""
    run(
        assemble(
            '(module (memory (export "memory") 1) (func (export "f") (drop (memory.grow (i32.const 1)))))'
        ),
        Scenario("s", (Call("f"),)),
        LIMITS,
    )
    sys.addaudithook(_note)
