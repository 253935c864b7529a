"""Render a report as plain text, with a diagnostic in the style of rustc for each violation."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, Step
from nogrow.contract.phrases import counted, headline, labels, name_of, readable, shortened
from nogrow.contract.violations import Rule, Violation
from nogrow.jshost.model import Grower, HostCall
from nogrow.report.colours import styled
from nogrow.report.escaping import printable
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.steps import frames_of
from nogrow.report.summary import (
    NOT_VALIDATED,
    outcome_label,
    searched_files,
    summary,
    why_nothing,
    why_unvalidated,
)
from nogrow.source.model import Frames

if TYPE_CHECKING:
    from nogrow.report.causes import Grouped
    from nogrow.report.locations import Positions

# Limits for readability; JSON has everything.
MOST_VIOLATIONS = 20
MOST_STEPS = 40
MOST_USES = 10
WIDTH = 80
# The lines about a module whose causes are shown: names of imports fill hundreds of columns.
LONGEST_LINE = 240

COLOURS = {
    Outcome.KEPT: "green",
    Outcome.BROKEN: "red",
    Outcome.NOT_JUDGED: "magenta",
    Outcome.NOTHING: "yellow",
}


def render(
    report: Report, stream: TextIO, *, colour: bool = False, quiet: bool = False, every: bool = False
) -> None:
    """Write the report; `quiet` hides artifacts that keep their contract, so a kept report writes nothing.

    With `every`, all violations are listed, not the causes of many.
    """
    for line in lines(report, colour=colour, quiet=quiet, every=every):
        stream.write(line + "\n")


def lines(report: Report, *, colour: bool = False, quiet: bool = False, every: bool = False) -> Iterator[str]:
    """Yield the lines of the report, without line ends; names from modules and paths are escaped."""
    style = _Style(colour)
    positions = None
    if any(artifact.sources or (artifact.host and artifact.violations) for artifact in report.artifacts):
        # Imported here, because most reports have no source locations.
        from nogrow.report.locations import Positions

        positions = Positions(report)
    causes = [None if every else _causes(artifact) for artifact in report.artifacts]
    for artifact, by_cause in zip(report.artifacts, causes, strict=True):
        yield from _violations(style, artifact, by_cause, positions, every=every)
    if any(artifact.better for artifact in report.artifacts) and not quiet:
        yield "help: run `nogrow pin` to lock in these improvements"
        yield ""
    unvalidated = any(artifact.unvalidated for artifact in report.artifacts)
    if quiet and report.outcome is Outcome.KEPT and not unvalidated:
        return
    for artifact, by_cause in zip(report.artifacts, causes, strict=True):
        if not quiet or artifact.outcome is not Outcome.KEPT or artifact.unvalidated:
            about = _artifact(style, artifact)
            yield from about if by_cause is None else map(shortened_line, about)
    if report.shipped is not None:
        yield f"searched {searched_files(report.shipped)}"
    yield summary(report, lambda text, outcome: style(text, COLOURS[outcome] if outcome else None))


def shortened_line(line: str) -> str:
    """Return the line, cut where it is longer than `LONGEST_LINE`."""
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."


class _Style:
    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, colour: str | None = None, bold: bool = False) -> str:
        return styled(text, colour, bold=bold) if self._colour else text


def _causes(artifact: ArtifactReport) -> "Grouped | None":
    if not artifact.causes:
        return None
    # Imported here, because most reports show no causes.
    from nogrow.report.causes import grouped

    return grouped(artifact)


def _violations(
    style: _Style,
    artifact: ArtifactReport,
    causes: "Grouped | None",
    positions: "Positions | None",
    *,
    every: bool,
) -> Iterator[str]:
    found: Sequence[Violation] = artifact.violations
    if causes is not None:
        from nogrow.report import causes_text

        yield from causes_text.lines(
            artifact, causes, style, lambda violation: _where(artifact, violation, positions)
        )
        found = causes.others_of(artifact)
    shown = found if every else found[:MOST_VIOLATIONS]
    for violation in shown:
        yield from _violation(style, artifact, violation, positions)
        yield ""
    more = len(found) - len(shown)
    if more > 0:
        yield f"... and {more:,} more in {printable(artifact.path)}; use --format json=FILE to see all"
        yield ""
    if any(violation.about and violation.about.witness for violation in shown):
        yield "help: run `nogrow explain FILE ENTRY` to see the cause of a growth and how to fix it"
        yield ""


def _violation(
    style: _Style, artifact: ArtifactReport, violation: Violation, positions: "Positions | None"
) -> Iterator[str]:
    word = "not judged" if violation.rule is Rule.NOT_JUDGED else "error"
    colour = COLOURS[Outcome.NOT_JUDGED if violation.rule is Rule.NOT_JUDGED else Outcome.BROKEN]
    head = style(f"{word}[{violation.rule.id}]", colour, bold=True)
    yield f"{head}: {violation.rule.label}: {style(printable(violation.headline), bold=True)}"
    yield from _where(artifact, violation, positions)
    if violation.about is not None and violation.about.witness:
        yield "   = path:"
        yield from _witness(violation.about.witness, artifact.sources)
        yield from _host_growth(violation.about, artifact.growers)
        after = violation.about.imports_after_growth
        if after:
            names = ", ".join(printable(shortened(name)) for name in sorted(after))
            yield f"   = host functions that may run after the growth: {names}"
    yield from _view(style, artifact, violation, positions)
    if violation.allowed:
        yield f"   = allowed: {labels(violation.allowed)}"


def _view(
    style: _Style, artifact: ArtifactReport, violation: Violation, positions: "Positions | None"
) -> Iterator[str]:
    view, entered = violation.view, violation.entered
    if view is None or positions is None:
        return
    from nogrow.report.view_places import Role, drawn_snippet, snippets

    for number, snippet in enumerate(snippets(artifact, violation, positions.quotable)):
        if number:
            yield f"  ::: {printable(snippet.file)}:{snippet.at}"
        for line, role in drawn_snippet(snippet.lines, WIDTH) if snippet.lines else ():
            yield line if role is None else style(line, "red" if role is Role.USE else "cyan")
        for place in snippet.unquoted:
            yield f"   = {place.label}: {printable(f'{place.file}:{place.at}')}"
    if len(view.uses) > 1:
        shown = ", ".join(map(str, view.uses[1:MOST_USES]))
        more = len(view.uses) - MOST_USES
        yield f"   = also used: {shown}{f' and {more:,} more' if more > 0 else ''}"
    if entered is not None:
        name, module = shortened(entered.entry.name), printable(entered.module)
        yield f"   = `{printable(name)}` of {module} is {entered.entry.verdict.label}; path:"
        yield from _witness(entered.entry.witness, entered.sources)
        yield from _host_growth(entered.entry, entered.growers)
    yield "   = help: create the view again after the call, or use live views and do not keep their results"


def _host_growth(entry: Entry, growers: Sequence[Grower]) -> Iterator[str]:
    for grower in growers:
        if grower.label == entry.host_grows:
            where = printable(f"{shortened(grower.label)}, {grower.place}")
            yield f"   = host grows: {where}"


def _where(artifact: ArtifactReport, violation: Violation, positions: "Positions | None") -> Iterator[str]:
    """Yield the module's path, after the source line that causes the growth if it is known."""
    if violation.view is not None:
        yield f"  --> {printable(artifact.path)}:{violation.view.at}"
        return
    position = positions.violation(artifact, violation) if positions else None
    if positions is None or position is None or position.column < 1 or position.file == artifact.path:
        yield f"  --> {printable(artifact.path)}"
        return
    from nogrow.report.locations import drawn
    from nogrow.source.quote import excerpt

    yield f"  --> {printable(position.file)}:{position.line}:{position.column}"
    line = excerpt(*position, positions.quotable, str(Path(artifact.path).parent))
    if line is not None:
        yield from (text for text, _ in drawn(line, "", WIDTH))
    yield f"   = module: {printable(artifact.path)}"


