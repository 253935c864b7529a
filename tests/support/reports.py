"""Provide reports: with every outcome, with source lines, with contents that are hard to show."""

import io
from collections.abc import Callable
from typing import TextIO

from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Verdict
from nogrow.contract.model import ArtifactContract
from nogrow.contract.violations import Rule, Violation, violations
from nogrow.report.model import ArtifactReport, Report, not_judged
from nogrow.scenarios.result import Growth, ScenarioOutcome, ScenarioResult
from nogrow.source.model import Frame
from tests.support.judgements import (
    CAPPED,
    DIGEST,
    ESCAPED,
    EXPORT,
    REACHABLE,
    SITE,
    START,
    THROW_ONLY,
    TRAP_ONLY,
    UNREACHABLE,
    entry,
    judgement,
    memory,
    path,
)

QUIET = judgement(entry("f", UNREACHABLE), assumptions=("the host does not grow the memory",))
GROWING = judgement(
    entry("set_name", REACHABLE, imports=("env.b", "env.a"), imports_after_growth=("env.b", "env.a")),
    entry("init", UNREACHABLE),
    memories=(memory(17), memory(1, 2, index=1)),
)

KEPT = ArtifactReport(
    "build/quiet.wasm",
    DIGEST,
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

STD = Frame("alloc", "/rustc/1234/library/alloc/src/alloc.rs", 95, 9)
USER = Frame("greet", "src/lib.rs", 12, 5)
OTHER = Frame("reserve", "src/other.rs", 7, 0)
# The keys are the offsets of the steps of `entry`: a call with an inlined function, then the growth.
WITH_SOURCES = BROKEN._replace(sources={0x40: (STD, USER), 0x52: (OTHER,)})

HOSTILE = "<script>document.title = 'owned'</script>\x1b[31m]]>\u202egnp<!--\n</style><img src=x>`\u2028&lt;"
RIGHT_TO_LEFT = "שלום callback"
LIBRARY = "crates/greeting_growth/src/lib.rs"


def rendered(render: Callable[[Report, TextIO], None], report: Report) -> str:
    stream = io.StringIO()
    render(report, stream)
    return stream.getvalue()


def functions(*indices: int) -> list[Function]:
    return [Function(index, f"fn_{index}") for index in indices]


def calling(name: str, verdict: Verdict, *indices: int, kind: EntryKind = EXPORT) -> Entry:
    """Return an entry point whose witness calls the functions with these indices."""
    return entry(name, verdict, *path(*functions(*indices), scale=64), kind=kind)


JUDGED = judgement(
    calling("alloc", REACHABLE, 3, 7),
    *(calling(f"set_{number}", REACHABLE, 20 + number, 5, 6, 7) for number in range(9)),
    calling("loop", REACHABLE, 40, 41, 42, 6, 7),
    calling("panic", TRAP_ONLY, 50, 51, 7)._replace(imports=("env.log",), imports_after_growth=("env.log",)),
    calling("throws", THROW_ONLY, 52, 51, 7),
    entry(
        "host",
        REACHABLE,
        *path(*functions(60, 61), last="call", scale=64),
        host_grows="env.emscripten_resize_heap",
    ),
    calling(HOSTILE, CAPPED, 70, 7)._replace(imports=(f"env.{HOSTILE}",)),
    calling("fine", UNREACHABLE, 80),
    calling("(start)", REACHABLE, 1, 7, kind=START)._replace(excused=True),
    calling("func[12]", UNREACHABLE, 12, kind=ESCAPED)._replace(function=Function(12, RIGHT_TO_LEFT)),
    assumptions=("the host itself does not grow memory 0",),
)
RICH = ArtifactReport(
    "build/rich.wasm",
    DIGEST,
    1234,
    JUDGED,
    violations(ArtifactContract(), JUDGED),
    (f"a note about `{HOSTILE}`",),
    (
        ScenarioResult("grows", ScenarioOutcome.GREW, (17, 17, 18, 18, 33), Growth(3, "set_name", 17, 18)),
        ScenarioResult(HOSTILE, ScenarioOutcome.STILL, (2, 2, 2)),
        ScenarioResult("trapped", ScenarioOutcome.FAILED, message="step 1: `f` trapped"),
    ),
    True,
    sources={
        64 * 5: (Frame(HOSTILE, LIBRARY, 5, 9), Frame("outer", "gone.rs", 3, 0)),
        64 * 7: (Frame(None, "/rustc/library/alloc.rs", 10, 1),),
    },
)
EVERYTHING = Report("nogrow.toml", (KEPT, RICH, *ALL.artifacts[1:]))


def large(entry_count: int, function_count: int) -> Report:
    """Return a report on a module with this many entry points and functions, all with very long names."""

    def long_name(index: int) -> Function:
        return Function(index, f"_ZN{index}" + "core..fmt..Write" * 13 + f"h{index:016x}E")

    def entry_point(index: int) -> Entry:
        caller = entry_count + index % (function_count - entry_count)
        chain = (index, caller, entry_count + (index * 7) % 50, entry_count)
        imports = tuple(f"env.import_{number}" for number in range(index % 60))
        steps = path(*map(long_name, chain), last="call", scale=40)
        return entry(f"func[{index}]", REACHABLE, *steps, kind=ESCAPED, imports=imports)

    judged = Judgement((memory(),), (SITE,), tuple(map(entry_point, range(entry_count))), ())
    broken = violations(ArtifactContract(), judged)
    return Report(None, (ArtifactReport("large.wasm", DIGEST, 45_000_000, judged, broken),))
