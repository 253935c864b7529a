"""This module runs a scenario step by step, observes the memory, and finds the call stack of a growth."""

from typing import NamedTuple

from nogrow.analysis import judgement
from nogrow.contract.model import Address, Call, Number, Read, Saved, Scenario, Step, Value, Write
from nogrow.contract.phrases import shortened
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError, TrapFrame, TrappedError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.result import Growth, ScenarioOutcome, ScenarioResult, StepSeen
from nogrow.scenarios.types import Results, all_same, all_shown, fitted, shown
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan

# The longest text that a message quotes, in characters.
_LONGEST = 400
# wasmtime's C API gives no more.
_MOST_FRAMES = 20
_INSTRUCTIONS = {0x10: "call", 0x11: "call_indirect", 0x14: "call_ref", 0x40: "memory.grow"}


def run(data: bytes, scenario: Scenario, limits: Limits = Limits()) -> ScenarioResult:  # noqa: B008
    """Run `scenario` in a fresh instance of the module `data` and return the result.

    The scenario fails at the first step that traps, meets a limit, reads or returns an unexpected value,
    grows where it may not, or does not grow where it must. If the memory grew, the scenario is run again on a
    copy that traps at `memory.grow`, for the backtrace. The guest's behaviour never raises an exception.
    """
    observation = Observation(scenario)
    guest: Guest | None = None
    failure: str | None = None
    try:
        guest = Guest(compiled(data, limits), scenario.host)
        observation.run(guest)
    except GuestError as error:
        failure = str(error)
    growth = observation.growth
    if growth is not None:
        caught = find_backtrace(data, scenario, limits, observation.grew_in, growth.call)
        # A note on a stub that grew the memory is more useful than the reason for a missing call stack.
        note = caught.note if caught.backtrace else growth.note or caught.note
        growth = growth._replace(backtrace=caught.backtrace, note=note)
    outcome = ScenarioOutcome.STILL if growth is None else ScenarioOutcome.GREW
    return ScenarioResult(
        scenario.name,
        outcome if failure is None else ScenarioOutcome.FAILED,
        tuple(observation.pages),
        growth,
        failure,
        tuple(observation.steps[number] for number in sorted(observation.steps)),
        guest.imports.seen() if guest else (),
        guest.imports.wasi.output if guest else "",
    )


class StoppedError(Exception):
    """A trap at one of the offsets to stop at, in the call `number`, counted from 1."""

    def __init__(self, number: int, step: int, frames: tuple[TrapFrame, ...]) -> None:
        """Keep the call, the step (counted from 1) and the active functions, the innermost first."""
        super().__init__(f"stopped in step {step}")
        self.number, self.step, self.frames = number, step, frames


