"""Define the judgement of one module: plain data that `proof.py` makes and every later stage reads."""

import enum
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import compress
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, overload

from nogrow.analysis.assumptions import Assumption
from nogrow.jshost.model import HostCall
from nogrow.util.lazy import LazySequence

if TYPE_CHECKING:
    from nogrow.analysis.causes import CauseFinder
    from nogrow.analysis.entry_table import EntryMaker


class Verdict(enum.Enum):
    """Say what an entry point can do to memories. The members are listed with the better ones first.

    The verdicts are a partial order, so `<` is not defined: `at_most` compares. A value is the set of events
    that may happen, a bit for each, so the set of a better verdict is a subset of the set of a worse one.
    """

    ABSENT = 0b00000
    UNREACHABLE = 0b00001
    TRAP_ONLY = 0b00011
    THROW_ONLY = 0b00111
    CAPPED = 0b01011
    CAPPED_AND_THROW_ONLY = 0b01111
    """Capped on one memory or entry point, throw-only on another; neither is worse than the other."""
    REACHABLE = 0b11111

    def __repr__(self) -> str:
        return f"Verdict.{self.name}"

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Return the verdict as contracts and reports spell it: `trap-only`, `capped+throw-only`."""
        return self.name.lower().replace("_and_", "+").replace("_", "-")

    @property
    def parts(self) -> tuple["Verdict", ...]:
        """Return the verdicts that it combines: two for `capped+throw-only`, else itself."""
        both = self is Verdict.CAPPED_AND_THROW_ONLY
        return (Verdict.THROW_ONLY, Verdict.CAPPED) if both else (self,)

    @property
    def rank(self) -> int:
        """Return the position in a list with the better ones first; use it only to sort what is shown."""
        return _RANKS[self]

    @property
    def grows(self) -> bool:
        """Return whether a path leads to a growth: whether it is neither `absent` nor `unreachable`."""
        return self is not Verdict.ABSENT and self is not Verdict.UNREACHABLE

    def at_most(self, other: "Verdict") -> bool:
        """Return whether it is `other` or better; False where neither is better than the other."""
        together: int = self.value | other.value
        return together == other.value

    def joined(self, other: "Verdict") -> "Verdict":
        """Return the best verdict that is at least as bad as both."""
        return Verdict(self.value | other.value)

    @classmethod
    def from_label(cls, label: str) -> "Verdict":
        """Return the verdict that `label` spells; raise `ValueError` for any other text."""
        for verdict in cls:
            if verdict.label == label:
                return verdict
        raise ValueError(label)


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict], default: Verdict = Verdict.ABSENT) -> Verdict:
    """Return the best verdict that is at least as bad as each of `verdicts`, `default` if there is none."""
    # A module can have a million entry points, but there are few different verdicts.
    different = verdicts.different() if isinstance(verdicts, Verdicts) else set(verdicts)
    return reduce(Verdict.joined, different) if different else default


_BY_CODE = {verdict.value: verdict for verdict in Verdict}
# The rank of the verdict with each value, in the lower or the upper half of a byte.
_RANK_LOW = bytes(_RANKS[_BY_CODE[code]] if code in _BY_CODE else 0 for code in range(256))
_RANK_HIGH = bytes(rank << 4 for rank in _RANK_LOW)


class Verdicts(Sequence[Verdict]):
    """The verdicts of many entry points, as an array with the value of a verdict in each byte."""

    __slots__ = ("codes",)

    def __init__(self, codes: bytes) -> None:
        """Keep the values."""
        self.codes = codes

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Verdicts":
        """Return the array of the verdicts."""
        return cls(bytes(verdict.value for verdict in verdicts))

    @overload
    def __getitem__(self, index: int) -> Verdict: ...

    @overload
    def __getitem__(self, index: slice) -> "Verdicts": ...

    def __getitem__(self, index: int | slice) -> "Verdict | Verdicts":
        return Verdicts(self.codes[index]) if isinstance(index, slice) else _BY_CODE[self.codes[index]]

    def __iter__(self) -> Iterator[Verdict]:
        return map(_BY_CODE.__getitem__, self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def count(self, value: object) -> int:
        """Return how many of them are this verdict."""
        return self.codes.count(value.value) if isinstance(value, Verdict) else 0

    def different(self) -> set[Verdict]:
        """Return the verdicts that occur."""
        return {verdict for verdict in Verdict if verdict.value in self.codes}

    def combined(self, others: "Verdicts", combine: Callable[[Verdict, Verdict], int]) -> bytes:
        """Return a byte for each verdict and the one at its place in `others`, as `combine` says.

        `combine` is called once for each pair of verdicts.
        """
        first, second = (
            int.from_bytes(verdicts.codes.translate(table), "little")
            for verdicts, table in ((self, _RANK_HIGH), (others, _RANK_LOW))
        )
        pairs = (first | second).to_bytes(len(self.codes), "little")
        every = list(Verdict)
        table = bytearray(256)
        for pair in set(pairs):
            table[pair] = combine(every[pair >> 4], every[pair & 0xF])
        return pairs.translate(bytes(table))

    def where(self, wanted: Callable[[Verdict], bool]) -> list[int]:
        """Return the indices of the verdicts for which `wanted` is true, in their order."""
        table = bytearray(256)
        for verdict in self.different():
            table[verdict.value] = wanted(verdict)
        marks = self.codes.translate(bytes(table))
        return list(compress(range(len(marks)), marks))


class EntryKind(enum.Enum):
    """How the host gets to call an entry point."""

    EXPORT = "export"
    START = "start"
    ESCAPED = "escaped"


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its index in the module's function index space, and its debug name if it has one."""

    index: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Memory:
    """A linear memory as declared; limits count pages of `page_size` bytes."""

    index: int
    imported: bool
    exported: tuple[str, ...]
    shared: bool
    index_type: str
    page_size: int
    min_pages: int
    max_pages: int | None

    @property
    def fixed(self) -> bool:
        """Return whether the maximum is the minimum, so that no growth by more than 0 pages can succeed."""
        return self.max_pages == self.min_pages

    @property
    def visible(self) -> bool:
        """Return whether a host can hold views of it: only if it is imported or exported.

        In a component, other modules may use what a core module exports, so that counts as visible.
        """
        return self.imported or bool(self.exported)


