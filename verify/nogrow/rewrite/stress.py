"""This module writes the stressed copy of a module: memory that may have grown always has, for tests.

Wherever control passes to the host after a point at which the proof says that a memory may have grown, the
copy detaches its buffer. So host code that keeps a view fails at once. Where the proof excludes growth, the
copy behaves as the original does.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from nogrow.analysis.entry_points import EntryPoints
from nogrow.analysis.growth_flow import Mark, Note
from nogrow.analysis.judgement import EntryKind, Judgement
from nogrow.analysis.proof import PointsToGrowth, judge, prove_with_points
from nogrow.analysis.surroundings import NOTHING_KNOWN, Surroundings
from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.additions import Additions
from nogrow.rewrite.assemble import assembled
from nogrow.rewrite.code_offset_sections import bodies, depends_on_code_offsets, is_relocatable
from nogrow.rewrite.detaching import Detaching, detaching, imports_of_growth
from nogrow.rewrite.function_references import declared_references, references_in_code
from nogrow.rewrite.splice import Edit, Frame, edited, leb
from nogrow.rewrite.stress_functions import (
    CALL,
    CALL_INDIRECT,
    RETURN_CALL,
    RETURN_CALL_INDIRECT,
    Exits,
    IndirectCall,
    StressFunctions,
)
from nogrow.rewrite.stress_marker import is_marked, marked
from nogrow.wasm.model import Kind
from nogrow.wasm.reader import Reader
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import Exceptions, begin
from nogrow.wasm.sections import SectionId, is_component
from nogrow.wasm.validate import validate

_CALLS = frozenset((CALL, RETURN_CALL))
_INDIRECT_CALLS = frozenset((CALL_INDIRECT, RETURN_CALL_INDIRECT))
_REFERENCE_CALLS = frozenset((0x14, 0x15))
_MEMORY_GROW = 0x40
_TAIL_CALLS = frozenset((RETURN_CALL, RETURN_CALL_INDIRECT))


class StressedCopy(NamedTuple):
    """The bytes of a stressed copy, and what it does.

    `detaching` are the names of the entry points that detach, `quiet` those of the others. `places` counts
    the entry points and the calls at which the copy may detach. `notes` are for the user.
    """

    data: bytes
    detaching: tuple[str, ...]
    quiet: tuple[str, ...]
    places: int
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        of_all = len(self.detaching) + len(self.quiet)
        return (
            f"<StressedCopy: {len(self.detaching)} of {of_all} entry points detach, {len(self.data):,} bytes>"
        )


def stressed(
    data: bytes,
    engine: Engine | None = None,
    *,
    entries: Sequence[str] = (),
    every: bool = False,
    pages: int = 0,
    try_table: bool = False,
    surroundings: Surroundings = NOTHING_KNOWN,
) -> StressedCopy:
    """Return the stressed copy of the core module `data`, validated and judged.

    `entries` are patterns for the names of entry points, as in `fnmatch`: only those that match detach.
    With `every`, all entry points and all calls of imports detach, whatever the proof says. With `pages`, a
    memory grows by one page instead of 0, that many times at most. A module that only throws exceptions gets
    legacy handlers, which older browsers know, or with `try_table` those of WebAssembly 3.0, as wasmtime
    needs them. Raises `UsageError` for a pattern that matches nothing, and `ModuleError`, with the offset in
    bytes, if the module cannot be judged or rewritten.
    """
    if is_component(data):
        raise ModuleError(
            "not stressed: a component; stress the core modules that its host loads, such as those that "
            "`jco transpile` writes"
        )
    if is_marked(data):
        raise ModuleError("not stressed: the module is a stressed copy already")
    engine = engine or Engine()
    original = validate(data)
    if original.valid is False:
        raise original.error
    scanning = begin(data, engine)
    quiet = imports_of_growth(scanning.module, surroundings)
    proof = prove_with_points(scanning, surroundings, quiet, every=every)
    copy = _Copy(proof, surroundings, _selection(proof, entries), _Options(every, pages, try_table))
    result = copy.written()
    if result.data != data:
        result = result._replace(data=marked(result.data))
        result = result._replace(notes=(*result.notes, *_checked(result.data, proof.judgement, engine)))
    return result


def _selection(proof: PointsToGrowth, patterns: Sequence[str]) -> frozenset[int]:
    """Return the numbers of the entry points that a pattern matches, or of all without a pattern."""
    names = [entry.name for entry in proof.judgement.entries]
    if not patterns:
        return frozenset(range(len(names)))
    selected: set[int] = set()
    for pattern in patterns:
        matching = {number for number, name in enumerate(names) if fnmatchcase(name, pattern)}
        if not matching:
            raise UsageError(f"{pattern}: no entry point has such a name")
        selected |= matching
    return frozenset(selected)


def _checked(data: bytes, before: Judgement, engine: Engine) -> list[str]:
    """Return notes about the copy; raises `ModuleError` if it is not valid or has other entry points."""
    copy = validate(data)
    if copy.valid is False:
        raise ModuleError(f"internal error: the stressed copy is not valid: {copy.reason}", copy.offset)
    after = judge(data, lambda label: False, engine).settled()
    if [entry.name for entry in before.entries if entry.kind is not EntryKind.ESCAPED] != [
        entry.name for entry in after.entries if entry.kind is not EntryKind.ESCAPED
    ]:
        raise ModuleError("internal error: the stressed copy has other entry points")
    if copy.valid is None:
        return [f"not validated: wasmtime cannot decide whether the copy is valid: {copy.reason}"]
    return []


class _Options(NamedTuple):
    """The options of `stressed` that the rewriting depends on."""

    every: bool
    pages: int
    try_table: bool


class _Copy:
    """The rewriting of one module."""

    def __init__(
        self,
        proof: PointsToGrowth,
        surroundings: Surroundings,
        selected: Container[int],
        options: _Options,
    ) -> None:
        """Decide which functions are wrapped, and write them."""
        self._module = module = proof.module
        if is_relocatable(module):
            raise ModuleError("not stressed: an object file; stress the module that the linker makes of it")
        self._proof = proof
        self._imported = len(module.imported(Kind.FUNCTION))
        self._additions = Additions(module)
        ways = [detaching(module, item.memory, surroundings, options.pages) for item in proof.points]
        detached = [way for way in ways if isinstance(way, Detaching)]
        self._notes = [note for way in ways for note in ([way] if isinstance(way, str) else way.notes)]
        # While the module grows the memory through its glue, nothing else must happen to the memory.
        self._unwrapped = frozenset[int]().union(*(item.glue for item in detached))
        self._asking = {item.memory for item in detached if item.grower is not None}
        memories = {item.memory for item in detached}
        self._points = [item for item in proof.points if item.memory in memories]
        self._run_after = frozenset[int]().union(*(item.run_after for item in self._points))
        self._marks: dict[Mark, list[int]] = defaultdict(list)
        for item in self._points:
            for mark in item.marks:
                self._marks[mark].append(item.memory)
        self._entry_points = EntryPoints(module, proof.references)
        wrapped = self._wrapped(selected)
        leaves = frozenset[int]().union(*(item.leaves for item in self._points))
        self._detaches = leaves.intersection(wrapped)
        self._selected = selected
        self._new: dict[int, int] = {}
        if not wrapped:
            return
        exceptions = proof.scan.exceptions
        if options.try_table and exceptions == Exceptions.THROW:
            exceptions |= Exceptions.TRY_TABLE
        self._functions = StressFunctions(module, self._additions, detached, exceptions, always=options.every)
        # A callback that Emscripten's glue has put into the table would cost a growth at each virtual call.
        self._host_tables = frozenset[int]() if self._asking else proof.references.host_tables
        self._host_references = proof.references.host_references and not self._asking
        # If both sides can call a wrapped function, each call of an import has to tell the side.
        self._all_imports = not proof.references.taken.isdisjoint(wrapped)
        self._write_functions(wrapped)

    def _write_functions(self, wrapped: Sequence[int]) -> None:
        """Write the functions that take the place of entry points, and of imports that references lead to."""
        points, taken = self._entry_points, self._proof.references.taken
        names = {function: points.name(number) for number, function in enumerate(points.functions)}
        for function in wrapped:
            exits = Exits(
                [item.memory for item in self._points if function in item.returns],
                [item.memory for item in self._points if function in item.returns_grown],
                [item.memory for item in self._points if function in item.throws_grown],
            )
            self._new[function] = self._functions.entry(
                function, exits, names[function], from_inside=function in taken
            )
        for function in sorted(filter(self._is_wrapped_import, taken)):
            self._new[function] = self._functions.imported(function)

    def written(self) -> StressedCopy:
        """Return the copy; its notes say what else it does."""
        module, points = self._module, self._entry_points
        names = [points.name(number) for number in range(len(points.functions))]
        detaching = tuple(
            name
            for number, (name, function) in enumerate(zip(names, points.functions, strict=True))
            if function in self._detaches and number in self._selected and self._enters(number)
        )
        known = set(detaching)
        quiet = tuple(name for name in names if name not in known)
        if not self._new:
            return StressedCopy(module.data, (), quiet, 0, tuple(self._notes))
        edits = self._edits_of_code()
        places = len(detaching) + sum(map(len, edits.values()))
        for function, reference in references_in_code(module, self._new.keys() & self._proof.scan.taken):
            edits[function].append(reference.changed(self._new[reference.function]))
        new_bodies = {
            function: edited(module.data, frame.start, frame.end, edits[function])
            for function, frame in self._bodies()
            if function in edits
        }
        result, dropped = assembled(
            module,
            self._edits_of_sections(),
            new_bodies,
            self._additions,
            keep_offsets=depends_on_code_offsets(module),
        )
        return StressedCopy(result, detaching, quiet, places, (*self._notes, *dropped))

    def _wrapped(self, selected: Container[int]) -> list[int]:
        """Return the functions of entry points that are selected and reach a growth, in order."""
        points = self._entry_points
        reach = frozenset[int]().union(*(item.reach for item in self._points))
        return sorted(
            {
                function
                for number, function in enumerate(points.functions)
                if number in selected
                and function >= self._imported
                and function in reach
                and self._enters(number)
            }
        )

    def _enters(self, number: int) -> bool:
        """Return whether the host may have views when it enters the module here."""
        return number != self._entry_points.start or self._starts_stressed()

    def _starts_stressed(self) -> bool:
        """Return whether the host may have views when the start function runs: only of imported memories.

        The glue that a memory is detached by is not ready yet.
        """
        start = self._module.start
        return any(
            start in item.reach
            and self._module.memories[item.memory].imported
            and item.memory not in self._asking
            for item in self._points
        )

    def _is_wrapped_import(self, function: int) -> bool:
        return function < self._imported and function not in self._unwrapped

    def _bodies(self) -> Iterator[tuple[int, Frame]]:
        return enumerate(bodies(self._module), self._imported)

    def _edits_of_code(self) -> dict[int, list[Edit]]:
        """Return the edits of function bodies by the functions' indices."""
        edits: dict[int, list[Edit]] = defaultdict(list)
        offsets = sorted({*self._proof.scan.call_offsets(), *(mark.offset for mark in self._marks)})
        number = 0
        for function, frame in self._bodies():
            found: list[Edit] = []
            while number < len(offsets) and offsets[number] < frame.end:
                found += self._edits_at(function, Reader(self._module.data, offsets[number], frame.end))
                number += 1
            if found:
                edits[function] = found
        return edits

    def _marked(self, offset: int, note: Note) -> Sequence[int]:
        """Return the memories for which there is this mark."""
        return self._marks.get(Mark(offset, note), ())

    def _edits_at(self, caller: int, reader: Reader) -> Iterator[Edit]:
        """Yield the edits at the reader's position, where a call, a branch or a `memory.grow` stands."""
        start = reader.position
        opcode = reader.byte()
        before = self._marked(start, Note.BEFORE)
        if opcode in _CALLS:
            yield from self._edits_of_call(caller, before, opcode, reader)
        elif opcode in _INDIRECT_CALLS:
            yield from self._edits_of_indirect_call(caller, before, opcode, reader)
        elif opcode in _REFERENCE_CALLS:
            reader.u32()
            to_host = self._host_references and caller in self._run_after
            yield from self._inserted(start, before, to_host=to_host)
        else:
            yield from self._inserted(start, before, to_host=False)
            if opcode == _MEMORY_GROW:
                reader.u32()
        for note, taken in ((Note.IF_TRUE, True), (Note.IF_FALSE, False)):
            if memories := self._marked(start, note):
                yield Edit(start, start, self._functions.mark_if(memories, taken=taken))
        if memories := self._marked(start, Note.AFTER):
            yield Edit(reader.position, reader.position, self._functions.mark(memories))

    def _inserted(self, offset: int, memories: Sequence[int], *, to_host: bool) -> Iterator[Edit]:
        """Yield the edit that notes growth before an instruction, and detaches if it may call the host."""
        before = self._functions.mark(memories)
        if to_host:
            before += self._functions.detached_if_grown()
        if before:
            yield Edit(offset, offset, before)

    def _edits_of_call(
        self, caller: int, memories: Sequence[int], opcode: int, reader: Reader
    ) -> Iterator[Edit]:
        start = reader.position - 1
        callee = reader.u32()
        tail = opcode in _TAIL_CALLS
        new = callee
        if self._is_wrapped_import(callee) and (self._all_imports or caller in self._run_after):
            new = self._functions.imported(callee)
        if memories:
            new = self._functions.marked(new, memories, tail=tail)
        if new != callee:
            yield _call(start, reader.position, new, tail=tail)

    def _edits_of_indirect_call(
        self, caller: int, memories: Sequence[int], opcode: int, reader: Reader
    ) -> Iterator[Edit]:
        start = reader.position - 1
        kind, table = reader.u32(), reader.u32()
        tail = opcode in _TAIL_CALLS
        to_host = caller in self._run_after and table in self._host_tables
        after = () if tail else self._marked(start, Note.UNLESS_HOST)
        if not (memories or to_host or after):
            return
        call = IndirectCall(kind, table, tail=tail, to_host=to_host)
        new = self._functions.marked_indirect(call, memories, after)
        if new is None:
            yield from self._inserted(start, memories, to_host=to_host)
        else:
            yield _call(start, reader.position, new, tail=tail)

    def _edits_of_sections(self) -> Iterator[Edit]:
        """Yield the edits of exports, the start section, and references outside of the code."""
        for section, reference in declared_references(self._module):
            new = self._new.get(reference.function)
            if new is None:
                continue
            if section is SectionId.EXPORT and reference.function < self._imported:
                continue
            if section is SectionId.START and not self._starts_stressed():
                continue
            yield reference.changed(new)


def _call(start: int, end: int, function: int, *, tail: bool) -> Edit:
    """Return the edit that calls `function` instead; it keeps the length if the index fits."""
    return Edit(start, end, bytes((RETURN_CALL if tail else CALL,)) + leb(function, end - start - 1))