def _witness(witness: Sequence[Step], sources: Frames) -> Iterator[str]:
    half, folded = MOST_STEPS // 2, max(0, len(witness) - MOST_STEPS)
    for index in (*range(min(half, len(witness))), *range(half + folded, len(witness))):
        if folded and index == half + folded:
            yield f"          ... {folded:,} more calls ..."
        number, step = index + 1, witness[index]
        # The last frame is in the step's own function, not in a function that is inlined there.
        frames = frames_of(step, sources)
        where = str(frames[-1]) if frames and frames[-1].line > 0 else ""
        if step.host is not None:
            # What serves an import is said once.
            before = witness[index - 1] if index else None
            follows = before is not None and before.host is not None and before.function == step.function
            yield from _host_step(number, step, step.host, serves=not follows)
        else:
            yield from step_lines(number, step, where)


def step_lines(number: int, step: Step, where: str) -> Iterator[str]:
    """Yield the function and the instruction of a step, which is at the position `where` in the source."""
    name = f" {printable(readable(step.function.name))}" if step.function.name else ""
    name += "" if step.module is None else f" in core module {step.module}"
    yield f"     {number:>3}. func[{step.function.index}]{name}"
    instruction = printable(shortened(step.instruction))
    place = f"at 0x{step.offset:06x}: " if step.offset else ""
    yield f"          {place}{instruction}{where and f', {printable(where)}'}"


