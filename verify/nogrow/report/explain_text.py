"""Render explanations as plain text in the style of rustc: the cause, its position, the path, and help."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TextIO

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, Verdict
from nogrow.contract.phrases import assuming, counted, entry_name, headline, is_assumed, listed, shortened
from nogrow.contract.violations import RULES, Rule
from nogrow.explain.advice import Advice
from nogrow.explain.allocation_sites import UNKNOWN, Family, Use
from nogrow.explain.cause import Cause
from nogrow.explain.explain import Explained, Explanation
from nogrow.explain.provenance import Origin
from nogrow.explain.toolchain import Kind
from nogrow.report.causes import answer, memory_of
from nogrow.report.causes_text import cause_tree
from nogrow.report.colours import styled
from nogrow.report.escaping import printable
from nogrow.report.locations import drawn
from nogrow.report.model import MOST_LISTED
from nogrow.report.steps import action_of
from nogrow.source.model import Frame
from nogrow.source.quote import Excerpt

WIDTH = 80
# Limits for readability.
MOST_CAUSES = 5
MOST_STEPS = 40
MOST_IMPORTS = 8
LONGEST_NAME = 200
LONGEST_PATH = 62

RED = (Verdict.REACHABLE, Verdict.THROW_ONLY, Verdict.CAPPED_AND_THROW_ONLY)
ACTS = {
    Verdict.REACHABLE: "can grow {} and return",
    Verdict.CAPPED: "can grow {} by 0 pages and return",
    Verdict.TRAP_ONLY: "can grow {} before it traps",
    Verdict.THROW_ONLY: "can grow {} before an exception leaves it",
    Verdict.CAPPED_AND_THROW_ONLY: "can grow {} before an exception leaves it, and another by 0 pages",
}
AIRTIGHT = "can try to grow {}, which always fails"
MARKS = {
    Family.OWN_GROWTH: "grows the memory",
    Family.UNKNOWN: "leads to the growth",
    Family.PANIC: "can fail and then allocates its message",
}


class Options(NamedTuple):
    """How to render: where excerpts come from, whether to use colours and to show every step of a path."""

    excerpt_of: Callable[[Frame], Excerpt | None]
    colour: bool = False
    full: bool = False


def render(parts: Sequence[Explained], stream: TextIO, options: Options) -> None:
    """Write the explanations of each core module; names from modules and paths are escaped."""
    for part in parts:
        stream.writelines(line + "\n" for line in _part(part, options))


def _part(part: Explained, options: Options) -> Iterator[str]:
    shown = part.explanations if part.by_name else part.explanations[:MOST_CAUSES]
    seen: set[Advice] = set()
    if part.causes and part.growing > MOST_LISTED:
        yield from _wrapped(f"{printable(part.path)}: {answer(part.judgement)}")
        yield from cause_tree(part.causes, part.judgement)
        yield ""
    for explanation in shown:
        yield from _Text(part, explanation, options).lines(seen)
        yield ""
    for entry in part.harmless:
        yield from _harmless(part, entry)
    for note in part.notes:
        yield from _wrapped(f"note: {printable(note)}")
    if part.by_name:
        return
    path = printable(part.path)
    if not part.growing:
        verdict = printable(headline(part.judgement))
        no_path = "no path leads from an entry point to a growth"
        result = no_path if part.judgement.resting.assumptions else "no entry point can grow a memory"
        yield from _wrapped(f"{path}: {result}: {verdict}")
        yield from _assumptions(part)
        return
    explained = sum(len(explanation.entries) for explanation in shown)
    causes = f"{counted(len(shown), 'cause')} of {counted(explained, 'entry point')}"
    rest = part.growing - explained
    more = f"; {rest:,} more can grow a memory: name one to see its cause" if rest else ""
    yield from _wrapped(f"{path}: explained {causes}{more}")


def _harmless(part: Explained, entry: Entry) -> Iterator[str]:
    name = printable(entry_name(entry))
    result = f"`{name}` cannot grow a memory"
    if is_assumed(entry):
        result = f"no path leads from `{name}` to a growth, {printable(assuming(entry.assumptions))}"
    yield from _wrapped(f"{entry.verdict.label}: {result}")
    yield f"  --> {printable(part.path)}"
    yield from _assumptions(part)


def _assumptions(part: Explained) -> Iterator[str]:
    for sentence in sentences(part.judgement.assumptions):
        yield from _fact(f"assumption: {printable(sentence)}")


def _fact(text: str) -> list[str]:
    return _wrapped(text, "   = ", "     ")


def _wrapped(text: str, first: str = "", rest: str = "    ", *, whole: bool = True) -> list[str]:
    """Return lines of at most 80 columns; by default longer words stay whole, because people copy paths."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=not whole,
        break_on_hyphens=False,
    )


