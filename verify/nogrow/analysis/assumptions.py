"""Derive the assumptions behind a judgement and behind each verdict, and put each into a sentence."""

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nogrow.analysis.judgement import Memory

REFERENCES = "(function references)"
"""The name in reports of the host's functions that the module gets as references."""
TABLE_PREFIX = "(table "
"""How the name in reports of the host's functions in a table begins if the table is not imported."""
_MOST_NAMED = 8
_LONGEST = 200


class AssumptionKind(enum.Enum):
    """The kinds of assumptions."""

    IMPORTS = "imports"
    """Imports neither grow a memory nor call back in."""
    CALLBACKS = "callbacks"
    """Imports do not call back in; no memory that they could grow is visible to them."""
    TABLE = "table"
    """The host puts no harmful function into a table that it sees."""
    REFERENCES = "references"
    """The host hands in no reference to a harmful function."""
    AFTER_GROWTH = "after-growth"
    """The host runs between a growth and the trap or exception that follows."""
    STACKS = "stacks"
    """The module switches stacks, so exits were not narrowed down."""
    HOST_GROWTH = "host-growth"
    """The host does not grow an exported memory itself."""
    OTHER_OWNERS = "other-owners"
    """No other owner of an imported memory grows it."""
    STATED = "stated"
    """A sentence from elsewhere: the component around the module, host code, or a report that was read."""


