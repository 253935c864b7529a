"""This module searches with hypothesis for small arguments that make an entry point grow the memory."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import HypothesisException, NoSuchExample

from nogrow.contract.model import Call, Host, Number, Saved, Scenario, Step, Value, Write
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.guest import Compiled, Guest, compiled
from nogrow.scenarios.imports import missing
from nogrow.scenarios.result import ScenarioOutcome
from nogrow.scenarios.runner import Observation, run
from nogrow.scenarios.types import BITS, KINDS, Signature

# A try must be short, because there are many.
LIMITS = Limits(fuel=100_000_000, step_seconds=1, seconds=2)
MOST_TRIES = 100_000
# The most different arguments in a try, and the most calls with each.
MOST_CALLS = 4
MOST_REPEATED = 200
MOST_BYTES = 64
# The most tries that are run again, the smallest first, until one grows the memory again.
MOST_AGAIN = 10
FIRST_DRAWS = 30
_SETTINGS = settings(
    max_examples=MOST_TRIES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

Args = tuple[Number, ...]
# The bytes that the scenario writes, and the arguments of the calls with the number of calls for each.
Try = tuple[tuple[bytes, ...], tuple[tuple[Args, int], ...]]


class Search(NamedTuple):
    """The smallest scenario that grows the memory, None if there was none, and the number of `tries`.

    `added` are the imports that the contract does not have and the search provided; `reached` are those
    whose stubs ended a try.
    """

    scenario: Scenario | None
    tries: int
    added: Host = Host()
    reached: tuple[str, ...] = ()


@contextmanager
def _temporary_storage() -> Iterator[None]:
    """Keep hypothesis from writing into the working folder, which it does even without a database."""
    with TemporaryDirectory(prefix="nogrow-search-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


@_temporary_storage()
def search(data: bytes, export: str, scenarios: Sequence[Scenario], host: Host, seconds: float) -> Search:
    """Search for `seconds` for calls of the exported function `export` that grow the memory and return.

    The first of `scenarios` that calls the function gives the steps before the call. The search draws the
    bytes that these steps write, and every argument except saved values. Each try runs in a fresh instance,
    which calls the function between once and some hundred times. The scenario that is returned has been run
    again, within the limits of a scenario, and has grown the memory. An import without a stub gets one that
    fails, so no growth is found that depends on what such an import does.

    Raises `GuestError` if the module cannot be run, if the function takes anything but numbers, or if no try
    that grew the memory does so again.
    """
    module = compiled(data, LIMITS)
    signature = module.signatures.exports.get(export)
    if signature is None:
        raise GuestError(f"no exported function `{export}`")
    if not set(signature.params) <= set(KINDS):
        raise GuestError(f"`{export}` takes {', '.join(signature.params)}; the search can only draw numbers")
    before, call = _template(export, scenarios, signature)
    added = missing(host, module.module.imports)
    host = Host((*host.stubs, *added.stubs), host.wasi or added.wasi)
    Guest(module, host)
    _warm_up()
    condition = _GrowsMemory(module, host, before, call, time.monotonic() + seconds)
    writes = [_bytes(step.data) for step in before if isinstance(step, Write)]
    # Two of three tries make one call with each argument, because short tries allow more of them.
    times = st.integers(-2 * MOST_REPEATED, MOST_REPEATED).map(lambda number: max(number, 1))
    arguments = st.tuples(*map(_values, signature.params, call.args))
    calls = st.lists(st.tuples(arguments, times), min_size=1, max_size=MOST_CALLS)
    strategy = st.tuples(st.tuples(*writes), calls.map(tuple))
    smallest = _smallest(strategy, condition)
    if smallest is None and not condition.grown:
        ending = {stub.name for stub in added.stubs} & condition.called
        return Search(None, condition.tries, added, tuple(sorted(ending)))
    first = () if smallest is None else (smallest,)
    candidates = (*first, *sorted(condition.grown, key=_size)[:MOST_AGAIN])
    for scenario in filter(None, map(condition.reproduction, candidates)):
        if run(data, scenario).outcome is ScenarioOutcome.GREW:
            return Search(scenario, condition.tries, added)
    raise GuestError(f"`{export}` grew the memory once but not again: it is not deterministic")


def _warm_up() -> None:
    """Let hypothesis initialise, so that this takes no time from the search.

    One of its first draws reads the constants of all loaded modules, which can take longer than the search.
    """
    with suppress(NoSuchExample):
        find(
            st.lists(st.integers(0, 64)),
            lambda _: False,
            settings=settings(_SETTINGS, max_examples=FIRST_DRAWS),
        )


def _smallest(strategy: st.SearchStrategy[Try], condition: "_GrowsMemory") -> Try | None:
    """Return the smallest try that hypothesis found, or None.

    An error of hypothesis, for example because an outcome changed, only ends the search: `condition` keeps
    the tries that grew the memory.
    """
    try:
        return find(strategy, condition, settings=_SETTINGS)
    except (HypothesisException, _OverError):
        return None


def _size(drawn: Try) -> tuple[int, int, int, str]:
    """Return a sort key: fewer calls come first, then fewer bytes, then shorter numbers."""
    texts, calls = drawn
    return sum(times for _, times in calls), sum(map(len, texts)), len(repr(drawn)), repr(drawn)


def _template(
    export: str, scenarios: Sequence[Scenario], signature: Signature
) -> tuple[tuple[Step, ...], Call]:
    """Return the steps before the first call of the function in `scenarios`, and the call."""
    for scenario in scenarios:
        for position, step in enumerate(scenario.steps):
            if isinstance(step, Call) and step.export == export and len(step.args) == len(signature.params):
                return scenario.steps[:position], step
    return (), Call(export, (0,) * len(signature.params))


def _bytes(written: str | bytes) -> st.SearchStrategy[bytes]:
    """Return a strategy for any bytes, or those of the scenario, which the guest probably accepts."""
    data = written.encode() if isinstance(written, str) else written
    return st.one_of(st.binary(max_size=MOST_BYTES), st.just(data))


def _values(kind: str, argument: Value) -> st.SearchStrategy[Number]:
    """Return a strategy for any value of the type `kind`, or the argument of the scenario."""
    drawn: st.SearchStrategy[Number]
    if kind in BITS:
        half = 2 ** (BITS[kind] - 1)
        # Lengths and counts are small, and addresses are in the first pages.
        drawn = st.one_of(st.integers(0, 64), st.integers(0, 2**20), st.integers(-half, half - 1))
    else:
        drawn = st.floats(width=32 if kind == "f32" else 64)
    return drawn if isinstance(argument, Saved) else st.one_of(drawn, st.just(argument))


class _OverError(BaseException):
    """The time is up. It is not an `Exception`, for which hypothesis would search a smaller example."""


class _GrowsMemory:
    """The condition of the search: a try grows the memory in the call and returns.

    Hypothesis repeats tries and fails if an outcome changes, which happens when the time is up or the machine
    is busier. Each try is therefore run once and its outcome kept.
    """

    def __init__(
        self, module: Compiled, host: Host, before: tuple[Step, ...], call: Call, end: float
    ) -> None:
        self.tries = 0
        self.grown: list[Try] = []
        self.called: set[str] = set()
        """The imports whose stubs were called."""
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
            # Nothing smaller is found in the time.
            return False
        self.tries += 1
        if self._grown_in(self._observe(self._steps(drawn))) is None:
            return False
        self.grown.append(drawn)
        return True

    def reproduction(self, drawn: Try) -> Scenario | None:
        """Return a scenario of the try that must grow in its last step, None if the try does not grow now."""
        steps = self._steps(drawn)
        observation = self._observe(steps)
        number = self._grown_in(observation)
        if number is None:
            return None
        last = steps[number - 1]
        first = observation.steps[number].first
        grown = last._replace(repeat=1, must_grow=True) if isinstance(last, Call) else last
        calls = (last._replace(repeat=first - 1),) if isinstance(last, Call) and first > 1 else ()
        return Scenario(f"{self._call.export} grows", (*steps[: number - 1], *calls, grown), host=self._host)

    def _grown_in(self, observation: Observation) -> int | None:
        """Return the number of the first step that grew the memory, from the calls on."""
        numbers = (number for number, step in sorted(observation.steps.items()) if step.growths)
        return next((number for number in numbers if number > len(self._before)), None)

    def _steps(self, drawn: Try) -> tuple[Step, ...]:
        texts, calls = drawn
        data = iter(texts)
        before = (
            step._replace(data=next(data)) if isinstance(step, Write) else step for step in self._before
        )
        return (*before, *(self._drawn(args, repeat) for args, repeat in calls))

    def _drawn(self, args: Args, repeat: int) -> Call:
        taken = (
            argument if isinstance(argument, Saved) else value
            for argument, value in zip(self._call.args, args, strict=True)
        )
        return Call(self._call.export, tuple(taken), repeat=repeat)

    def _observe(self, steps: tuple[Step, ...]) -> Observation:
        observation = Observation(Scenario("", steps))
        guest = None
        try:
            guest = Guest(self._module, self._host)
            observation.run(guest)
        except GuestError:
            # A try that traps may have grown the memory, but does not return.
            observation.steps.clear()
        if guest is not None:
            self.called.update(stub.name for stub in guest.imports.seen() if stub.calls)
        return observation
