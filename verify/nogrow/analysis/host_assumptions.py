"""What a judgement takes for granted: of the module, and of each entry point by what it reaches."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from nogrow.analysis.assumptions import Assumption, AssumptionKind, Subject
from nogrow.analysis.judgement import Memory


class HostSide(NamedTuple):
    """What is behind the vertices of the host's functions, and what is believed of them.

    `labels` are the names of all; `tables` has the table of each vertex that stands for the host's functions
    in it, None for those behind references. `untrusted` are the vertices that nobody vouches for. `own` are
    those of `tables` through which a function of the module could come as well and is assumed not to.
    `growth` says whether the module can grow a memory that counts.
    """

    memories: tuple[Memory, ...]
    labels: Mapping[int, str]
    tables: Mapping[int, Subject | None]
    untrusted: Collection[int]
    own: Collection[int]
    growth: bool

    def behind(self, vertices: Iterable[int]) -> tuple[Assumption, ...]:
        """Return what is assumed of the host where these vertices are reached, the weightiest first."""
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
        found = (Assumption(kind, imports), *through) if imports else tuple(through)
        return tuple(one for one in found if one.imports or one.own or one.foreign)

    def _through(self, vertex: int) -> Assumption:
        """Return what is assumed of calls through a table or a reference."""
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

    `of_host` are those about the host's functions that are reached; `after` names those of them that may run
    between a growth and the trap or exception behind it.
    """
    found = list(of_host)
    if running := tuple(sorted(after)):
        found.append(Assumption(AssumptionKind.AFTER_GROWTH, running))
    if switches_stacks:
        found.append(Assumption(AssumptionKind.STACKS))
    # A fixed memory can be grown by 0 pages, which detaches views as well.
    for memory in memories:
        if memory.exported:
            subject = Subject(memory.index, name=memory.exported[0])
            found.append(Assumption(AssumptionKind.HOST_GROWTH, memory=subject))
        elif memory.imported:
            subject = Subject(memory.index, imported=True)
            found.append(Assumption(AssumptionKind.OTHER_OWNERS, memory=subject))
    return tuple(found)
