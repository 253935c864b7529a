"""A growth to the call stack that grew: the scenario is run again on a copy that traps there."""

from typing import NamedTuple

from nogrow.analysis.judgement import Function, Step
from nogrow.contract.model import Scenario
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.scenarios.errors import GuestError, TrapFrame, TrappedError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.limits import Limits
from nogrow.scenarios.steps import CaughtError, Course
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
# How many wasmtime gives at most; its interface for C can't ask for more.
MOST_FRAMES = 20


class Caught(NamedTuple):
    """The active functions at the growth, the outermost first; if there are none, `note` says why."""

    backtrace: tuple[Step, ...] = ()
    note: str | None = None


def trapped(data: bytes) -> tuple[bytes, frozenset[int]]:
    """A copy of the core module that traps at each `memory.grow`, and their offsets in bytes, in both.

    Raises `ModuleError` if it can't be decoded.
    """
    offsets = frozenset(grow.offset for grow in scan(decode(data), Engine()).grows)
    return sealed(data, Mode.TRAP).data, offsets


def caught(data: bytes, scenario: Scenario, limits: Limits, number: int, call: str) -> Caught:
    """Run `scenario` again up to its call `number`, counted from 1, of `call`, in which `data` grew.

    The copy ends at the first `memory.grow` that is executed. Where that is not the growth, what was before
    it needs a growth to succeed, and there is no call stack to show.
    """
    try:
        copy, offsets = trapped(data)
    except ModuleError as error:
        return Caught(note=f"the call stack is not known: {error}")
    course = Course(scenario, offsets)
    try:
        course.run(Guest(compiled(copy, limits), scenario.host))
    except CaughtError as error:
        if error.number == number:
            return backtrace(data, call, error.frames)
        where = f"step {error.step}"
    except TrappedError as error:
        if not error.frames or error.frames[0].offset not in offsets:
            return Caught(note="the call stack is not known: a copy that must not grow fails before it")
        where = "the start function"
    except GuestError as error:
        return Caught(note=f"the call stack is not known: a copy that must not grow ends before it: {error}")
    else:
        return Caught(note="the call stack is not known: no memory.grow of the module was executed")
    return Caught(
        note=f"the call stack is not known: {where} executes a memory.grow before, and must come back"
    )


def backtrace(data: bytes, call: str, frames: tuple[TrapFrame, ...]) -> Caught:
    """The call stack of a copy of `data` that trapped in the call of the export `call`.

    `frames` are the innermost first.
    """
    steps = [
        Step(Function(one.function, one.name), one.offset, INSTRUCTIONS.get(data[one.offset], "call"))
        for one in reversed(frames)
    ]
    called = [one.index for one in decode(data).exported(Kind.FUNCTION) if one.name == call]
    first = steps[0].function
    if len(steps) >= MOST_FRAMES:
        return Caught(tuple(steps), f"wasmtime tells the innermost {MOST_FRAMES} calls and no others")
    if first.name is None and first.index in called:
        steps[0] = Step(Function(first.index, call), steps[0].offset, steps[0].instruction)
    return Caught(tuple(steps))
