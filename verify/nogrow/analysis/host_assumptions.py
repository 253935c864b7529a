"""Derive the assumptions behind a module's judgement, and behind the verdict on each entry point."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from nogrow.analysis.assumptions import Assumption, AssumptionKind, Subject
from nogrow.analysis.judgement import Memory


class HostSide(NamedTuple):
    """The vertices of the host's functions, and what is assumed about them.

    `labels` has the names of all of them. `tables` has the vertices that stand for the host's functions in a
    table, with that table, or with None for those behind references. `untrusted` are the vertices that no
    contract trusts. `own` are those of `tables` through which the module's own functions could be called,
    too, and are assumed not to be. `growth` says whether the module can grow a memory that counts.
    """

    memories: tuple[Memory, ...]
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
    memories: tuple[Memory, ...],
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
