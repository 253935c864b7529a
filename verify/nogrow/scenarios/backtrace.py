"""Find the call stack of a growth: repeat what led to it on a copy that traps at `memory.grow`."""

from collections.abc import Callable
from typing import NamedTuple

from nogrow.analysis.judgement import Function, Step
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError, TrapFrame, TrappedError
from nogrow.scenarios.guest import Compiled, compiled
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan

# wasmtime's C API gives no more.
_MOST_FRAMES = 20
_INSTRUCTIONS = {0x10: "call", 0x11: "call_indirect", 0x14: "call_ref", 0x40: "memory.grow"}


class StoppedError(Exception):
    """The copy trapped at a `memory.grow`, in the call with this number."""

    def __init__(self, number: int, location: str, export: str, frames: tuple[TrapFrame, ...]) -> None:
        """Keep the call of `export`, and the active functions, the innermost first.

        `location` says where the call is in the scenario or in the test.
        """
        super().__init__(f"stopped in {location}")
        self.number, self.location, self.export, self.frames = number, location, export, frames


class Caught(NamedTuple):
    """The active functions at the growth, the outermost first; if there are none, `note` says why."""

    backtrace: tuple[Step, ...] = ()
    note: str | None = None


def find_backtrace(
    data: bytes, limits: Limits, number: int, repeat: Callable[[Compiled, frozenset[int]], None]
) -> Caught:
    """Return the call stack of the growth of the core module `data` in the call with this number.

    `repeat` repeats all calls on a copy, which traps at the first `memory.grow` that is executed. It raises
    `StoppedError` for a trap of a call at one of the given offsets. If an earlier `memory.grow` must succeed
    before the growth, there is no call stack.
    """
    try:
        offsets = frozenset(grow.offset for grow in scan(decode(data), Engine()).grows)
        # The offsets are the same in the copy.
        copy = sealed(data, Mode.TRAP).data
    except ModuleError as error:
        return unknown(str(error))
    try:
        repeat(compiled(copy, limits), offsets)
    except StoppedError as error:
        if error.number == number:
            return _backtrace(data, error.export, error.frames)
        location = error.location
    except GuestError as error:
        if not (isinstance(error, TrappedError) and error.is_at(offsets)):
            ending = "fails" if isinstance(error, TrappedError) else "ends"
            return unknown(f"the copy that traps at memory.grow {ending} before the growth: {error}")
        location = "the start function"
    else:
        return unknown("no memory.grow of the module was executed")
    return unknown(f"{location} executes a memory.grow before the growth, which must succeed")


def unknown(reason: str) -> Caught:
    """Return that there is no call stack, with the reason."""
    return Caught(note=f"the call stack is not known: {reason}")


def _backtrace(data: bytes, export: str, frames: tuple[TrapFrame, ...]) -> Caught:
    """Return the call stack of a trap in the exported function `export`."""
    steps = []
    for frame in reversed(frames):
        function = Function(frame.function, frame.name)
        steps.append(Step(function, frame.offset, _INSTRUCTIONS.get(data[frame.offset], "call")))
    if len(steps) >= _MOST_FRAMES:
        return Caught(tuple(steps), f"wasmtime only gives the innermost {_MOST_FRAMES} calls")
    called = [item.index for item in decode(data).exported(Kind.FUNCTION) if item.name == export]
    outermost = steps[0].function
    if outermost.name is None and outermost.index in called:
        steps[0] = steps[0]._replace(function=Function(outermost.index, export))
    return Caught(tuple(steps))
