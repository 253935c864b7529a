"""A module's bytes and a scenario to what happened: each step is run, and the pages are counted."""

from nogrow.contract.model import Call, Read, Saved, Scenario, Step, Value, Write
from nogrow.contract.wording import shortened
from nogrow.run.guest import Guest, GuestError
from nogrow.run.result import Growth, ScenarioOutcome, ScenarioResult


def run(data: bytes, scenario: Scenario) -> ScenarioResult:
    """Run `scenario` in a fresh instance of the module `data` and return what was seen.

    It fails at the first step that traps, runs on, reads or returns something else, grows where it
    may not, or does not grow where it must. Nothing is raised for what a guest does.
    """
    course = _Course()
    try:
        guest = Guest(data)
    except GuestError as error:
        return course.result(scenario.name, str(error))
    for number, step in enumerate(scenario.steps, 1):
        try:
            course.take(guest, number, step)
        except GuestError as error:
            return course.result(scenario.name, f"step {number}: {error}")
    return course.result(scenario.name, None)


class _Course:
    """What a run has seen so far."""

    def __init__(self) -> None:
        self._saved: dict[str, int] = {}
        self._pages: list[int] = []
        self._growth: Growth | None = None

    def take(self, guest: Guest, number: int, step: Step) -> None:
        match step:
            case Call():
                self._call(guest, number, step)
            case Write(text, at):
                guest.write(self._value(at), text.encode())
            case Read(length, at, expect):
                _compare(guest.read(self._value(at), self._value(length)), expect)

    def result(self, name: str, failure: str | None) -> ScenarioResult:
        outcome = ScenarioOutcome.STILL if self._growth is None else ScenarioOutcome.GREW
        if failure is not None:
            outcome = ScenarioOutcome.FAILED
        return ScenarioResult(name, outcome, tuple(self._pages), self._growth, failure)

    def _call(self, guest: Guest, number: int, step: Call) -> None:
        before = guest.pages()
        results = guest.call(step.export, [self._value(arg) for arg in step.args])
        after = guest.pages()
        self._pages.append(after)
        if after != before and self._growth is None:
            self._growth = Growth(number, step.export, before, after)
        if after != before and not step.may_grow:
            grown = f"from {before} to {after} pages"
            raise GuestError(f"`{step.export}` grew the memory {grown}, where it may not grow")
        if after == before and step.must_grow:
            raise GuestError(f"`{step.export}` left the memory at {after} pages; it must grow")
        if step.save is None and step.expect is None:
            return
        if len(results) != 1 or not isinstance(results[0], int):
            raise GuestError(f"`{step.export}` returns no single integer to save or compare")
        if step.expect is not None and results[0] != step.expect:
            raise GuestError(f"`{step.export}` returned {results[0]}, expected {step.expect}")
        if step.save is not None:
            self._saved[step.save] = results[0]

    def _value(self, value: Value) -> int:
        return self._saved[value.name] if isinstance(value, Saved) else value


def _compare(data: bytes, expected: str) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise GuestError(f"read {_shown(data)}, which is not UTF-8; expected {_shown(expected)}") from None
    if text != expected:
        raise GuestError(f"read {_shown(text)}, expected {_shown(expected)}")


def _shown(value: str | bytes) -> str:
    return shortened(repr(value), 400)
