"""Run scenarios in small guests."""

from nogrow.contract.model import Host, Scenario, Step
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult
from nogrow.scenarios.runner import run
from tests.support.modules import assemble

NOTHING, FULL = Host(), Limits()
# Much less fuel and space than by default, so that tests are short, and enough time for a busy machine.
TIGHT = Limits(fuel=50_000_000, step_seconds=30, seconds=30, memory_bytes=2**24, output_bytes=20)


def played(
    module: str,
    *steps: Step,
    host: Host = NOTHING,
    repeat: int = 1,
    limits: Limits = FULL,
) -> ScenarioResult:
    """Return the result of a scenario with the steps."""
    return run(assemble(module), Scenario("s", steps, repeat, host), limits)


def failure(
    module: str,
    *steps: Step,
    host: Host = NOTHING,
    repeat: int = 1,
    limits: Limits = FULL,
) -> str:
    """Return the line that says why a scenario with the steps fails."""
    result = played(module, *steps, host=host, repeat=repeat, limits=limits)
    assert result.outcome is ScenarioOutcome.FAILED
    assert result.message is not None
    assert "\n" not in result.message
    return result.message
