"""This module runs a scenario step by step and observes the memory."""

from nogrow.contract.model import Address, Call, Number, Read, Saved, Scenario, Step, Value, Write
from nogrow.contract.phrases import shortened
from nogrow.scenarios.backtrace import StoppedError, find_backtrace
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError, TrappedError
from nogrow.scenarios.guest import Compiled, Guest, compiled
from nogrow.scenarios.result import Growth, ScenarioOutcome, ScenarioResult, StepSeen
from nogrow.scenarios.types import Results, all_same, all_shown, fitted, shown

# The longest text that a message quotes, in characters.
_LONGEST = 400


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

        def run_again(copy: Compiled, offsets: frozenset[int]) -> None:
            Observation(scenario, offsets).run(Guest(copy, scenario.host))

        caught = find_backtrace(data, limits, observation.grew_in, run_again)
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
            if error.is_at(self._stop_at):
                location = f"step {number}"
                raise StoppedError(self._calls, location, step.export, error.frames) from error
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
