"""This module validates and judges a module and its sealed copy, and compares the verdicts.

A module that cannot be judged is an error, and so is a copy that is not valid or not sealed, because such a
copy must not be shipped.
"""

from typing import NamedTuple

from nogrow.analysis.judgement import Judgement, Verdict
from nogrow.analysis.minified_imports import minified
from nogrow.analysis.proof import judge
from nogrow.errors import ModuleError
from nogrow.rewrite.preconditions import require_known_links, require_start
from nogrow.rewrite.rewrite import Mode
from nogrow.wasm.component import core_modules
from nogrow.wasm.decode import decode
from nogrow.wasm.linking import read_linking
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component
from nogrow.wasm.validate import Validation, validate, validate_component

_PREVENTS = "only the modes cap and reserve prevent that"


class EntryChange(NamedTuple):
    """An entry point whose verdict changed."""

    name: str
    before: Verdict
    after: Verdict


class Comparison(NamedTuple):
    """The judgements on a core module before and after sealing, with notes for the user.

    `number` is the module's position in a component, None if the file is a core module. `growers` are the
    imports behind which the host can still grow the memory of the copy.
    """

    number: int | None
    before: Judgement
    after: Judgement
    notes: tuple[str, ...]
    growers: tuple[str, ...] = ()

    @property
    def changed(self) -> list[EntryChange]:
        """Return the entry points whose verdict changed, in the order of the judgement."""
        pairs = zip(self.before.verdict_table.verdicts, self.after.verdict_table.verdicts, strict=True)
        return [
            EntryChange(self.before.entries[index].name, old, new)
            for index, (old, new) in enumerate(pairs)
            if old is not new
        ]


def compare(
    before: bytes, after: bytes, mode: Mode, engine: Engine, *, starts: bool = False
) -> tuple[Comparison, ...]:
    """Return the comparison of each core module in the file before and after sealing.

    No import is trusted. `starts` says that the caller also instantiates the copy for a scenario. Raises
    `ModuleError` if a module cannot be judged, if `after` is not valid or can still grow its own memory, and
    if `before` can be instantiated but `after` cannot.
    """
    if not is_component(before):
        compared = [_compare(before, after, mode, engine, None)]
        note = require_start(
            before, after, [comparison.before for comparison in compared], None, starts=starts
        )
    else:
        _require_valid(validate_component(before))
        linking = read_linking(before)
        # This comes first because its message on a broken link is clearer than that of the validation.
        require_known_links(linking, read_linking(after), mode)
        notes = _validated(validate_component(after), "component")
        pairs = zip(core_modules(before), core_modules(after), strict=True)
        compared = [
            _compare(before[old.start : old.end], after[new.start : new.end], mode, engine, number)
            for number, (old, new) in enumerate(pairs)
        ]
        compared = [comparison._replace(notes=(*notes, *comparison.notes)) for comparison in compared]
        note = require_start(before, after, [comparison.before for comparison in compared], linking)
    if note is not None:
        compared[0] = compared[0]._replace(notes=(*compared[0].notes, note))
    return tuple(compared)


def _compare(before: bytes, after: bytes, mode: Mode, engine: Engine, number: int | None) -> Comparison:
    _require_valid(validate(before))
    notes = _validated(validate(after), "module")
    old, new = (judge(data, _trusts_nothing, engine).settled() for data in (before, after))
    _require_sealed(new, mode, in_component=number is not None)
    growers = tuple(sorted(set(new.verdict_table.host_grows.values())))
    unknown = () if mode.sets_limits else _unknown_imports(after, new)
    if growers:
        notes.append(f"the host can still grow the memory in {', '.join(growers)}: {_PREVENTS}")
    elif unknown:
        notes.append(
            "the names of its imports are minified, and the host can still grow the memory if one of these "
            f"is Emscripten's emscripten_resize_heap: {', '.join(unknown)}; {_PREVENTS}"
        )
    if not new.verdict.at_most(Verdict.TRAP_ONLY) and any(not site.operand for site in new.sites):
        notes.append("memory.grow by 0 pages still succeeds and detaches views: the mode deny prevents that")
    return Comparison(number, old, new, tuple(notes), growers or unknown)


def _unknown_imports(data: bytes, judgement: Judgement) -> tuple[str, ...]:
    """Return the reached imports whose minified names hide what they do, if a memory can grow."""
    if all(memory.fixed for memory in judgement.memories):
        return ()
    return tuple(sorted(minified(decode(data)) & set(judgement.imports)))


def _require_valid(original: Validation) -> None:
    """Raise `ModuleError` if the original is not valid."""
    if original.valid is False:
        raise original.error


def _validated(after: Validation, noun: str) -> list[str]:
    """Return a note if the copy could not be validated; raises `ModuleError` if it is not valid."""
    if after.valid is False:
        raise ModuleError(f"the sealed {noun} is not valid: {after.reason}", after.offset)
    if after.valid is None:
        return [f"not validated: wasmtime cannot decide whether the sealed {noun} is valid: {after.reason}"]
    return []


def _trusts_nothing(label: str) -> bool:
    return False


def _require_sealed(judgement: Judgement, mode: Mode, *, in_component: bool) -> None:
    """Raise `ModuleError` if the copy, judged from the bytes that will be written, can still grow."""
    if mode is not Mode.CAP and judgement.sites:
        raise ModuleError("a memory.grow is left", judgement.sites[0].offset)
    if not mode.sets_limits:
        return
    for memory in judgement.memories:
        if not memory.fixed and not (memory.imported and in_component):
            raise ModuleError(f"memory {memory.index} can still grow")