def _host_step(number: int, step: Step, call: HostCall, *, serves: bool) -> Iterator[str]:
    """Yield a call that host code makes, on the way from an import."""
    if call.file is None:
        yield f"     {number:>3}. import {printable(shortened(call.function))}"
        yield f"          calls {printable(call.text)}"
        return
    serving = f", which serves {printable(shortened(step.function.name or ''))}" if serves else ""
    yield f"     {number:>3}. {printable(shortened(call.function))}{serving}"
    yield f"          of {printable(call.file)}:{call.start}"
    yield f"          at {printable(call.place)}: calls {printable(shortened(call.text))}"


def _artifact(style: _Style, artifact: ArtifactReport) -> Iterator[str]:
    colour = COLOURS[artifact.outcome]
    if artifact.unvalidated and artifact.outcome is Outcome.KEPT:
        colour = COLOURS[Outcome.NOTHING]
    outcome = style(outcome_label(artifact), colour, bold=True)
    path = printable(artifact.path)
    if artifact.outcome is Outcome.NOTHING:
        yield f"{outcome}: {path}: {printable(why_nothing(artifact))}"
        return
    judgement = artifact.judgement
    facts = ""
    if judgement is not None:
        sign = ";" if judgement.resting.assumptions else ","
        facts = f": {printable(headline(judgement))}{sign} {counted(len(judgement.sites), 'grow site')}"
    elif artifact.host and artifact.outcome is not Outcome.NOT_JUDGED:
        facts = (
            f": {counted(len(artifact.violations), 'stale view') if artifact.violations else 'no stale view'}"
        )
    yield f"{outcome}: {path}{facts}"
    for result in artifact.scenarios:
        # Imported here, because `check` never has scenarios.
        from nogrow.report.scenario_text import scenario

        first, *more = scenario(result, artifact.sources)
        yield f"   = scenario {first}"
        yield from more
    for note in artifact.notes:
        yield f"   = note: {printable(note)}"
    for better in (artifact.better or ())[:MOST_VIOLATIONS]:
        name = printable(shortened(better.name))
        now = "no longer an entry point" if better.after is None else better.after.label
        yield f"   = improved: `{name}` is {now}, pinned as {better.before.label}"
    if artifact.better and len(artifact.better) > MOST_VIOLATIONS:
        yield f"   = improved: {len(artifact.better) - MOST_VIOLATIONS:,} more"
    if judgement is None:
        return
    shown = headline(judgement)
    for sentence in sentences(judgement.assumptions):
        if sentence not in shown:
            yield f"   = assumption: {printable(sentence)}"


def render_sites(report: Report, stream: TextIO, colour: bool = False) -> None:
    """Write the grow sites of each artifact, one line each, or the reason why it could not be judged."""
    for artifact in report.artifacts:
        if artifact.judgement is None:
            render(Report(report.contract, (artifact,)), stream, colour=colour)
            continue
        sites = sorted(artifact.judgement.sites, key=lambda site: site.offset)
        why = f", {NOT_VALIDATED}: {printable(why_unvalidated(artifact))}" if artifact.unvalidated else ""
        stream.write(f"{printable(artifact.path)}: {counted(len(sites), 'grow site')}{why}\n")
        for site in sites:
            by = "a computed number" if site.operand is None else counted(site.operand, "page")
            where = f"0x{site.offset:06x}  memory {site.memory}"
            stream.write(f"  {where}  by {by}  in {printable(name_of(site.function))}\n")
