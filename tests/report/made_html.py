"""Provide reports that are difficult for the page: hostile names, every verdict, many entry points."""

from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Step, Verdict
from nogrow.contract.model import ArtifactContract
from nogrow.contract.violations import violations
from nogrow.report.model import ArtifactReport, Report
from nogrow.scenarios.result import Growth, ScenarioOutcome, ScenarioResult
from nogrow.source.model import Frame
from tests.contract.made import (
    CAPPED,
    REACHABLE,
    SITE,
    THROW_ONLY,
    TRAP_ONLY,
    UNREACHABLE,
    judgement,
    memory,
)
from tests.report.made import ALL, KEPT

HOSTILE = "<script>document.title = 'owned'</script>\x1b[31m]]>\u202egnp<!--\n</style><img src=x>`\u2028&lt;"
RIGHT_TO_LEFT = "שלום callback"
LIBRARY = "crates/greeting_growth/src/lib.rs"


def function(index: int) -> Function:
    return Function(index, f"fn_{index}")


def path(*functions: int, last: str = "memory.grow") -> tuple[Step, ...]:
    """Return a path on which each function calls the next one, at the offset 64 * its index."""
    calls = [Step(function(index), 64 * index, "call") for index in functions]
    return (*calls[:-1], calls[-1]._replace(instruction=last))


def entry(name: str, verdict: Verdict, *functions: int, kind: EntryKind = EntryKind.EXPORT) -> Entry:
    grows = verdict.grows
    witness = path(*functions) if grows else ()
    return Entry(name, kind, function(functions[0]), verdict, 0 if grows else None, witness)


ENTRIES = (
    entry("alloc", REACHABLE, 3, 7),
    *(entry(f"set_{number}", REACHABLE, 20 + number, 5, 6, 7) for number in range(9)),
    entry("loop", REACHABLE, 40, 41, 42, 6, 7),
    entry("panic", TRAP_ONLY, 50, 51, 7)._replace(imports=("env.log",), imports_after_growth=("env.log",)),
    entry("throws", THROW_ONLY, 52, 51, 7),
    entry("host", REACHABLE, 60, 61)._replace(
        witness=path(60, 61, last="call"), host_grows="env.emscripten_resize_heap"
    ),
    entry(HOSTILE, CAPPED, 70, 7)._replace(imports=(f"env.{HOSTILE}",)),
    entry("fine", UNREACHABLE, 80),
    entry("(start)", REACHABLE, 1, 7, kind=EntryKind.START)._replace(excused=True),
    entry("func[12]", UNREACHABLE, 12, kind=EntryKind.ESCAPED)._replace(function=Function(12, RIGHT_TO_LEFT)),
)
JUDGED = judgement(*ENTRIES, assumptions=("the host itself does not grow memory 0",))
RICH = ArtifactReport(
    "build/rich.wasm",
    "0" * 64,
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


def large(entries: int, functions: int) -> Report:
    """Return a report on a module with this many entry points and functions, all with very long names."""

    def long(index: int) -> Function:
        return Function(index, f"_ZN{index}" + "core..fmt..Write" * 13 + f"h{index:016x}E")

    def entry_point(index: int) -> Entry:
        caller = entries + index % (functions - entries)
        chain = (index, caller, entries + (index * 7) % 50, entries)
        steps = tuple(Step(long(called), 40 * called, "call") for called in chain)
        imports = tuple(f"env.import_{number}" for number in range(index % 60))
        return Entry(f"func[{index}]", EntryKind.ESCAPED, long(index), REACHABLE, 0, steps, imports=imports)

    judged = Judgement((memory(),), (SITE,), tuple(map(entry_point, range(entries))), ())
    broken = violations(ArtifactContract(), judged)
    return Report(None, (ArtifactReport("large.wasm", "0" * 64, 45_000_000, judged, broken),))
