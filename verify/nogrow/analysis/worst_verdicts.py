"""Find for each entry point the worst verdict over all memories, and the path that proves it."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from itertools import compress
from typing import NamedTuple

from nogrow.analysis.dominators import DominatorTree
from nogrow.analysis.entry_points import EntryPoints
from nogrow.analysis.growth_paths import Exit, SearchResult, WitnessEdge
from nogrow.analysis.judgement import Memory, Verdict, Verdicts
from nogrow.analysis.reachability import Search
from nogrow.errors import ModuleError
from nogrow.wasm.scan import Scan

# There are at most 100 memories.
_NO_MEMORY = 0xFF

# A search result takes some 50 bytes for each memory and function.
MOST_STEPS = 1 << 24

LEFT_BY = {
    Verdict.TRAP_ONLY: None,
    Verdict.THROW_ONLY: Exit.EXCEPTION,
    # Of the two memories, the witness is about the one that really grows.
    Verdict.CAPPED_AND_THROW_ONLY: Exit.EXCEPTION,
}


class Finding(NamedTuple):
    """The worst verdict on one entry point over all memories, and where its proof is."""

    verdict: Verdict
    memory: int | None = None
    found: SearchResult | None = None
    entry: int = 0
    left_by: Exit | None = None
    airtight: bool = False

    def path(self) -> Sequence[WitnessEdge]:
        """Return the shortest path to the growth."""
        return self.found.path(self.entry, self.left_by) if self.found else ()


class Findings:
    """The worst verdict on every entry point, by the number of the entry point.

    `growers` are the imports at the ends of paths. `hosted` are the memories that imports may grow. `seen`
    has the verdict on memories that a host sees, for entry points that can grow only other memories.
    `may_succeed` are the memories that count and whose growth need not fail.
    """

    def __init__(
        self,
        scanned: Scan,
        memories: tuple[Memory, ...],
        growers: list[int],
        entry_points: EntryPoints,
        search: Search,
        trapping: Sequence[int] = (),
        *,
        private: bool = False,
        linked: bool = False,
    ) -> None:
        """Search for the growths of each memory; `growers` are imports that grow it.

        It grows behind the imports in `trapping`, too, but only a trap can follow. With `private`, memories
        that no host sees count like all others. `linked` says that other modules serve some of these
        imports: such a module may grow a fixed memory by 0 pages.
        """
        self.hosted = hosted = {
            memory.index
            for memory in memories
            if (growers or trapping) and (linked or not memory.fixed) and (memory.imported or memory.exported)
        }
        loose = {grow.memory for grow in scanned.grows if not grow.operand} | (hosted if linked else set())
        # The first memory with the worst verdict is reported; among capped ones, one that is grown by 0.
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
        self._left_by = {
            verdict: LEFT_BY.get(verdict, Exit.NORMAL) if self._exact else None for verdict in Verdict
        }
        self._functions = entry_points.functions
        self._found: dict[int, SearchResult] = {}
        # A constant operand above 0 at every site: none can succeed at the maximum.
        self._airtight = {index for index in growing if index not in loose}
        # By entry point, the memory that its verdict is about.
        self._worst = bytearray((_NO_MEMORY,)) * len(entry_points.functions)
        best = Verdict.UNREACHABLE if counting else Verdict.ABSENT
        self.verdicts = Verdicts(bytes((best.value,)) * len(entry_points.functions))
        # In the start function, growth of the module's own memory comes before any view of it.
        excused = entry_points.start
        self.may_succeed = [
            index for index in counting if not (memories[index].fixed and index in self._airtight)
        ]
        self._behind = dict.fromkeys(hosted, (growers, trapping))
        for index in counting:
            self._found[index] = self.search_again(search, index)
            verdicts = self._add(index, memories[index])
            before_exit = {self._functions[number] for number in verdicts.where(LEFT_BY.__contains__)}
            if before_exit:
                search.follow_growth(index, sorted(before_exit))
            if excused is not None and memories[index].imported and verdicts[excused].grows:
                excused = None
        self.seen: dict[int, Verdict] = {}
        for index in unseen:
            self._found[index] = search.find_growths(index, self._functions, [])
            self._add_unseen(index, memories[index])
        grows = excused is not None and self.verdicts[excused].grows
        self.excused = frozenset((excused,)) if excused is not None and grows else frozenset[int]()
        self.growers = self._find_growers()
        """By entry point, the import plus 1 that grows the memory at the end of its path, or 0."""

    def search_again(self, search: Search, index: int) -> SearchResult:
        """Search for the growths of a memory, so that `search` can follow them."""
        return search.find_growths(index, self._functions, *self._behind.get(index, ([], ())))

    def dominators(
        self, search: Search, memory: int, verdict: Verdict, vertices: Sequence[int]
    ) -> DominatorTree:
        """Return which vertices all paths pass that prove this verdict of `vertices` on a memory."""
        return search.dominators(memory, vertices, self._left_by[verdict])

    def by_subject(self, numbers: Sequence[int]) -> dict[tuple[Verdict, int], list[int]]:
        """Return those of the entry points that grow a memory, by their verdict and by that memory."""
        codes, memories = self.verdicts.codes, self._worst
        groups: defaultdict[int, list[int]] = defaultdict(list)
        # There can be tens of thousands, but few groups.
        for number in numbers:
            groups[codes[number] << 8 | memories[number]].append(number)
        return {
            (self.verdicts[group[0]], memories[group[0]]): group
            for group in groups.values()
            if memories[group[0]] != _NO_MEMORY
        }

    def _add(self, index: int, memory: Memory) -> Verdicts:
        """Join the verdicts on one memory to those on the others; return the verdicts on it alone."""
        verdicts = self._on(index, memory)
        # Where neither verdict is worse, report the memory that really grows.
        decides = self.verdicts.combined(
            verdicts,
            lambda known, verdict: (
                not verdict.at_most(known) and verdict in (known.joined(verdict), Verdict.THROW_ONLY)
            ),
        )
        for number in compress(range(len(decides)), decides):
            self._worst[number] = index
        self.verdicts = self._joined(verdicts)
        return verdicts

    def _add_unseen(self, index: int, memory: Memory) -> None:
        """Join the verdicts on a memory that no host sees, for entry points that grow no other memory."""
        verdicts = self._on(index, memory)
        codes = bytearray(self.verdicts.codes)
        worse = self.verdicts.combined(verdicts, lambda known, verdict: not verdict.at_most(known))
        for number in compress(range(len(worse)), worse):
            known, verdict = self.verdicts[number], verdicts[number]
            if known.grows and number not in self.seen:
                continue
            self.seen.setdefault(number, known)
            joined = known.joined(verdict)
            codes[number] = joined.value
            if verdict.grows and verdict in (joined, Verdict.THROW_ONLY):
                self._worst[number] = index
        self.verdicts = Verdicts(bytes(codes))

    def _joined(self, verdicts: Verdicts) -> Verdicts:
        return Verdicts(self.verdicts.combined(verdicts, lambda known, verdict: known.joined(verdict).value))

    def _on(self, index: int, memory: Memory) -> Verdicts:
        """Return the verdicts on one memory alone."""
        # Where stacks are switched, control may leave a function by paths that are not followed.
        left = Verdict.CAPPED if memory.fixed else Verdict.REACHABLE
        by_exit = (Verdict.UNREACHABLE, Verdict.TRAP_ONLY if self._exact else left, Verdict.THROW_ONLY, left)
        codes = bytes(verdict.value for verdict in by_exit)
        return Verdicts(self._found[index].exits(self._functions).translate(codes.ljust(256, b"\xff")))

    def _find_growers(self) -> "array[int]":
        growers = array("I", bytes(4 * len(self._functions)))
        for index in self.hosted & set(self._worst):
            for verdict in self.verdicts.different():
                numbers = [number for number in self._numbers(verdict) if self._worst[number] == index]
                if not numbers:
                    continue
                found = self._found[index].growers(numbers, self._left_by[verdict])
                for number, grower in zip(numbers, found, strict=True):
                    growers[number] = grower
        return growers

    def _numbers(self, verdict: Verdict) -> list[int]:
        return self.verdicts.where(lambda other: other is verdict)

    def grower(self, number: int) -> int | None:
        """Return the import that grows the memory at the end of the path of the entry point, if one does."""
        return self.growers[number] - 1 if self.growers[number] else None

    def compact(self) -> "Findings":
        """Return the same without paths that no verdict needs."""
        findings = copy(self)
        kept = {self._left_by[verdict] for verdict in self.verdicts.different()}
        needed = set(self._worst)
        findings._found = {
            index: result.without(kept) for index, result in self._found.items() if index in needed
        }
        return findings

    def most_steps(self) -> int:
        """Return how many steps the paths of all entry points have at most, without those in host code."""
        lengths: dict[tuple[int, Exit | None], list[int]] = {}
        steps = 0
        for number, verdict in enumerate(self.verdicts):
            index = self._worst[number]
            if index == _NO_MEMORY:
                continue
            left_by = self._left_by[verdict]
            if (index, left_by) not in lengths:
                lengths[index, left_by] = self._found[index].most_steps(left_by)
            steps += lengths[index, left_by][number]
        return steps

    def passed(self) -> set[int]:
        """Return all vertices on the paths."""
        return {vertex for result in self._found.values() for vertex in result.passed()}

    def at(self, number: int) -> Finding:
        """Return the finding on the entry point with this number."""
        verdict = self.verdicts[number]
        index = self._worst[number]
        if index == _NO_MEMORY:
            return Finding(verdict)
        left_by = self._left_by[verdict]
        airtight = verdict is Verdict.CAPPED and index in self._airtight
        return Finding(verdict, index, self._found[index], number, left_by, airtight)
