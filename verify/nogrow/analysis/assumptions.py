"""Represent the assumptions behind a judgement, and put each of them into a sentence."""

import enum
from dataclasses import dataclass
from typing import NamedTuple

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
