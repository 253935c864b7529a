"""Explanations as plain text, each in the manner of rustc: what, where, the path there, and help."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TextIO

import click

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, Verdict
from nogrow.contract.check import RULES
from nogrow.contract.headlines import assuming, headline, is_assumed
from nogrow.contract.phrases import counted, entry_name, listed, shortened
from nogrow.contract.violation import Rule
from nogrow.explain.advice import Advice
from nogrow.explain.allocation_sites import UNKNOWN, Family, Use
from nogrow.explain.cause import Cause, Place
from nogrow.explain.explain import Explained, Explanation
from nogrow.explain.provenance import Origin
from nogrow.explain.toolchain import Kind
from nogrow.report.escaping import printable
from nogrow.report.excerpt_text import drawn
from nogrow.source.excerpt import Excerpt
from nogrow.source.model import Frame

WIDTH = 80
# What a person reads at most.
MOST_CAUSES = 5
MOST_STEPS = 40
MOST_IMPORTS = 8
LONGEST_NAME = 200
LONGEST_PATH = 62

COLOURS = {
    Verdict.REACHABLE: "red",
    Verdict.CAPPED: "yellow",
    Verdict.THROW_ONLY: "red",
    Verdict.CAPPED_AND_THROW_ONLY: "red",
}

ExcerptOf = Callable[[Frame], Excerpt | None]


class Options(NamedTuple):
    """How to render: in colour, with every step of a path, and where excerpts come from."""

    excerpt_of: ExcerptOf
    colour: bool = False
    full: bool = False


def render(parts: Sequence[Explained], stream: TextIO, options: Options) -> None:
    """Write what is explained of each core module; whatever modules and paths name is escaped."""
    for part in parts:
        stream.writelines(line + "\n" for line in _part(part, options))


def _part(part: Explained, options: Options) -> Iterator[str]:
    shown = part.explanations if part.by_name else part.explanations[:MOST_CAUSES]
    seen: set[Advice] = set()
    for one in shown:
        yield from _Text(part, one, options).lines(seen)
        yield ""
    for entry in part.harmless:
        yield from _harmless(part, entry)
    for note in part.notes:
        yield from _wrapped(f"note: {printable(note)}", "", "    ")
    if part.by_name:
        return
    path = printable(part.path)
    if not part.growing:
        verdict = printable(headline(part.judgement))
        no_path = "no path leads from an entry point to a growth"
        said = no_path if part.judgement.resting.assumptions else "no entry point can grow a memory"
        yield from _wrapped(f"{path}: {said}: {verdict}", "", "    ")
        yield from _assumptions(part)
        return
    explained = sum(len(one.entries) for one in shown)
    causes = f"{counted(len(shown), 'cause')} of {counted(explained, 'entry point')}"
    rest = part.growing - explained
    more = f"; {rest:,} more can grow a memory: name one to see its cause" if rest else ""
    yield from _wrapped(f"{path}: explained {causes}{more}", "", "    ")


def _harmless(part: Explained, entry: Entry) -> Iterator[str]:
    name = printable(entry_name(entry))
    said = f"`{name}` can't grow a memory"
    if is_assumed(entry):
        said = f"no path leads from `{name}` to a growth, {printable(assuming(entry.assumptions))}"
    yield from _wrapped(f"{entry.verdict.label}: {said}", "", "    ")
    yield f"  --> {printable(part.path)}"
    yield from _assumptions(part)


def _assumptions(part: Explained) -> Iterator[str]:
    for sentence in sentences(part.judgement.assumptions):
        yield from _wrapped(f"assumption: {printable(sentence)}", "   = ", "     ")


def _wrapped(text: str, first: str, rest: str, *, whole: bool = True) -> list[str]:
    """The text in lines of at most 80 columns; longer words stay whole, as paths are copied."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=not whole,
        break_on_hyphens=False,
    )