class Conditions(NamedTuple):
    """The conditions of a contract that a proof depends on, besides the trust in imports.

    `open_tables`: the host may put each function of the module that it can get into the tables that it sees.
    `private_memories`: growth of a memory that no host sees counts like any other growth.
    """

    open_tables: bool = False
    private_memories: bool = False


NO_CONDITIONS = Conditions()


class Site(NamedTuple):
    """A `memory.grow` instruction: `offset` in bytes from the start of the file, `operand` in pages.

    The operand is known only when it is a constant.
    """

    function: Function
    memory: int
    offset: int
    operand: int | None


class Step(NamedTuple):
    """One step of a witness: the instruction at `offset` (bytes, in the file) of `function`.

    If `host` is set, it is a call in host code on the way from an import, which `function` names. `module` is
    the number of the component's core module that has the function, None for the module that is judged.
    """

    function: Function
    offset: int
    instruction: str
    host: HostCall | None = None
    module: int | None = None

    @property
    def offsets(self) -> tuple[int, ...]:
        """The offset in the judged module, as a tuple; empty for a step outside of it."""
        return (self.offset,) if self.host is None and self.module is None else ()


class Witness(Sequence[Step]):
    """A path of calls that is computed when somebody first reads it; equal to a tuple of its steps."""

    __slots__ = ("_follow", "_steps")

    def __init__(self, follow: Callable[[], Sequence[Step]]) -> None:
        """Remember `follow`, which returns the steps."""
        self._follow = follow
        self._steps: Sequence[Step] | None = None

    def _followed(self) -> Sequence[Step]:
        if self._steps is None:
            self._steps = self._follow()
        return self._steps

    @overload
    def __getitem__(self, index: int) -> Step: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...

    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        return self._followed()[index]

    def __len__(self) -> int:
        return len(self._followed())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self._followed()) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self._followed()))

    def __reduce__(self) -> tuple[type[tuple[Step, ...]], tuple[tuple[Step, ...]]]:
        return tuple, (tuple(self._followed()),)


