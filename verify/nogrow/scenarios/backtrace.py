"""This module finds the call stack of a growth: it runs the scenario again on a copy that traps there."""

from typing import NamedTuple

from nogrow.analysis.judgement import Function, Step
from nogrow.contract.model import Scenario
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError, TrapFrame, TrappedError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.steps import Observation, StoppedError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan

INSTRUCTIONS = {
    0x10: "call",
    0x11: "call_indirect",
    0x14: "call_ref",
    0x40: "memory.grow",
}
# wasmtime's C API gives no more.
MOST_FRAMES = 20


class Caught(NamedTuple):
    """The active functions at the growth, the outermost first; if there are none, `note` says why."""

    backtrace: tuple[Step, ...] = ()
    note: str | None = None


def trapped(data: bytes) -> tuple[bytes, frozenset[int]]:
    """Return a copy of the core module that traps at each `memory.grow`, and their offsets in bytes.

    The offsets are the same in the copy. Raises `ModuleError` if the module cannot be decoded.
    """
    offsets = frozenset(grow.offset for grow in scan(decode(data), Engine()).grows)
    return sealed(data, Mode.TRAP).data, offsets


def find_backtrace(data: bytes, scenario: Scenario, limits: Limits, number: int, call: str) -> Caught:
    """Return the call stack of the growth of `data` in call `number`, counted from 1, of the export `call`.

    The copy traps at the first `memory.grow` that is executed. If an earlier one must succeed before the
    growth, there is no call stack.
    """
    try:
        copy, offsets = trapped(data)
    except ModuleError as error:
        return _unknown(str(error))
    observation = Observation(scenario, offsets)
    try:
        observation.run(Guest(compiled(copy, limits), scenario.host))
    except StoppedError as error:
        if error.number == number:
            return backtrace(data, call, error.frames)
        location = f"step {error.step}"
    except TrappedError as error:
        if not error.frames or error.frames[0].offset not in offsets:
            return _unknown("the copy that traps at memory.grow fails before the growth")
        location = "the start function"
    except GuestError as error:
        return _unknown(f"the copy that traps at memory.grow ends before the growth: {error}")
    else:
        return _unknown("no memory.grow of the module was executed")
    return _unknown(f"{location} executes a memory.grow before the growth, which must succeed")


def _unknown(reason: str) -> Caught:
    return Caught(note=f"the call stack is not known: {reason}")


def backtrace(data: bytes, call: str, frames: tuple[TrapFrame, ...]) -> Caught:
    """Return the call stack of a trap in the exported function `call`; `frames` has the innermost first."""
    steps = [
        Step(Function(frame.function, frame.name), frame.offset, INSTRUCTIONS.get(data[frame.offset], "call"))
        for frame in reversed(frames)
    ]
    called = [export.index for export in decode(data).exported(Kind.FUNCTION) if export.name == call]
    first = steps[0].function
    if len(steps) >= MOST_FRAMES:
        return Caught(tuple(steps), f"wasmtime only gives the innermost {MOST_FRAMES} calls")
    if first.name is None and first.index in called:
        steps[0] = Step(Function(first.index, call), steps[0].offset, steps[0].instruction)
    return Caught(tuple(steps))