class _Text:
    """The text of one explanation."""

    def __init__(self, part: Explained, explanation: Explanation, options: Options) -> None:
        self._part = part
        self._explanation = explanation
        self._options = options
        self._entry = explanation.entries[0]
        self._cause = explanation.cause
        place = explanation.cause.place
        self._frame = place.frame if place else None

    def _style(self, text: str, colour: str | None = None) -> str:
        return click.style(text, fg=colour, bold=True) if self._options.colour else text

    def lines(self, seen: set[Advice]) -> Iterator[str]:
        yield from self._headline()
        where = printable(_spelled(self._frame) if self._frame else self._part.path)
        found = self._options.excerpt_of(self._frame) if self._frame else None
        gutter = " " * len(str(found.line)) if found else "  "
        yield f"{gutter}--> {where}"
        if found:
            said = _said(self._cause)
            for line, marked in drawn(found, said, WIDTH):
                yield self._style(line, COLOURS.get(self._entry.verdict, "yellow")) if marked else line
        yield from self._path()
        yield from self._host()
        if self._entry.excused:
            note = "note: this runs before the host can create a view, so it breaks no contract"
            yield from _wrapped(note, "   = ", "     ")
        if self._entry.seen is not None:
            note = (
                f"note: memory {self._entry.memory} is neither imported nor exported: no host view of it can "
                "exist, so this breaks no contract"
            )
            yield from _wrapped(note, "   = ", "     ")
        if self._part.toolchain.kind is not Kind.UNKNOWN:
            tools = printable(", ".join(self._part.toolchain.tools))
            made = f"built with: {self._part.toolchain.kind.value}{f' ({tools})' if tools else ''}"
            yield from _wrapped(made, "   = ", "     ")
        yield from self._help(seen)

    def _headline(self) -> Iterator[str]:
        rule = Rule.HOST_GROWS if self._entry.host_grows else RULES[self._entry.verdict]
        word = f"{self._entry.verdict.label}[{rule.id}]"
        names = printable(listed([entry_name(entry) for entry in self._explanation.entries]))
        text = f"{word}: {names} {self._can()}, {printable(_because(self._cause))}"
        first, *rest = _wrapped(text, "", "    ", whole=False)
        colour = COLOURS.get(self._entry.verdict, "yellow")
        yield self._style(word, colour) + self._style(first.removeprefix(word))
        yield from (self._style(line) for line in rest)

    def _can(self) -> str:
        entry = self._entry
        several = len(self._part.judgement.memories) > 1
        memory = f"memory {entry.memory}" if several else "the memory"
        if entry.host_grows is not None:
            label = printable(shortened(entry.host_grows))
            if entry.grower is not None:
                before = " before it traps" if entry.verdict is Verdict.TRAP_ONLY else ""
                grower = printable(shortened(entry.grower))
                return f"can make {grower} grow {memory} through the import `{label}`{before}"
            return f"can make the host grow {memory} through the import `{label}`"
        match entry.verdict:
            case Verdict.TRAP_ONLY:
                return f"can grow {memory} before it traps"
            case Verdict.THROW_ONLY:
                return f"can grow {memory} before an exception leaves it"
            case Verdict.CAPPED_AND_THROW_ONLY:
                return f"can grow {memory} before an exception leaves it, and another by 0 pages"
            case Verdict.CAPPED if entry.airtight:
                return f"can try to grow {memory}, which always fails"
            case Verdict.CAPPED:
                return f"can grow {memory} by 0 pages and return"
            case _:
                return f"can grow {memory} and return"

    def _path(self) -> Iterator[str]:
        places = self._cause.places
        matter = frozenset(range(len(places))) if self._options.full else self._cause.matter()
        kept = _limited(sorted(matter), len(places) if self._options.full else MOST_STEPS)
        hidden = len(places) - len(kept)
        yield f"   = path{f' (--full shows {hidden} more)' if hidden else ''}:"
        before = -1
        for place in kept:
            if place - before > 1:
                yield f"          ... {_gap(places[before + 1 : place])} ..."
            yield from self._step(place)
            before = place

    def _step(self, place: int) -> Iterator[str]:
        one = self._cause.places[place]
        number = "    " if one.inlined else f"{one.number:>3}."
        name = printable(shortened(one.function, LONGEST_NAME))
        name += " (inlined)" if one.inlined and one.function != "(inlined)" else ""
        style = self._style if place == self._cause.at else str
        yield from (style(line) for line in _wrapped(name, f"     {number} ", "            ", whole=False))
        if one.frame:
            # Of the library's paths the ends say enough; one's own are copied.
            whole = self._options.full or one.origin in (Origin.USER, Origin.DEPENDENCY)
            spelled = _spelled(one.frame)
            yield f"          at {printable(spelled if whole else shortened(spelled, LONGEST_PATH))}"
        if not one.frame or place == len(self._cause.places) - 1:
            yield f"          at 0x{one.step.offset:06x}: {printable(one.step.instruction)}"

    def _host(self) -> Iterator[str]:
        entry = self._entry
        for grower in self._part.growers:
            if grower.label == entry.host_grows:
                where = printable(f"{shortened(grower.label)}, {grower.place}")
                yield from _wrapped(f"host grows: {where}", "   = ", "     ")
        after = entry.imports_after_growth
        if after:
            text = f"host functions that may run after the growth: {_imports(after)}"
            yield from _wrapped(text, "   = ", "     ")
        elif entry.imports:
            yield from _wrapped(f"host functions reached: {_imports(entry.imports)}", "   = ", "     ")

    def _help(self, seen: set[Advice]) -> Iterator[str]:
        """The advice; what was said for another cause is not said again."""
        new = [advice for advice in self._explanation.advice if advice not in seen]
        for advice in new:
            seen.add(advice)
            text = f"help: {advice.alternative.value}: {advice.text}"
            first, *rest = _wrapped(text, "   = ", "     ")
            yield first.replace("help:", self._style("help:", "cyan"), 1)
            yield from rest
            yield from (f"         {line}" for line in advice.example)
        if len(new) < len(self._explanation.advice):
            yield f"   = {self._style('help:', 'cyan')} {'and' if new else 'the same'} as above"


