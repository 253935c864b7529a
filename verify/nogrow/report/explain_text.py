"""Render explanations as plain text in the style of rustc: the cause, its position, the path, and help."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TextIO

import click

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, Verdict
from nogrow.contract.phrases import assuming, counted, entry_name, headline, is_assumed, listed, shortened
from nogrow.contract.violations import RULES, Rule
from nogrow.explain.advice import Advice
from nogrow.explain.cause import PathFunction
from nogrow.explain.explain import Explained, Explanation
from nogrow.explain.toolchain import Kind
from nogrow.report.cause_text import LONGEST_PATH, because, mark_label, position
from nogrow.report.escaping import printable
from nogrow.report.excerpt_text import drawn
from nogrow.source.excerpt import Excerpt
from nogrow.source.model import Frame

WIDTH = 80
# Limits for readability.
MOST_CAUSES = 5
MOST_STEPS = 40
MOST_IMPORTS = 8
LONGEST_NAME = 200

COLOURS = {
    Verdict.REACHABLE: "red",
    Verdict.CAPPED: "yellow",
    Verdict.THROW_ONLY: "red",
    Verdict.CAPPED_AND_THROW_ONLY: "red",
}

ExcerptOf = Callable[[Frame], Excerpt | None]


class Options(NamedTuple):
    """How to render: where excerpts come from, whether to use colours and to show every step of a path."""

    excerpt_of: ExcerptOf
    colour: bool = False
    full: bool = False


def render(parts: Sequence[Explained], stream: TextIO, options: Options) -> None:
    """Write the explanations of each core module; names from modules and paths are escaped."""
    for part in parts:
        stream.writelines(line + "\n" for line in _part(part, options))


def _part(part: Explained, options: Options) -> Iterator[str]:
    shown = part.explanations if part.by_name else part.explanations[:MOST_CAUSES]
    seen: set[Advice] = set()
    for explanation in shown:
        yield from _Text(part, explanation, options).lines(seen)
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
        result = no_path if part.judgement.resting.assumptions else "no entry point can grow a memory"
        yield from _wrapped(f"{path}: {result}: {verdict}", "", "    ")
        yield from _assumptions(part)
        return
    explained = sum(len(explanation.entries) for explanation in shown)
    causes = f"{counted(len(shown), 'cause')} of {counted(explained, 'entry point')}"
    rest = part.growing - explained
    more = f"; {rest:,} more can grow a memory: name one to see its cause" if rest else ""
    yield from _wrapped(f"{path}: explained {causes}{more}", "", "    ")


def _harmless(part: Explained, entry: Entry) -> Iterator[str]:
    name = printable(entry_name(entry))
    result = f"`{name}` cannot grow a memory"
    if is_assumed(entry):
        result = f"no path leads from `{name}` to a growth, {printable(assuming(entry.assumptions))}"
    yield from _wrapped(f"{entry.verdict.label}: {result}", "", "    ")
    yield f"  --> {printable(part.path)}"
    yield from _assumptions(part)


def _assumptions(part: Explained) -> Iterator[str]:
    for sentence in sentences(part.judgement.assumptions):
        yield from _wrapped(f"assumption: {printable(sentence)}", "   = ", "     ")


def _wrapped(text: str, first: str, rest: str, *, whole: bool = True) -> list[str]:
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

    def _style(self, text: str, colour: str | None = None) -> str:
        return click.style(text, fg=colour, bold=True) if self._options.colour else text

    def lines(self, seen: set[Advice]) -> Iterator[str]:
        yield from self._headline()
        where = printable(position(self._frame) if self._frame else self._part.path)
        excerpt = self._options.excerpt_of(self._frame) if self._frame else None
        gutter = " " * len(str(excerpt.line)) if excerpt else "  "
        yield f"{gutter}--> {where}"
        if excerpt:
            for line, marked in drawn(excerpt, mark_label(self._cause), WIDTH):
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
            built = f"built with: {self._part.toolchain.kind.value}{f' ({tools})' if tools else ''}"
            yield from _wrapped(built, "   = ", "     ")
        yield from self._help(seen)

    def _headline(self) -> Iterator[str]:
        rule = Rule.HOST_GROWS if self._entry.host_grows else RULES[self._entry.verdict]
        word = f"{self._entry.verdict.label}[{rule.id}]"
        names = printable(listed([entry_name(entry) for entry in self._explanation.entries]))
        text = f"{word}: {names} {self._can()}, {printable(because(self._cause))}"
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
        path = self._cause.path
        full = self._options.full
        kept = list(range(len(path))) if full else _without_middle(sorted(self._cause.notable()))
        hidden = len(path) - len(kept)
        yield f"   = path{f' (--full shows {hidden} more)' if hidden else ''}:"
        previous = -1
        for index in kept:
            if index - previous > 1:
                yield f"          ... {_gap(path[previous + 1 : index])} ..."
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
            where = position(function.frame)
            yield f"          at {printable(where if whole else shortened(where, LONGEST_PATH))}"
        if not function.frame or index == len(self._cause.path) - 1:
            yield f"          at 0x{function.step.offset:06x}: {printable(function.step.instruction)}"

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
        """Yield the advice that no earlier explanation gave."""
        new = [advice for advice in self._explanation.advice if advice not in seen]
        for advice in new:
            seen.add(advice)
            text = f"help: {advice.alternative.value}: {advice.text}"
            first, *rest = _wrapped(text, "   = ", "     ")
            yield first.replace("help:", self._style("help:", "cyan"), 1)
            yield from rest
            yield from (f"         {line}" for line in advice.example)
        if len(new) < len(self._explanation.advice):
            yield f"   = {self._style('help:', 'cyan')} see {'also ' if new else ''}the advice above"


def _without_middle(indices: list[int]) -> list[int]:
    """Return the indices, without those in the middle if there are more than `MOST_STEPS`."""
    half = MOST_STEPS // 2
    return indices if len(indices) <= MOST_STEPS else indices[:half] + indices[-half:]


def _gap(functions: Sequence[PathFunction]) -> str:
    library = all(function.origin.is_library for function in functions)
    return f"{counted(len(functions), 'more call')}{' in the library' if library else ''}"


def _imports(names: Sequence[str]) -> str:
    """Return the first of the import names, sorted, and the number of the others."""
    shown = ", ".join(printable(shortened(name)) for name in sorted(names)[:MOST_IMPORTS])
    more = len(names) - MOST_IMPORTS
    return f"{shown} and {more} more" if more > 0 else shown
