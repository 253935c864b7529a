"""Tell the memories that a program creates and never grows from those of its modules."""

from collections.abc import Iterable

from nogrow.jshost.program import Program
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Binding, Holder, Member, NewMemory, Term


def of_other_memories(program: Program, bindings: Iterable[Binding]) -> set[Holder]:
    """Return the bindings with views of memories that the program creates and grows nowhere."""
    grown: set[Term] = set()
    for site in program.constraints.calls.values():
        for callee in site.callees:
            if isinstance(callee, Member) and callee.name == "grow":
                holders = _own_memories(program, callee.of)
                if holders is None:
                    return set()
                grown |= holders
    still: set[Holder] = set()
    for binding in bindings:
        made = [value for store in program.stores.get(binding, ()) for value in store.values]
        buffers = [term for value in made for term in program.points_to.flows.get(value, ())]
        memories = [
            _own_memories(program, term.of) if isinstance(term, Member) and term.name == "buffer" else None
            for term in buffers
        ]
        if memories and all(each is not None and not each & grown for each in memories):
            still.add(binding)
    return still


def _own_memories(program: Program, term: Term | None) -> set[Term] | None:
    """Return the bindings that the term's memory is in; None if the program may not have created it."""
    if term is None:
        return None
    seen: set[Term] = {program.points_to.find(term)}
    stack = list(seen)
    while stack:
        holder = stack.pop()
        values = set(program.points_to.flows.get(holder, ()))
        if not values or not isinstance(holder, Name | Member):
            return None
        further = {value for value in values if not isinstance(value, NewMemory)} - seen
        seen |= further
        stack += further
    return seen
