from nogrow.analysis.judgement import Function, Step
from nogrow.report.scenario_text import scenario
from nogrow.scenarios.result import Growth, ScenarioOutcome, ScenarioResult, StepSeen, StubSeen
from nogrow.source.model import Frame

GROWTH = Growth(
    2,
    "f",
    1,
    2,
    (
        Step(Function(1, "_ZN4core3fmt5write17h0123456789abcdefE"), 0x40, "call"),
        Step(Function(2, None), 0x52, "memory.grow"),
    ),
)
SOURCES = {
    0x40: (Frame("_ZN3one3two17h0123456789abcdefE", "in.rs", 7, 0), Frame("f", "src/a.rs", 3, 5)),
}
RESULT = ScenarioResult(
    "s",
    ScenarioOutcome.GREW,
    (1, 2),
    GROWTH,
    steps=(StepSeen(1, "write 2 bytes at 0", 1, 1, 1), StepSeen(2, "f()", 1, 1, 2, 1, 1, 1)),
    stubs=(StubSeen("env.a", 0), StubSeen("env.b", 5, (("1", "2.5"),) * 5)),
    output="Ahoy\x1b[31m\nthere",
)
TEXT = """\
s: `f` grew the memory from 1 to 2 pages, which is allowed, at most 2 pages
       1. write 2 bytes at 0  1 page
       2. f()                 1 -> 2 pages, grew
     the calls that grew it in step 2:
       1. func[1] core::fmt::write
          at 0x000040: call, src/a.rs:3:5
          inlined: one::two, in.rs:7
       2. func[2]
          at 0x000052: memory.grow
     stub env.a: never called
     stub env.b: 5 calls: (1, 2.5), (1, 2.5), (1, 2.5), ...
     output of the guest:
       Ahoy\\x1b[31m
       there"""


def test_scenario_with_everything() -> None:
    assert "\n".join(scenario(RESULT, SOURCES)) == TEXT


def test_growth_without_backtrace_has_a_note() -> None:
    result = RESULT._replace(grew_at=GROWTH._replace(backtrace=(), note="the stub of env.b grew it"))
    text = "\n".join(scenario(result, {}))
    assert "note: the stub of env.b grew it" in text
    assert "the calls that grew it" not in text


def test_long_lists_are_shortened() -> None:
    steps = tuple(StepSeen(number, "f()", 1, 1, 1) for number in range(1, 131))
    text = "\n".join(scenario(RESULT._replace(steps=steps, output="x\n" * 30), {}))
    assert "... 30 more steps ..." in text
    assert "... 20 more lines ..." in text
    pages = ScenarioResult("s", ScenarioOutcome.STILL, (1,) * 30)
    assert next(scenario(pages, {})).endswith("1, 1, ...)")


def test_hostile_name_stays_text() -> None:
    seen = StepSeen(1, "f\x1b[31m\n::error::()", 1, 1, 1)
    text = "\n".join(scenario(RESULT._replace(steps=(seen,)), {}))
    assert "\x1b" not in text
    assert "\n::error" not in text
