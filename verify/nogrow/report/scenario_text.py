"""Render a scenario's result as text: its steps, the memory's size after each, and the calls that grew it."""

from collections.abc import Iterator, Sequence

from nogrow.analysis.judgement import Step
from nogrow.contract.phrases import counted, readable, shortened
from nogrow.report.escaping import printable
from nogrow.report.text import step_lines
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult, StepSeen, StubSeen
from nogrow.source.model import Frames

# Limits for readability; JSON has everything.
MOST_PAGES = 20
MOST_STEPS = 100
MOST_OUTPUT = 10
WIDEST = 60


def scenario(result: ScenarioResult, sources: Frames) -> Iterator[str]:
    """Yield the lines about one scenario; only the first has no indentation."""
    yield _headline(result)
    width = min(WIDEST, max((len(_what(seen)) for seen in result.steps), default=0))
    for seen in result.steps[:MOST_STEPS]:
        yield f"     {seen.number:>3}. {_what(seen):<{width}}  {_pages(seen)}"
    if len(result.steps) > MOST_STEPS:
        yield f"          ... {counted(len(result.steps) - MOST_STEPS, 'more step')} ..."
    if result.grew_at is not None:
        if result.grew_at.backtrace:
            yield f"     the calls that grew it in step {result.grew_at.step}:"
        if result.grew_at.note:
            yield f"     note: {printable(result.grew_at.note)}"
        yield from backtrace(result.grew_at.backtrace, sources)
    for stub in result.stubs:
        yield f"     stub {printable(shortened(stub.name))}: {_calls(stub)}"
    if result.output:
        yield "     output of the guest:"
        lines = result.output.splitlines()
        yield from (f"       {printable(shortened(line))}" for line in lines[:MOST_OUTPUT])
        if len(lines) > MOST_OUTPUT:
            yield f"       ... {counted(len(lines) - MOST_OUTPUT, 'more line')} ..."


def _headline(result: ScenarioResult) -> str:
    name = printable(result.name)
    pages = ""
    if not result.steps:
        shown = ", ".join(str(count) for count in result.pages[:MOST_PAGES]) or "none counted"
        pages = f" (pages after each call: {shown}{', ...' if len(result.pages) > MOST_PAGES else ''})"
    if result.outcome is ScenarioOutcome.FAILED:
        return f"{name}: failed{pages}"
    peak = f", at most {counted(result.peak, 'page')}" if result.steps else ""
    if result.grew_at is None:
        return f"{name}: no growth observed{pages}{peak}"
    growth = result.grew_at
    change = f"from {growth.pages_before} to {growth.pages_after} pages"
    return f"{name}: `{printable(growth.call)}` grew the memory {change}, which is allowed{peak}"


def _what(seen: StepSeen) -> str:
    times = f" x {seen.times}" if seen.times > 1 else ""
    return printable(shortened(seen.what, WIDEST - 10)) + times


def _pages(seen: StepSeen) -> str:
    if not seen.growths:
        return counted(seen.pages, "page")
    return f"{seen.pages_before} -> {seen.pages} pages, {_grew(seen)}"


def _grew(seen: StepSeen) -> str:
    if seen.times == 1:
        return "grew"
    if seen.growths == seen.times:
        return f"grew in each of {seen.times} calls"
    if seen.growths == 1:
        which = "the first" if seen.first == 1 else f"call {seen.first}"
        return f"grew only in {which} of {seen.times} calls"
    return f"grew in {seen.growths} of {seen.times} calls, from call {seen.first} to call {seen.last}"


def backtrace(steps: Sequence[Step], sources: Frames) -> Iterator[str]:
    """Yield the lines about the calls that grew the memory, the outermost first."""
    for number, step in enumerate(steps, 1):
        frames = sources.get(step.offset, ())
        yield from step_lines(number, step, str(frames[-1]) if frames else "")
        for frame in frames[-2::-1]:
            inner = printable(readable(frame.function)) if frame.function else "a function"
            yield f"          inlined: {inner}, {printable(str(frame))}"


def _calls(stub: StubSeen) -> str:
    if not stub.calls:
        return "never called"
    first = ", ".join(f"({', '.join(arguments)})" for arguments in stub.arguments[:3])
    more = ", ..." if stub.calls > 3 else ""
    return f"{counted(stub.calls, 'call')}: {first}{more}"
