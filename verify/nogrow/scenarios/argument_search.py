"""Arguments that make an entry point grow the memory: drawn by hypothesis, and made as small as it can."""

import itertools
import time
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from nogrow.contract.model import Call, Host, Number, Saved, Scenario, Step, Value, Write
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.guest import Compiled, Guest, compiled
from nogrow.scenarios.limits import Limits
from nogrow.scenarios.result import ScenarioOutcome
from nogrow.scenarios.runner import run
from nogrow.scenarios.signatures import Signature
from nogrow.scenarios.steps import Course
from nogrow.scenarios.values import KINDS

# A try is to be short: there are many.
LIMITS = Limits(fuel=100_000_000, step_seconds=1, seconds=2)
MOST_TRIES = 100_000
# What a long-lived instance is called with: so many different arguments, each so often.
MOST_CALLS = 4
MOST_REPEATED = 200
MOST_BYTES = 64
# So many of the tries that grew the memory are run again, the smallest first, until one grows it again.
MOST_AGAIN = 10
FIRST_DRAWS = 30

Args = tuple[Number, ...]
# What to write by the scenario, and the arguments of the calls, with how often each is made.
Try = tuple[tuple[bytes, ...], tuple[tuple[Args, int], ...]]


class Search(NamedTuple):
    """What came of a search: the smallest reproduction, None if none was found in so many `tries`."""

    found: Scenario | None
    tries: int


def search(data: bytes, export: str, scenarios: Sequence[Scenario], host: Host, seconds: float) -> Search:
    """Try for `seconds` to make the exported function `export` of `data` grow the memory and return.

    The first of `scenarios` that calls it says what to do before, and where buffers are: what it writes is
    drawn as well, and so is every argument that it doesn't take from a call. Each try is a fresh instance; in
    it the function is called once or up to some hundred times. What is returned has been run once more,
    within the limits of a scenario, and has grown the memory there.

    Raises `GuestError` if the module can't be run, the function takes what can't be drawn, or no try that
    grew the memory does so again.
    """
    module = compiled(data, LIMITS)
    signature = module.signatures.exports.get(export)
    if signature is None:
        raise GuestError(f"no exported function `{export}`")
    if not set(signature.params) <= set(KINDS):
        raise GuestError(f"`{export}` takes {', '.join(signature.params)}; numbers can be drawn only")
    before, call = _template(export, scenarios, signature)
    Guest(module, host)
    _warm_up()
    trying = _Trying(module, host, before, call, time.monotonic() + seconds)
    writes = [_written(step.data) for step in before if isinstance(step, Write)]
    # Most tries are short, or there would be few of them.
    times = st.integers(-2 * MOST_REPEATED, MOST_REPEATED).map(lambda number: max(number, 1))
    arguments = st.tuples(*map(_values, signature.params, call.args))
    calls = st.lists(st.tuples(arguments, times), min_size=1, max_size=MOST_CALLS)
    strategy = st.tuples(st.tuples(*writes), calls.map(tuple))
    smallest = _smallest(strategy, trying)
    if smallest is None and not trying.grown:
        return Search(None, trying.tries)
    candidates = (*(() if smallest is None else (smallest,)), *sorted(trying.grown, key=_size)[:MOST_AGAIN])
    for scenario in filter(None, map(trying.reproduction, candidates)):
        if run(data, scenario).outcome is ScenarioOutcome.GREW:
            return Search(scenario, trying.tries)
    raise GuestError(f"`{export}` grew the memory once and not again: it is not deterministic")


def _warm_up() -> None:
    """Have hypothesis do what it does once, so that this takes no time from the search.

    Some draw reads the constants of all modules of the program, which can take longer than a small budget.
    """
    draws = itertools.count()
    find(st.lists(st.integers(0, 64)), lambda _: next(draws) > FIRST_DRAWS, settings=_settings())


def _smallest(strategy: st.SearchStrategy[Try], trying: "_Trying") -> Try | None:
    """Return the try that hypothesis made as small as it can, None if it ended with none.

    Hypothesis raises errors of its own, for example when an outcome was another one the first time. They end
    the search and nothing else: `trying` knows what grew.
    """
    try:
        return find(strategy, trying, settings=_settings())
    except (HypothesisException, _OverError):
        return None


def _size(drawn: Try) -> tuple[int, int, int, str]:
    """Return a key by which smaller tries come first: fewer calls, fewer bytes, shorter numbers."""
    texts, calls = drawn
    return sum(times for _, times in calls), sum(map(len, texts)), len(repr(drawn)), repr(drawn)


