"""A module and the same one sealed to what that changes: both are validated and judged.

What can't be judged, and a sealed module that is not valid or not sealed, is an error: nothing of it may
be shipped.
"""

from typing import NamedTuple

from nogrow.analysis.judgement import Judgement, Verdict
from nogrow.analysis.verdicts import judge
from nogrow.errors import ModuleError
from nogrow.rewrite.preconditions import require_known_links, require_start
from nogrow.rewrite.rewrite import Mode
from nogrow.wasm.component import core_modules
from nogrow.wasm.linking import read_linking
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component
from nogrow.wasm.validate import Validation, validate, validate_component


class EntryChange(NamedTuple):
    """An entry point whose verdict is another one now."""

    name: str
    before: Verdict
    after: Verdict


class Comparison(NamedTuple):
    """A core module before and after.

    `number` is its place in a component, None for a file that is a core module. `notes` are sentences.
    """

    number: int | None
    before: Judgement
    after: Judgement
    notes: tuple[str, ...]

    @property
    def changed(self) -> list[EntryChange]:
        """The entry points with another verdict, in the judgement's order."""
        pairs = zip(self.before.verdict_table.verdicts, self.after.verdict_table.verdicts, strict=True)
        return [
            EntryChange(self.before.entries[place].name, old, new)
            for place, (old, new) in enumerate(pairs)
            if old is not new
        ]


def compare(before: bytes, after: bytes, mode: Mode, engine: Engine) -> tuple[Comparison, ...]:
    """Return what sealing made of each core module in the file.

    No import is trusted. Raises `ModuleError` for what can't be judged, where `after` is no valid module or
    can still grow its memory by itself, and where `before` can be instantiated and `after` can't.
    """
    if not is_component(before):
        compared = [_compare(before, after, mode, engine, None)]
        note = require_start(before, after, [one.before for one in compared], None)
    else:
        _require_valid(validate_component(before))
        linking = read_linking(before)
        # What it says of a link that breaks is clearer than what validation says.
        require_known_links(linking, read_linking(after), mode)
        notes = _validated(validate_component(after), "component")
        pairs = zip(core_modules(before), core_modules(after), strict=True)
        compared = [
            _compare(before[old.start : old.end], after[new.start : new.end], mode, engine, number)
            for number, (old, new) in enumerate(pairs)
        ]
        compared = [one._replace(notes=(*notes, *one.notes)) for one in compared]
        note = require_start(before, after, [one.before for one in compared], linking)
    if note is not None:
        compared[0] = compared[0]._replace(notes=(*compared[0].notes, note))
    return tuple(compared)


def _compare(before: bytes, after: bytes, mode: Mode, engine: Engine, number: int | None) -> Comparison:
    _require_valid(validate(before))
    notes = _validated(validate(after), "module")
    old, new = (judge(data, _trusts_nothing, engine) for data in (before, after))
    _require_sealed(new, mode, in_component=number is not None)
    growers = sorted(set(new.verdict_table.host_grows.values()))
    if growers:
        notes.append(
            f"the host still grows the memory behind {', '.join(growers)}: only the mode cap stops it"
        )
    if not new.verdict.at_most(Verdict.TRAP_ONLY) and any(not site.operand for site in new.sites):
        notes.append("a memory.grow by 0 pages still succeeds and detaches views: the mode deny stops that")
    return Comparison(number, old, new, tuple(notes))


def _require_valid(original: Validation) -> None:
    """Raise `ModuleError` if the original is not valid."""
    if original.valid is False:
        raise original.error


def _validated(after: Validation, noun: str) -> list[str]:
    """Return what to say of the copy's validation; raises `ModuleError` if it failed."""
    if after.valid is False:
        raise ModuleError(f"the sealed {noun} is not valid: {after.reason}", after.offset)
    if after.valid is None:
        return [f"not validated: wasmtime can't tell whether the sealed {noun} is valid: {after.reason}"]
    return []


def _trusts_nothing(label: str) -> bool:
    return False


def _require_sealed(judgement: Judgement, mode: Mode, *, in_component: bool) -> None:
    """Sealing is a promise: it is proved again, from the bytes that will be written."""
    if mode is not Mode.CAP:
        if judgement.sites:
            raise ModuleError("a memory.grow is left", judgement.sites[0].offset)
        return
    for memory in judgement.memories:
        if not memory.fixed and not (memory.imported and in_component):
            raise ModuleError(f"memory {memory.index} can still grow")
