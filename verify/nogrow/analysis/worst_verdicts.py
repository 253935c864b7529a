"""What was found of every way in: the worst verdict over all memories, and the path that shows it."""

from collections.abc import Sequence
from typing import NamedTuple

from nogrow.analysis.entry_points import EntryPoints
from nogrow.analysis.judgement import Memory, Verdict
from nogrow.analysis.reachability import Exit, Search, SearchResult, WitnessEdge
from nogrow.errors import ModuleError
from nogrow.wasm.scan import Scan

# What is found is kept for each memory and function, some 50 bytes.
MOST_STEPS = 1 << 24

LEFT_BY = {
    Verdict.TRAP_ONLY: None,
    Verdict.THROW_ONLY: Exit.EXCEPTION,
    # Of the two memories, the witness is about the one that really grows.
    Verdict.CAPPED_AND_THROW_ONLY: Exit.EXCEPTION,
}


class Finding(NamedTuple):
    """What was found of one way in: the worst over all memories."""

    verdict: Verdict
    memory: int | None = None
    found: SearchResult | None = None
    function: int = 0
    left_by: Exit | None = None
    airtight: bool = False

    def path(self) -> tuple[Sequence[WitnessEdge], int | None]:
        """The shortest path to the growth, and the import that grows if one does."""
        return self.found.path(self.function, self.left_by) if self.found else ((), None)


class Findings:
    """What was found of every way in, by place. `growers` are the imports at the ends of paths.

    `hosted` are the memories that imports were followed to grow.

    `seen` has, for ways in that can grow only memories that no host sees, the verdict on those that it sees.
    """

    verdicts: list[Verdict]
    seen: dict[int, Verdict]
    excused: frozenset[int]
    growers: dict[int, int]
    hosted: set[int]
    _found: dict[int, SearchResult]
    _worst: dict[int, int]

    def __init__(
        self,
        scanned: Scan,
        memories: tuple[Memory, ...],
        growers: list[int],
        ways: EntryPoints,
        search: Search,
        trapping: Sequence[int] = (),
        *,
        private: bool = False,
        linked: bool = False,
    ) -> None:
        """Has `search` look for the growths of each memory; `growers` are imports that grow it.

        Behind the imports in `trapping` it grows as well, but only a trap can follow. `private` has memories
        that no host sees count like all others. `linked` says that some of these imports are served by other
        modules, which may grow a fixed memory by 0 pages.
        """
        self.hosted = hosted = {
            memory.index
            for memory in memories
            if (growers or trapping) and (linked or not memory.fixed) and (memory.imported or memory.exported)
        }
        loose = {grow.memory for grow in scanned.grows if not grow.operand} | (hosted if linked else set())
        # The first of the worst stands for all: of capped ones that shall be one that is grown by 0.
        growing = sorted(
            hosted | {grow.memory for grow in scanned.grows},
            key=lambda index: (not memories[index].fixed or index not in loose, index),
        )
        counting = [index for index in growing if private or memories[index].visible]
        unseen = [index for index in growing if index not in counting]
        vertices = scanned.first_dispatch + len(scanned.dispatches)
        if len(growing) > 1 and len(growing) * vertices > MOST_STEPS:
            raise ModuleError(
                f"{len(growing)} memories that grow and {vertices:,} functions: too many together"
            )
        self._exact = not scanned.switches_stacks
        self._left_by = {one: LEFT_BY.get(one, Exit.NORMAL) if self._exact else None for one in Verdict}
        self._functions = ways.functions
        self._found = {}
        # A constant operand above 0 at every site: none can succeed at the maximum.
        self._airtight = {index for index in growing if index not in loose}
        self._worst = {}
        self.verdicts = [Verdict.UNREACHABLE if counting else Verdict.ABSENT] * len(ways.functions)
        # In the start function, growth of the module's own memory comes before any view of it.
        excused = ways.start
        for index in counting:
            self._found[index] = (
                search.find(index, growers, trapping) if index in hosted else search.find(index, [])
            )
            verdicts = self._add(index, memories[index], ways.functions, exact=self._exact)
            before_exit = {
                ways.functions[place] for place, verdict in enumerate(verdicts) if verdict in LEFT_BY
            }
            if before_exit:
                search.follow_growth(index, sorted(before_exit))
            if excused is not None and memories[index].imported and verdicts[excused].grows:
                excused = None
        self.seen = {}
        for index in unseen:
            self._found[index] = search.find(index, [])
            self._add_unseen(index, memories[index], ways.functions)
        found = excused is not None and self.verdicts[excused].grows
        self.excused = frozenset((excused,)) if excused is not None and found else frozenset[int]()
        ends = {place: self._grower(place) for place, index in self._worst.items() if index in hosted}
        self.growers = {place: grower for place, grower in ends.items() if grower is not None}

    def _add(self, index: int, memory: Memory, functions: Sequence[int], *, exact: bool) -> list[Verdict]:
        """Adds what was found for one memory; the verdicts on it alone."""
        verdicts = self._on(index, memory, functions, exact=exact)
        for place, verdict in enumerate(verdicts):
            if verdict is Verdict.UNREACHABLE:
                continue
            before = self.verdicts[place]
            self.verdicts[place] = joined = before.joined(verdict)
            # Where neither is the worse one, the memory that really grows is the one to tell about.
            if joined is not before and verdict in (joined, Verdict.THROW_ONLY):
                self._worst[place] = index
        return verdicts

    def _add_unseen(self, index: int, memory: Memory, functions: Sequence[int]) -> None:
        """Adds what was found for a memory that no host sees, where a way in grows no other memory."""
        for place, verdict in enumerate(self._on(index, memory, functions, exact=self._exact)):
            known = self.verdicts[place]
            if verdict.at_most(known) or (known.grows and place not in self.seen):
                continue
            self.seen.setdefault(place, known)
            self.verdicts[place] = joined = known.joined(verdict)
            if verdict.grows and verdict in (joined, Verdict.THROW_ONLY):
                self._worst[place] = index

    def _on(self, index: int, memory: Memory, functions: Sequence[int], *, exact: bool) -> list[Verdict]:
        """The verdicts on one memory alone."""
        # Where stacks are switched, a function may be left in ways that are not followed.
        left = Verdict.CAPPED if memory.fixed else Verdict.REACHABLE
        by_exit = (Verdict.UNREACHABLE, Verdict.TRAP_ONLY if exact else left, Verdict.THROW_ONLY, left)
        return [by_exit[exit] for exit in self._found[index].exits(functions)]

    def _grower(self, place: int) -> int | None:
        left_by = self._left_by[self.verdicts[place]]
        return self._found[self._worst[place]].grower(self._functions[place], left_by)

    def at(self, place: int) -> Finding:
        """The finding on the way in at a place."""
        verdict = self.verdicts[place]
        index = self._worst.get(place)
        if index is None:
            return Finding(verdict)
        left_by = self._left_by[verdict]
        airtight = verdict is Verdict.CAPPED and index in self._airtight
        return Finding(verdict, index, self._found[index], self._functions[place], left_by, airtight)