class Observation:
    """A run of a scenario, with its observations so far."""

    def __init__(self, scenario: Scenario, stop_at: frozenset[int] = frozenset()) -> None:
        """Prepare a run; a trap at one of the offsets `stop_at` ends it with `StoppedError`."""
        self.pages: list[int] = []
        self.growth: Growth | None = None
        self.grew_in = 0
        """The call, counted from 1, that first grew the memory."""
        self.steps: dict[int, StepSeen] = {}
        self._scenario = scenario
        self._stop_at = stop_at
        self._saved: dict[str, Number] = {}
        self._calls = 0

    def run(self, guest: Guest) -> None:
        """Take all steps; raises `GuestError` with the position of the first step that fails."""
        for repetition in range(1, self._scenario.repeat + 1):
            for number, step in enumerate(self._scenario.steps, 1):
                times = step.repeat if isinstance(step, Call) else 1
                time = 0
                try:
                    with guest.step():
                        while time < times:
                            time += 1
                            self._take(guest, number, step)
                except GuestError as error:
                    message = f"{self._position(repetition, number, time, times)}: {error}"
                    if isinstance(error, TrappedError):
                        raise TrappedError(message, error.frames) from error
                    raise GuestError(message) from error

    def _position(self, repetition: int, number: int, time: int, times: int) -> str:
        step = f"round {repetition}, step {number}" if self._scenario.repeat > 1 else f"step {number}"
        return f"{step}, call {time} of {times}" if times > 1 else step

    def _take(self, guest: Guest, number: int, step: Step) -> None:
        before = guest.pages()
        try:
            match step:
                case Call():
                    self._call(guest, number, step)
                case Write(data, at):
                    guest.write(self._address(at), data.encode() if isinstance(data, str) else data)
                case Read(length, at, expect):
                    _compare(guest.read(self._address(at), self._address(length)), expect)
        finally:
            self._record(number, step, before, guest.pages())

    def _record(self, number: int, step: Step, before: int, after: int) -> None:
        seen = self.steps.get(number) or StepSeen(number, _written(step), 0, before, after)
        times = seen.times + 1
        seen = seen._replace(times=times, pages=after)
        if after != before:
            seen = seen._replace(growths=seen.growths + 1, first=seen.first or times, last=times)
        self.steps[number] = seen

    def _call(self, guest: Guest, number: int, step: Call) -> None:
        args = [self._value(arg) for arg in step.args]
        self._calls += 1
        before, by_host = guest.pages(), len(guest.imports.growths)
        trap: TrappedError | None = None
        results: Results = ()
        try:
            results = guest.call(step.export, args)
        except TrappedError as error:
            if error.frames and error.frames[0].offset in self._stop_at:
                raise StoppedError(self._calls, number, error.frames) from error
            trap = error
        after = guest.pages()
        if after != before and self.growth is None:
            hosts = guest.imports.growths[by_host:]
            note = f"the stub of the import {hosts[0]} grew it" if hosts else None
            self.growth = Growth(number, step.export, before, after, note=note)
            self.grew_in = self._calls
        self._check_trap(step, trap, results)
        self.pages.append(after)
        if after != before and not step.may_grow:
            growth = f"from {before} to {after} pages"
            raise GuestError(f"`{step.export}` grew the memory {growth}, but it may not grow")
        if after == before and step.must_grow:
            raise GuestError(
                f"`{step.export}` did not grow the memory, which has {after} pages; it must grow"
            )
        if trap is None:
            self._check_results(guest, step, results)

    def _check_trap(self, step: Call, trap: TrappedError | None, results: Results) -> None:
        if trap is None:
            if step.expect_trap is not None:
                raise GuestError(f"`{step.export}` returned {all_shown(results)}; it must trap")
        elif step.expect_trap is None:
            raise trap
        elif step.expect_trap not in str(trap):
            raise TrappedError(f"{trap}; expected a trap with {_shown(step.expect_trap)}", trap.frames)

    def _check_results(self, guest: Guest, step: Call, results: Results) -> None:
        if step.expect is not None:
            # A saved value is also a tuple.
            expected = (step.expect,) if isinstance(step.expect, int | float | Saved) else step.expect
            values = [self._value(value) for value in expected]
            if len(values) == len(results):
                types, subject = guest.signatures[step.export].results, f"`{step.export}` returns"
                values = [fitted(subject, value, kind) for value, kind in zip(values, types, strict=True)]
            if not all_same(results, values):
                raise GuestError(
                    f"`{step.export}` returned {all_shown(results)}, expected {all_shown(values)}"
                )
        if step.save is not None:
            if len(results) != 1 or results[0] is None:
                raise GuestError(
                    f"`{step.export}` returned {all_shown(results)}; only a single number can be saved"
                )
            self._saved[step.save] = results[0]

    def _value(self, value: Value) -> Number:
        return self._saved[value.name] if isinstance(value, Saved) else value

    def _address(self, value: Address) -> int:
        number = self._value(value)
        if not isinstance(number, int):
            raise GuestError(f"{number} is not an address or length: it is not an integer")
        return number


def _compare(data: bytes, expected: str | bytes) -> None:
    if isinstance(expected, bytes):
        if data != expected:
            texts = (shortened(value.hex() or "nothing", _LONGEST) for value in (data, expected))
            raise GuestError("read {}, expected {}".format(*texts))
        return
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise GuestError(f"read {_shown(data)}, which is not UTF-8; expected {_shown(expected)}") from None
    if text != expected:
        raise GuestError(f"read {_shown(text)}, expected {_shown(expected)}")


def _written(step: Step) -> str:
    match step:
        case Call():
            return f"{step.export}({', '.join(map(_argument, step.args))})"
        case Write(data, at):
            size = len(data.encode() if isinstance(data, str) else data)
            return f"write {size} bytes at {_argument(at)}"
        case Read(length, at, _):
            return f"read {_argument(length)} bytes at {_argument(at)}"


def _argument(value: Value) -> str:
    return f"${value.name}" if isinstance(value, Saved) else shown(value)


def _shown(value: str | bytes) -> str:
    return shortened(repr(value), _LONGEST)


class Caught(NamedTuple):
    """The active functions at the growth, the outermost first; if there are none, `note` says why."""

    backtrace: tuple[judgement.Step, ...] = ()
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
    steps = []
    for frame in reversed(frames):
        function = judgement.Function(frame.function, frame.name)
        steps.append(judgement.Step(function, frame.offset, _INSTRUCTIONS.get(data[frame.offset], "call")))
    if len(steps) >= _MOST_FRAMES:
        return Caught(tuple(steps), f"wasmtime only gives the innermost {_MOST_FRAMES} calls")
    called = [export.index for export in decode(data).exported(Kind.FUNCTION) if export.name == call]
    outermost = steps[0].function
    if outermost.name is None and outermost.index in called:
        steps[0] = steps[0]._replace(function=judgement.Function(outermost.index, call))
    return Caught(tuple(steps))