class _Text:
    """Render one explanation."""

    def __init__(self, part: Explained, explanation: Explanation, options: Options) -> None:
        self._part = part
        self._explanation = explanation
        self._options = options
        self._entry = explanation.entries[0]
        self._cause = explanation.cause
        blamed = explanation.cause.blamed
        self._frame = blamed.frame if blamed else None
        self._colour = "red" if self._entry.verdict in RED else "yellow"

    def _style(self, text: str, colour: str | None = None) -> str:
        return styled(text, colour, bold=True) if self._options.colour else text

    def lines(self, seen: set[Advice]) -> Iterator[str]:
        yield from self._headline()
        where = printable(str(self._frame) if self._frame else self._part.path)
        excerpt = self._options.excerpt_of(self._frame) if self._frame else None
        gutter = " " * len(str(excerpt.line)) if excerpt else "  "
        yield f"{gutter}--> {where}"
        if excerpt:
            for line, marked in drawn(excerpt, MARKS.get(self._cause.use.family, "allocates"), WIDTH):
                yield self._style(line, self._colour) if marked else line
        yield from self._path()
        yield from self._host()
        if self._entry.excused:
            note = "note: this runs before the host can create a view, so it breaks no contract"
            yield from _fact(note)
        if self._entry.seen is not None:
            note = (
                f"note: memory {self._entry.memory} is neither imported nor exported: no host view of it can "
                "exist, so this breaks no contract"
            )
            yield from _fact(note)
        if self._part.toolchain.kind is not Kind.UNKNOWN:
            tools = printable(", ".join(self._part.toolchain.tools))
            built = f"built with: {self._part.toolchain.kind.value}{f' ({tools})' if tools else ''}"
            yield from _fact(built)
        yield from self._help(seen)

    def _headline(self) -> Iterator[str]:
        rule = Rule.HOST_GROWS if self._entry.host_grows else RULES[self._entry.verdict]
        word = f"{self._entry.verdict.label}[{rule.id}]"
        names = printable(listed([entry_name(entry) for entry in self._explanation.entries]))
        text = f"{word}: {names} {self._can()}, {printable(_because(self._cause))}"
        first, *rest = _wrapped(text, whole=False)
        yield self._style(word, self._colour) + self._style(first.removeprefix(word))
        yield from (self._style(line) for line in rest)

    def _can(self) -> str:
        entry = self._entry
        memory = memory_of(self._part.judgement, entry.memory)
        if entry.host_grows is None:
            airtight = entry.verdict is Verdict.CAPPED and entry.airtight
            return (AIRTIGHT if airtight else ACTS[entry.verdict]).format(memory)
        grows, before = "the host grow", ""
        if entry.grower is not None:
            grows = f"{printable(shortened(entry.grower))} grow"
            before = " before it traps" if entry.verdict is Verdict.TRAP_ONLY else ""
        label = printable(shortened(entry.host_grows))
        return f"can make {grows} {memory} through the import `{label}`{before}"

    def _path(self) -> Iterator[str]:
        path = self._cause.path
        full = self._options.full
        kept = list(range(len(path))) if full else sorted(self._cause.notable())
        if not full and len(kept) > MOST_STEPS:
            kept = kept[: MOST_STEPS // 2] + kept[-MOST_STEPS // 2 :]
        hidden = len(path) - len(kept)
        yield f"   = path{f' (--full shows {hidden} more)' if hidden else ''}:"
        previous = -1
        for index in kept:
            if left_out := path[previous + 1 : index]:
                library = all(function.origin.is_library for function in left_out)
                where = " in the library" if library else ""
                yield f"          ... {counted(len(left_out), 'more call')}{where} ..."
            yield from self._step(index)
            previous = index

    def _step(self, index: int) -> Iterator[str]:
        function = self._cause.path[index]
        number = "    " if function.inlined else f"{function.number:>3}."
        name = printable(shortened(function.function, LONGEST_NAME))
        name += " (inlined)" if function.inlined and function.function != "(inlined)" else ""
        style = self._style if index == self._cause.blamed_at else str
        yield from (style(line) for line in _wrapped(name, f"     {number} ", "            ", whole=False))
        if function.frame:
            # Paths of the user's code stay whole, because people copy them; a library's paths are shortened.
            whole = self._options.full or not function.origin.is_library
            where = str(function.frame)
            yield f"          at {printable(where if whole else shortened(where, LONGEST_PATH))}"
        if function.step.host is not None:
            yield f"          {printable(action_of(function.step))}"
        elif not function.frame or index == len(self._cause.path) - 1:
            offset = function.step.offset
            place = f"at 0x{offset:06x}: " if offset else ""
            yield f"          {place}{printable(function.step.instruction)}"

    def _host(self) -> Iterator[str]:
        entry = self._entry
        for grower in self._part.growers:
            if grower.label == entry.host_grows:
                where = printable(f"{shortened(grower.label)}, {grower.place}")
                yield from _fact(f"host grows: {where}")
        after = entry.imports_after_growth
        if after:
            text = f"host functions that may run after the growth: {_imports(after)}"
            yield from _fact(text)
        elif entry.imports:
            yield from _fact(f"host functions reached: {_imports(entry.imports)}")

    def _help(self, seen: set[Advice]) -> Iterator[str]:
        """Yield the advice that no earlier explanation gave."""
        new = [advice for advice in self._explanation.advice if advice not in seen]
        for advice in new:
            seen.add(advice)
            text = f"help: {advice.alternative.value}: {advice.text}"
            first, *rest = _fact(text)
            yield first.replace("help:", self._style("help:", "cyan"), 1)
            yield from rest
            yield from (f"         {line}" for line in advice.example)
        if len(new) < len(self._explanation.advice):
            yield f"   = {self._style('help:', 'cyan')} see {'also ' if new else ''}the advice above"


def _imports(names: Sequence[str]) -> str:
    """Return the first of the import names, sorted, and the number of the others."""
    shown = ", ".join(printable(shortened(name)) for name in sorted(names)[:MOST_IMPORTS])
    more = len(names) - MOST_IMPORTS
    return f"{shown} and {more} more" if more > 0 else shown


def _because(cause: Cause) -> str:
    """Return the reason for the growth as the end of a sentence."""
    if cause.vague:
        unnamed = "by way of functions that have no names"
        return unnamed if cause.use is UNKNOWN else f"because {_allocates(cause.use, '')}, {unnamed}"
    blamed = cause.blamed
    if blamed is None:
        if cause.path[0].origin is Origin.ALLOCATOR:
            return "because the host calls the allocator through it"
        if cause.use is UNKNOWN:
            return "because library code on its path allocates"
        named = all(function.origin is not Origin.UNKNOWN for function in cause.path)
        whose = "; no code of yours is on the path" if named else ""
        if cause.use is UNKNOWN:
            return f"through functions of a library{whose}"
        return f"because {_allocates(cause.use, '')}{whose}"
    if blamed.frame:
        where = f"at {shortened(str(blamed.frame), LONGEST_PATH)}"
    else:
        where = f"in `{shortened(blamed.function, LONGEST_PATH)}`"
    if blamed.origin is Origin.DEPENDENCY:
        where += " (a dependency)"
    if cause.use is UNKNOWN:
        return f"because of the call {where}"
    if cause.use.family is Family.OWN_GROWTH:
        return f"through the {cause.use.label} {where}"
    return f"because {_allocates(cause.use, where)}"


def _allocates(use: Use, where: str) -> str:
    """Return a clause saying that the use allocates."""
    at = f" {where}" if where else ""
    if use.label == "an allocation":
        return f"of an allocation{at}"
    acts = use.label.startswith("`") or use.family in (Family.PANIC, Family.RUNTIME, Family.PASSING)
    return f"{use.label}{at} {'allocates' if acts else 'is allocated'}"