# Verdicts better than `reachable` depend on these, so headlines name them.
_DECISIVE = frozenset(
    {
        AssumptionKind.IMPORTS,
        AssumptionKind.CALLBACKS,
        AssumptionKind.TABLE,
        AssumptionKind.REFERENCES,
    }
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A table or a memory: its index, and the name by which the host knows it, if there is one."""

    index: int
    imported: bool = False
    name: str | None = None


class Assumption(NamedTuple):
    """One assumption. `imports` are labels (`module.field`); `text` is set for `STATED` only.

    For `TABLE` and `REFERENCES`, `own` says that the host puts or hands in none of the module's own
    functions, and `foreign` that it puts or hands in no function that grows the memory or calls back in.
    """

    kind: AssumptionKind
    imports: tuple[str, ...] = ()
    table: Subject | None = None
    memory: Subject | None = None
    own: bool = False
    foreign: bool = False
    text: str = ""

    @property
    def decisive(self) -> bool:
        """Return whether verdicts better than `reachable` depend on it."""
        return self.kind in _DECISIVE

    @property
    def sentence(self) -> str:
        """Return the assumption as reports print it, without a full stop; it fits behind `assuming that`."""
        names = _listed(self.imports)
        several = len(self.imports) > 1
        memory = _described("memory", self.memory)
        match self.kind:
            case AssumptionKind.IMPORTS if several:
                return f"{names} neither grow the memory nor call back in"
            case AssumptionKind.IMPORTS:
                return f"{names} neither grows the memory nor calls back in"
            case AssumptionKind.CALLBACKS:
                return f"{names} {'do' if several else 'does'} not call back in"
            case AssumptionKind.TABLE:
                return _put_nowhere(_described("table", self.table), self)
            case AssumptionKind.REFERENCES:
                return _handed_in(self)
            case AssumptionKind.AFTER_GROWTH:
                return (
                    "after a growth and before the trap or exception, "
                    f"the host may run with detached views in: {names}"
                )
            case AssumptionKind.STACKS:
                return "the module switches stacks, so every path to a grow site counts as reachable"
            case AssumptionKind.HOST_GROWTH:
                return f"the host itself does not grow {memory}"
            case AssumptionKind.OTHER_OWNERS:
                return f"{memory} is not grown by any other owner"
            case AssumptionKind.STATED:
                return self.text


def stated(text: str) -> Assumption:
    """Return the assumption that is already a sentence."""
    return Assumption(AssumptionKind.STATED, text=text)


def sentences(assumptions: tuple[Assumption, ...]) -> list[str]:
    """Return the assumptions as sentences, in their order."""
    return [assumption.sentence for assumption in assumptions]


class HostSide(NamedTuple):
    """The vertices of the host's functions, and what is assumed about them.

    `labels` has the names of all of them. `tables` has the vertices that stand for the host's functions in a
    table, with that table, or with None for those behind references. `untrusted` are the vertices that no
    contract trusts. `own` are those of `tables` through which the module's own functions could be called,
    too, and are assumed not to be. `growth` says whether the module can grow a memory that counts.
    """

    memories: "tuple[Memory, ...]"
    labels: Mapping[int, str]
    tables: Mapping[int, Subject | None]
    untrusted: Collection[int]
    own: Collection[int]
    growth: bool

    def behind(self, vertices: Iterable[int]) -> tuple[Assumption, ...]:
        """Return what is assumed about the host where these vertices are reached, the weightiest first."""
        visible = any(memory.visible for memory in self.memories)
        if not visible and not self.growth:
            return ()
        reached = sorted(vertices, key=lambda vertex: self.labels[vertex])
        imports = tuple(
            self.labels[vertex]
            for vertex in reached
            if vertex not in self.tables and vertex in self.untrusted
        )
        kind = AssumptionKind.IMPORTS if visible else AssumptionKind.CALLBACKS
        through = (self._through(vertex) for vertex in sorted(reached) if vertex in self.tables)
        every = (Assumption(kind, imports), *through)
        return tuple(item for item in every if item.imports or item.own or item.foreign)

    def _through(self, vertex: int) -> Assumption:
        """Return what is assumed about calls through a table or a reference."""
        table = self.tables[vertex]
        kind = AssumptionKind.REFERENCES if table is None else AssumptionKind.TABLE
        return Assumption(kind, table=table, own=vertex in self.own, foreign=vertex in self.untrusted)


def assumptions(
    of_host: tuple[Assumption, ...],
    memories: "tuple[Memory, ...]",
    *,
    after: Iterable[str],
    switches_stacks: bool,
) -> tuple[Assumption, ...]:
    """Return the assumptions behind a module's verdicts, the weightiest first.

    `of_host` are those about the host's functions that are reached; `after` names the functions that may run
    between a growth and the trap or exception that follows.
    """
    result = list(of_host)
    if running := tuple(sorted(after)):
        result.append(Assumption(AssumptionKind.AFTER_GROWTH, running))
    if switches_stacks:
        result.append(Assumption(AssumptionKind.STACKS))
    # A fixed memory can be grown by 0 pages, which detaches views, too.
    for memory in memories:
        if memory.exported:
            subject = Subject(memory.index, name=memory.exported[0])
            result.append(Assumption(AssumptionKind.HOST_GROWTH, memory=subject))
        elif memory.imported:
            subject = Subject(memory.index, imported=True)
            result.append(Assumption(AssumptionKind.OTHER_OWNERS, memory=subject))
    return tuple(result)


def _put_nowhere(table: str, assumption: Assumption) -> str:
    if not assumption.own:
        return f"no function grows the memory or calls back in that the host puts into {table}"
    own = f"the host puts none of the module's own functions into {table}"
    return f"{own}, nor any that grow the memory or call back in" if assumption.foreign else own


def _handed_in(assumption: Assumption) -> str:
    if not assumption.own:
        return "the host hands in no reference to a function that grows the memory or calls back in"
    own = "the host hands in no reference to a function of the module"
    return f"{own}, nor to any that grows the memory or calls back in" if assumption.foreign else own


def _described(noun: str, subject: Subject | None) -> str:
    if subject is None:
        return ""
    if subject.name is None:
        return f"the imported {noun} {subject.index}" if subject.imported else f"{noun} {subject.index}"
    how = "imported" if subject.imported else "exported"
    return f"{noun} {subject.index}, {how} as {_cut(subject.name)!r}"


def _listed(labels: tuple[str, ...]) -> str:
    more = len(labels) - _MOST_NAMED
    text = ", ".join(map(_cut, labels[:_MOST_NAMED]))
    return f"{text} and {more} more" if more > 0 else text


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