class Entry(NamedTuple):
    """An entry point of the module and its verdict, the worst over all memories.

    A module can have tens of thousands: named tuples are created several times faster than dataclasses.

    `name` is the export name, `(start)`, or `func[INDEX]` for a function that escapes.
    `memory` is the memory that the verdict is about, None if none can grow; for `capped+throw-only` it is the
    one that really grows.
    `witness` is the shortest path to a growth, empty for `absent` and `unreachable`.
    `host_grows` is the import (`module.field`) that ends the witness when the host does the growing.
    `source_name` is the name of a minified export in the source, if host code says it.
    `grower` is the function of another core module that grows it behind that import, None for the host.
    `airtight` says about a `capped` one that every site that it reaches has a constant operand above 0.
    `imports` are the host's functions that it can reach; `imports_after_growth` are those that may run
    between a growth and the trap or exception that follows, for `trap-only` and `throw-only`.
    `excused` marks growth of the module's own memories in the start function, before any view exists.
    `seen` is set where the verdict is about a memory that no host sees: it is the verdict on the memories
    that the host sees, `absent` or `unreachable`. `assumptions` are those about the host's functions that it
    reaches.
    """

    name: str
    kind: EntryKind
    function: Function
    verdict: Verdict
    memory: int | None = None
    witness: Sequence[Step] = ()
    imports: tuple[str, ...] = ()
    imports_after_growth: tuple[str, ...] = ()
    host_grows: str | None = None
    airtight: bool = False
    excused: bool = False
    seen: Verdict | None = None
    assumptions: tuple[Assumption, ...] = ()
    grower: str | None = None
    source_name: str | None = None


class Resting(NamedTuple):
    """The assumptions behind verdicts better than `reachable`, and the entry points with these verdicts."""

    assumptions: tuple[Assumption, ...] = ()
    entries: Sequence[str] = ()


class HostGrowth(Mapping[int, str]):
    """The imports that make the host grow the memory, by the numbers of the entry points that reach them.

    `ends` has for each entry point the vertex of the import plus 1, or 0. `labels` are the names of imports
    by vertex.
    """

    __slots__ = ("ends", "labels")

    def __init__(self, ends: "array[int]", labels: Mapping[int, str]) -> None:
        """Keep the two."""
        self.ends = ends
        self.labels = labels

    def __getitem__(self, number: int) -> str:
        end = self.ends[number] if 0 <= number < len(self.ends) else 0
        if not end:
            raise KeyError(number)
        return self.labels[end - 1]

    def __iter__(self) -> Iterator[int]:
        return (number for number, end in enumerate(self.ends) if end)

    def __len__(self) -> int:
        return len(self.ends) - self.ends.count(0)

    @property
    def imports(self) -> set[str]:
        """The names of these imports, each once."""
        return {self.labels[end - 1] for end in set(self.ends) if end}


class VerdictTable(NamedTuple):
    """Hold the facts about all entry points, by their numbers, before the entry points are made.

    The numbers in `excused` and the keys of `host_grows` and `seen` are those of entry points for which
    `Entry` has a value of that name.
    """

    verdicts: Verdicts
    excused: frozenset[int]
    host_grows: Mapping[int, str]
    seen: Mapping[int, Verdict] = MappingProxyType({})

    @property
    def harmful(self) -> Verdict | None:
        """Return the worst verdict on memories that a host sees; None without entry points."""
        return worst(self.counting) if self.verdicts else None

    @property
    def counting(self) -> Verdicts:
        """Return the verdicts on memories that a host sees: no host has views of others."""
        if not self.seen:
            return self.verdicts
        codes = bytearray(self.verdicts.codes)
        for number, verdict in self.seen.items():
            codes[number] = verdict.value
        return Verdicts(bytes(codes))