def _limited(places: list[int], most: int) -> list[int]:
    """The places, those in the middle left out where they are too many."""
    return places if len(places) <= most else places[: most // 2] + places[-(most // 2) :]


def _gap(places: Sequence[Place]) -> str:
    library = all(one.origin in (Origin.LIBRARY, Origin.ALLOCATOR) for one in places)
    return f"{counted(len(places), 'more call')}{' in the library' if library else ''}"


def _imports(names: Sequence[str]) -> str:
    """Import names, at most some."""
    shown = ", ".join(printable(shortened(name)) for name in sorted(names)[:MOST_IMPORTS])
    more = len(names) - MOST_IMPORTS
    return f"{shown} and {more} more" if more > 0 else shown


def _spelled(frame: Frame) -> str:
    column = f":{frame.column}" if frame.column else ""
    return f"{frame.file}:{frame.line}{column}"


def _because(cause: Cause) -> str:
    """Why, as the end of the headline."""
    if cause.use is UNKNOWN and cause.vague:
        return "along functions that have no names"
    if cause.vague:
        return f"because {_allocates(cause.use, '')}, along functions that have no names"
    place = cause.place
    if place is None:
        if cause.places[0].origin is Origin.ALLOCATOR:
            return "because the host calls the allocator by it"
        named = all(one.origin is not Origin.UNKNOWN for one in cause.places)
        whose = "; no code of yours is on the path" if named else ""
        return f"because {_allocates(cause.use, '')}{whose}"
    spelled = _spelled(place.frame) if place.frame else place.function
    short = shortened(spelled, LONGEST_PATH)
    where = f"at {short}" if place.frame else f"in `{short}`"
    if place.origin is Origin.DEPENDENCY:
        where += " (a dependency)"
    if cause.use is UNKNOWN:
        return f"because of the call {where}"
    if cause.use.family is Family.OWN_GROWTH:
        return f"by the {cause.use.label} {where}"
    return f"because {_allocates(cause.use, where)}"


def _allocates(use: Use, where: str) -> str:
    """That the use, at its place, is what allocates."""
    at = f" {where}" if where else ""
    if use.label == "an allocation":
        return f"of an allocation{at}"
    acts = use.label.startswith("`") or use.family in (Family.PANIC, Family.RUNTIME, Family.PASSING)
    return f"{use.label}{at} {'allocates' if acts else 'is allocated'}"


def _said(cause: Cause) -> str:
    """What is said beside the underlined code."""
    match cause.use.family:
        case Family.OWN_GROWTH:
            return "grows the memory"
        case Family.UNKNOWN:
            return "leads to the growth"
        case Family.PANIC:
            return "can fail, and its message is allocated"
        case _:
            return "allocates"
