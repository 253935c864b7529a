"""This module seals a module or component, and checks that the copy is what its mode promises.

The copy is validated and judged. One with reserved memory also has to behave as the original does in the
scenarios of the contract.
"""

from collections.abc import Sequence
from typing import NamedTuple

from nogrow.contract.model import Call, Number, Scenario, Seal
from nogrow.contract.phrases import counted, shortened
from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.comparison import Comparison, compare
from nogrow.rewrite.reserve import Pages
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError, TrappedError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.result import ScenarioOutcome
from nogrow.scenarios.runner import Observation, run
from nogrow.scenarios.types import Results, all_shown
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component

_MOST_HASHED = 1 << 30
"""Bytes of memory that are compared after single calls; the end of a scenario is always compared."""
_OUT_OF_BOUNDS = "out of bounds memory access"


class _Seen(NamedTuple):
    """A call, its outcome, and a digest of the first `size` bytes of the memory, None if not taken."""

    call: str
    outcome: str
    size: int
    memory: bytes | None


class _Traced(Guest):
    """A guest that records its calls; `sizes` are the numbers of bytes to digest, by call."""

    def trace(self, sizes: Sequence[int]) -> None:
        """Begin to record."""
        self.calls: list[_Seen] = []
        self._sizes = sizes
        self._hashed = 0

    def call(self, name: str, args: Sequence[Number]) -> Results:
        """Call the exported function, and record the outcome; raises as `Guest.call` does."""
        try:
            results = super().call(name, args)
        except GuestError as error:
            self._record(name, args, str(error))
            raise
        self._record(name, args, f"returned {all_shown(results)}")
        return results

    def _record(self, name: str, args: Sequence[Number], outcome: str) -> None:
        number = len(self.calls)
        size = self._sizes[number] if number < len(self._sizes) else self.size()
        self._hashed += size
        digest = self.digest(size) if self._hashed <= _MOST_HASHED else None
        self.calls.append(_Seen(f"`{name}({', '.join(map(str, args))})`", outcome, size, digest))


def first_difference(
    original: bytes,
    copy: bytes,
    scenario: Scenario,
    limits: Limits = Limits(),  # noqa: B008
) -> str | None:
    """Return how `scenario` ends differently in the copy of the module, None if there is no difference.

    Results, traps and the bytes of the memory that the original has are compared after the calls. An access
    out of bounds ends the comparison, because it need not trap in the copy. That the copy does not grow is no
    difference. A scenario that fails in the original is one, because nothing can be compared.
    """
    try:
        expected = _run(original, scenario, limits, ())
    except GuestError as error:
        return f"it fails in the original: {error}"
    steps = tuple(
        step._replace(may_grow=True, must_grow=False) if isinstance(step, Call) else step
        for step in scenario.steps
    )
    try:
        actual = _run(copy, scenario._replace(steps=steps), limits, [seen.size for seen in expected])
    except GuestError as error:
        return f"it fails in the copy: {error}"
    # The original has fewer calls if it ended out of bounds.
    for number, (old, new) in enumerate(zip(expected, actual, strict=False), 1):
        if _OUT_OF_BOUNDS in old.outcome:
            return None
        if old.outcome != new.outcome:
            outcomes = (shortened(seen.outcome) for seen in (old, new))
            return "call {}, {}: {}, in the copy: {}".format(number, old.call, *outcomes)
        if old.memory != new.memory:
            return f"call {number}, {old.call}: the memory has other bytes in the copy"
    return None


def _run(data: bytes, scenario: Scenario, limits: Limits, sizes: Sequence[int]) -> Sequence[_Seen]:
    """Return what was seen of each call, and a last entry for the end of the scenario."""
    guest = _Traced(compiled(data, limits), scenario.host)
    guest.trace(sizes)
    try:
        Observation(scenario).run(guest)
    except TrappedError as error:
        if _OUT_OF_BOUNDS not in str(error):
            raise
    size = sizes[-1] if sizes else guest.size()
    return (*guest.calls, _Seen("the end", "", size, guest.digest(size)))


class SealedCopy(NamedTuple):
    """The bytes of a sealed copy, the judgements before and after, and notes for the user.

    `comparisons` has one for each core module. `changed` says whether sealing changed any byte. `mode` and
    `pages` say how the copy is sealed; `pages` is None where the mode chose them.
    """

    data: bytes
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]
    changed: bool
    mode: Mode
    pages: Pages

    def __repr__(self) -> str:
        return f"<SealedCopy: {self.mode.value}, {len(self.data):,} bytes>"


def seal(
    data: bytes, mode: Mode, pages: Pages, engine: Engine, scenarios: Sequence[Scenario] = ()
) -> SealedCopy:
    """Return the copy of `data` sealed in `mode`; `pages` are as in `nogrow.rewrite.rewrite.sealed`.

    Raises `ModuleError` if the copy cannot be judged, can still grow, cannot be instantiated, or ends a
    scenario differently, and `UsageError` for unusable `pages`.
    """
    result = sealed(data, mode, pages, engine)
    notes = result.notes
    if mode is not Mode.RESERVE or is_component(data):
        scenarios = ()
    comparisons = compare(data, result.data, mode, engine, starts=bool(scenarios))
    if mode is Mode.RESERVE:
        for scenario in scenarios:
            difference = first_difference(data, result.data, scenario)
            if difference is not None:
                raise ModuleError(f"not sealed: scenario '{scenario.name}' differs: {difference}")
        same = (
            f"{counted(len(scenarios), 'scenario')} ended the same in both"
            if scenarios
            else "no scenario was run"
        )
        notes = (*notes, same)
    return SealedCopy(result.data, comparisons, notes, result.data != data, mode, pages)


def pages_of(data: bytes, seal: Seal, scenarios: Sequence[Scenario]) -> int | None:
    """Return the pages that `seal` asks for, None for the mode's default; raises as `pages_of_scenarios`."""
    return pages_of_scenarios(data, scenarios) if isinstance(seal.pages, str) else seal.pages


def pages_of_scenarios(data: bytes, scenarios: Sequence[Scenario]) -> int:
    """Return the pages to reserve: the most that a scenario reached, and a quarter more.

    Raises `UsageError` without a scenario, and `ModuleError` if one fails.
    """
    if not scenarios or is_component(data):
        raise UsageError("the contract has no scenario that tells the pages of this module; give a number")
    peaks: list[int] = []
    for scenario in scenarios:
        result = run(data, scenario)
        if result.outcome is ScenarioOutcome.FAILED:
            raise ModuleError(f"not sealed: scenario '{scenario.name}' fails: {result.message}")
        peaks.append(result.peak)
    return max(peaks) + -(-max(peaks) // 4)