class Entries(LazySequence[Entry]):
    """Entry points that are made when somebody reads them; their verdicts are known before.

    `cause_finder` makes what groups them by cause; it keeps the memory of the proof alive, and is None
    afterwards.
    """

    __slots__ = ("_maker", "cause_finder", "verdict_table")

    def __init__(
        self,
        verdict_table: VerdictTable,
        maker: "EntryMaker",
        cause_finder: "Callable[[], CauseFinder] | None" = None,
    ) -> None:
        """Remember what makes the entry points."""
        super().__init__(len(verdict_table.verdicts), maker.entry)
        self.verdict_table = verdict_table
        self.cause_finder = cause_finder
        self._maker = maker

    def most_steps(self) -> int | None:
        """Return how many steps all witnesses have at most; None if that is not known without making them."""
        return self._maker.most_steps()

    def compact(self) -> "Entries":
        """Return the same entry points with nothing kept for others, so that they take little memory."""
        return Entries(self.verdict_table, self._maker.compact())

    @property
    def export_names(self) -> Mapping[int, str]:
        """The first name under which each exported function is exported."""
        return self._maker.export_names

    def named(self, source_names: Mapping[str, str]) -> "Entries":
        """Return the same entry points with names of the source for exports, by their names."""
        return Entries(self.verdict_table, self._maker.named(source_names), self.cause_finder)

    def settled(self) -> "Entries":
        """Return the same entry points without the finder of their causes."""
        return Entries(self.verdict_table, self._maker)

    @property
    def keys(self) -> "Iterable[tuple[EntryKind, str]]":
        """The kind and name of each entry point."""
        return self._maker.keys

    def __reduce__(self) -> tuple[object, ...]:
        return Entries, (self.verdict_table, self._maker.compact())


class Judgement(NamedTuple):
    """All that was proved about one module.

    `assumptions` has the weightiest first, `resting` has those that headlines name. `indirect_exact` counts
    those of the `indirect_calls` that can only call the one function at a constant index. `imports` are the
    host's functions that any entry point can reach.
    """

    memories: tuple[Memory, ...]
    sites: tuple[Site, ...]
    entries: Sequence[Entry]
    assumptions: tuple[Assumption, ...]
    indirect_calls: int = 0
    indirect_exact: int = 0
    imports: frozenset[str] = frozenset()
    resting: Resting = Resting()

    @property
    def verdict_table(self) -> VerdictTable:
        """Return what is known about the entry points without making them."""
        if isinstance(self.entries, Entries):
            return self.entries.verdict_table
        return VerdictTable(
            Verdicts.of(entry.verdict for entry in self.entries),
            frozenset(number for number, entry in enumerate(self.entries) if entry.excused),
            {number: entry.host_grows for number, entry in enumerate(self.entries) if entry.host_grows},
            {number: entry.seen for number, entry in enumerate(self.entries) if entry.seen is not None},
        )

    @property
    def keys(self) -> Iterable[tuple[EntryKind, str]]:
        """Return the kind and name of each entry point without making the entry points."""
        if isinstance(self.entries, Entries):
            return self.entries.keys
        return [(entry.kind, entry.name) for entry in self.entries]

    def most_steps(self) -> int | None:
        """Return how many steps all witnesses have at most; None if that is not known without making them."""
        return self.entries.most_steps() if isinstance(self.entries, Entries) else None

    @property
    def export_names(self) -> Mapping[int, str]:
        """Return the first name under which each exported function is exported, by function index."""
        if isinstance(self.entries, Entries):
            return self.entries.export_names
        exported = (entry for entry in reversed(self.entries) if entry.kind is EntryKind.EXPORT)
        return {entry.function.index: entry.name for entry in exported}

    @property
    def cause_finder(self) -> "CauseFinder | None":
        """Return what groups the entry points by cause, None once the judgement is settled."""
        finder = self.entries.cause_finder if isinstance(self.entries, Entries) else None
        return None if finder is None else finder()

    def named(self, source_names: Mapping[str, str]) -> "Judgement":
        """Return the same judgement with names of the source for exports, by their names."""
        if not source_names or not isinstance(self.entries, Entries):
            return self
        return self._replace(entries=self.entries.named(source_names))

    def settled(self) -> "Judgement":
        """Return the same judgement without the memory of the proof, which the finder of causes needs."""
        return self._replace(entries=self.entries.settled()) if isinstance(self.entries, Entries) else self

    def compact(self) -> "Judgement":
        """Return the same judgement with nothing kept of the module that it does not show."""
        return self._replace(entries=self.entries.compact()) if isinstance(self.entries, Entries) else self

    @property
    def verdict(self) -> Verdict:
        """Return the worst verdict of any entry point; without entry points, whether there are grow sites."""
        floor = Verdict.UNREACHABLE if self.sites else Verdict.ABSENT
        return worst(self.verdict_table.verdicts, floor)
