"""This module runs a scenario, and runs it again for the call stack if the memory grew."""

from nogrow.contract.model import Scenario
from nogrow.scenarios.backtrace import find_backtrace
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult
from nogrow.scenarios.steps import Observation


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
        guest.stubs if guest else (),
        guest.output if guest else "",
    )
