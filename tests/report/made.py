"""Provide a report with artifacts of every outcome."""

from nogrow.contract.model import ArtifactContract
from nogrow.contract.violations import Rule, Violation, violations
from nogrow.report.model import ArtifactReport, Report, not_judged
from nogrow.scenarios.result import Growth, ScenarioOutcome, ScenarioResult
from tests.contract.made import REACHABLE, UNREACHABLE, entry, judgement, memory

QUIET = judgement(entry("f", UNREACHABLE), assumptions=("the host does not grow the memory",))
GROWING = judgement(
    entry("set_name", REACHABLE, imports=("env.b", "env.a"), after=("env.b", "env.a")),
    entry("init", UNREACHABLE),
    memories=(memory(17), memory(1, 2, index=1)),
)

KEPT = ArtifactReport(
    "build/quiet.wasm",
    "0" * 64,
    100,
    QUIET,
    notes=("the contract's exports name `gone`, which no entry point matches",),
    validated=True,
    scenarios=(
        ScenarioResult("greeting", ScenarioOutcome.STILL, (1, 1)),
        ScenarioResult("warm-up", ScenarioOutcome.GREW, (1, 2), Growth(2, "init", 1, 2)),
    ),
)
BROKEN = ArtifactReport(
    "build/growing.wasm",
    "f" * 64,
    200,
    GROWING,
    (
        *violations(ArtifactContract(), GROWING),
        Violation(Rule.SCENARIO_FAILED, "scenario `greeting`: step 1: `f` trapped"),
    ),
    validated=True,
    scenarios=(ScenarioResult("greeting", ScenarioOutcome.FAILED, message="`f` trapped"),),
)
NOT_JUDGED = not_judged(ArtifactReport("build/cut.wasm"), "offset 0x8: the section is cut off")
NOTHING = ArtifactReport("build/gone.wasm")
ALL = Report("nogrow.toml", (KEPT, BROKEN, NOT_JUDGED, NOTHING))