def _settings() -> settings:
    return settings(
        max_examples=MOST_TRIES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def _template(
    export: str, scenarios: Sequence[Scenario], signature: Signature
) -> tuple[tuple[Step, ...], Call]:
    """The steps before the first call of the function, and the call."""
    for scenario in scenarios:
        for place, step in enumerate(scenario.steps):
            if isinstance(step, Call) and step.export == export and len(step.args) == len(signature.params):
                return scenario.steps[:place], step
    return (), Call(export, (0,) * len(signature.params))


def _written(given: str | bytes) -> st.SearchStrategy[bytes]:
    """Bytes to write: any, or what the scenario writes, which is likely to be understood."""
    data = given.encode() if isinstance(given, str) else given
    return st.one_of(st.binary(max_size=MOST_BYTES), st.just(data))


def _values(kind: str, given: Value) -> st.SearchStrategy[Number]:
    """Values of the type `kind`: any, or what the scenario gives."""
    drawn = _any(kind)
    return drawn if isinstance(given, Saved) else st.one_of(drawn, st.just(given))


def _any(kind: str) -> st.SearchStrategy[Number]:
    if kind in ("i32", "i64"):
        half = 2 ** (31 if kind == "i32" else 63)
        # Lengths and counts are small, and addresses within the first pages.
        return st.one_of(st.integers(0, 64), st.integers(0, 2**20), st.integers(-half, half - 1))
    return st.floats(width=32 if kind == "f32" else 64)


class _OverError(BaseException):
    """The time is up. No `Exception`, of which hypothesis would look for a smaller example."""


class _Trying:
    """The condition that hypothesis looks for: that a try grows the memory in the call and comes back.

    Hypothesis asks again for what it has tried, and fails where the answer is another one: the time may be up
    by then, or the machine busier. So each try is run once and its outcome kept.
    """

    def __init__(
        self, module: Compiled, host: Host, before: tuple[Step, ...], call: Call, end: float
    ) -> None:
        self.tries = 0
        self.grown: list[Try] = []
        self._outcomes: dict[str, bool] = {}
        self._module, self._host, self._before, self._call, self._end = module, host, before, call, end

    def __call__(self, drawn: Try) -> bool:
        key = repr(drawn)
        if key not in self._outcomes:
            self._outcomes[key] = self._try(drawn)
        return self._outcomes[key]

    def _try(self, drawn: Try) -> bool:
        if time.monotonic() > self._end:
            if not self.grown:
                raise _OverError
            # What has been found is as small as it gets.
            return False
        self.tries += 1
        if self._grown_in(self._course(self._steps(drawn))) is None:
            return False
        self.grown.append(drawn)
        return True

    def reproduction(self, drawn: Try) -> Scenario | None:
        """Return the try as a scenario that must grow in its last step, None if it does not grow again."""
        steps = self._steps(drawn)
        course = self._course(steps)
        number = self._grown_in(course)
        if number is None:
            return None
        last = steps[number - 1]
        first = course.steps[number].first
        grown = last._replace(repeat=1, must_grow=True) if isinstance(last, Call) else last
        again = (last._replace(repeat=first - 1),) if isinstance(last, Call) and first > 1 else ()
        return Scenario(f"{self._call.export} grows", (*steps[: number - 1], *again, grown), host=self._host)

    def _grown_in(self, course: Course) -> int | None:
        """Return the number of the first step that grew the memory, leaving out those before the calls."""
        numbers = (number for number, seen in sorted(course.steps.items()) if seen.growths)
        return next((number for number in numbers if number > len(self._before)), None)

    def _steps(self, drawn: Try) -> tuple[Step, ...]:
        texts, calls = drawn
        data = iter(texts)
        before = (one._replace(data=next(data)) if isinstance(one, Write) else one for one in self._before)
        return (*before, *(self._drawn(args, repeat) for args, repeat in calls))

    def _drawn(self, args: Args, repeat: int) -> Call:
        taken = (
            given if isinstance(given, Saved) else value
            for given, value in zip(self._call.args, args, strict=True)
        )
        return Call(self._call.export, tuple(taken), repeat=repeat)

    def _course(self, steps: tuple[Step, ...]) -> Course:
        course = Course(Scenario("", steps))
        try:
            course.run(Guest(self._module, self._host))
        except GuestError:
            # What trapped on the way may have grown, but does not come back.
            course.steps.clear()
        return course
