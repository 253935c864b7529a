"""A module's bytes and a scenario to what happened: it is run, and once more if it grew the memory."""

from nogrow.contract.model import Scenario
from nogrow.scenarios.backtrace import caught
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.limits import Limits
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult
from nogrow.scenarios.steps import Course


def run(data: bytes, scenario: Scenario, limits: Limits = Limits()) -> ScenarioResult:  # noqa: B008
    """Run `scenario` in a fresh instance of the module `data` and return what was seen.

    It fails at the first step that traps, meets a limit, reads or returns something else, grows where it
    may not, or does not grow where it must. Where it grew, it is run again on a copy that traps there
    instead, for the backtrace. Nothing is raised for what a guest does.
    """
    course = Course(scenario)
    guest: Guest | None = None
    failure: str | None = None
    try:
        guest = Guest(compiled(data, limits), scenario.host)
        course.run(guest)
    except GuestError as error:
        failure = str(error)
    growth = course.growth
    if growth is not None:
        found = caught(data, scenario, limits, course.grew_in, growth.call)
        # What is known of a stub's growth counts for more than why there is no call stack.
        note = found.note if found.backtrace else growth.note or found.note
        growth = growth._replace(backtrace=found.backtrace, note=note)
    outcome = ScenarioOutcome.STILL if growth is None else ScenarioOutcome.GREW
    return ScenarioResult(
        scenario.name,
        outcome if failure is None else ScenarioOutcome.FAILED,
        tuple(course.pages),
        growth,
        failure,
        tuple(course.steps[number] for number in sorted(course.steps)),
        guest.stubs if guest else (),
        guest.output if guest else "",
    )
