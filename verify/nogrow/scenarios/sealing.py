"""This module seals a module or component, and checks that the copy is what its mode promises.

The copy is validated and judged. One with reserved memory also has to behave as the original does in the
scenarios of the contract.
"""

from collections.abc import Sequence
from typing import NamedTuple

from nogrow.contract.model import Scenario, Seal
from nogrow.contract.phrases import counted
from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.comparison import Comparison, compare
from nogrow.rewrite.reserve import Pages
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.scenarios.equivalence import first_difference
from nogrow.scenarios.result import ScenarioOutcome
from nogrow.scenarios.runner import run
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component


class SealedCopy(NamedTuple):
    """The bytes of a sealed copy, the judgements before and after, and notes for the user."""

    data: bytes
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]


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
    return SealedCopy(result.data, comparisons, notes)


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
