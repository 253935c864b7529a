"""Find the bindings whose views are attached whenever other code runs, as far as the program is concerned.

A program that knows which exports may grow the memory, and makes its views again after each call of them,
keeps an invariant. Other code can break it only by calling the exports itself, which is possible but not
certain. Functions that the module may call are left out: they may run within a growing call, before the
program makes its views again. So are exceptions between the growth and that.
"""

from collections.abc import Iterable, Iterator, Mapping

from nogrow.jshost.call_effects import Effect
from nogrow.jshost.created_memories import of_other_memories
from nogrow.jshost.dataflow import ATTACHED, UNKNOWN, Flow
from nogrow.jshost.entry_points import EntryPoints
from nogrow.jshost.parse import Node, callee_of
from nogrow.jshost.points_to import Kind
from nogrow.jshost.program import Program
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Binding, Holder, Member, Term, This


def maintained(
    program: Program,
    entry_points: EntryPoints,
    flows: Mapping[int, Flow],
    tracked: Mapping[int, set[Binding]],
) -> frozenset[Binding]:
    """Return the bindings in `tracked`, by function, whose views no function leaves detached."""
    every = frozenset(binding for bindings in tracked.values() for binding in bindings)
    broken: set[Holder] = set()
    own_effects = _own_effects(program, entry_points)
    calls_module = program.knows_exports and Effect.CERTAIN in own_effects.values()
    if not calls_module and not _calls_exports(program):
        # Other code calls the module, or nobody does.
        return frozenset()
    for function, effect in own_effects.items():
        if effect is Effect.CERTAIN and _is_run_by_others(program, entry_points, function):
            broken |= every - tracked.get(function, set())
    for function, flow in flows.items():
        by_others = _is_run_by_others(program, entry_points, function)
        for binding in tracked[function]:
            is_home = program.home(binding) == function or program.constructs(function, binding)
            if by_others or is_home:
                ends = flow.end.get(binding, ATTACHED).effect
                if ends is Effect.CERTAIN:
                    broken.add(binding)
        broken.update(
            passed.binding
            for passed in flow.passed
            if passed.functions == (UNKNOWN,) and passed.held.effect is Effect.CERTAIN
        )
        if own_effects.get(function) is Effect.CERTAIN:
            # One object's views are made again, and not those of the others.
            broken |= {binding for binding in tracked[function] if _is_of_one_object(program, binding)}
    if program.only_grows_itself:
        broken -= of_other_memories(program, every)
    many = _made_many_times(program)
    return frozenset(
        binding
        for binding in every - broken
        if not (isinstance(binding, Member) and isinstance(binding.of, This) and binding.of.owner in many)
    )


def _calls_exports(program: Program) -> bool:
    kinds = program.points_to.of
    return any(
        kinds(callee) & Kind.EXPORT or (isinstance(callee, Member) and kinds(callee.of) & Kind.EXPORTS)
        for site in program.constraints.calls.values()
        for callee in site.callees
    )


def _made_many_times(program: Program) -> set[object]:
    """Return the object literals in functions, of whose objects only the last has the views made again."""
    walk = program.constraints.walk
    return {node.id for node, function in walk.literals if not _is_run_once(program, function)}


def _is_run_once(program: Program, function: int) -> bool:
    """Return whether only a file's code calls the function, in the place where it is written."""
    walk = program.constraints.walk
    while function not in walk.roots:
        node: Node | None = walk.functions[function]
        while node is not None and node.parent is not None and node.parent.type == "parenthesized_expression":
            node = node.parent
        call = None if node is None else node.parent
        if call is None or call.type != "call_expression" or callee_of(call) != node:
            return False
        function = walk.parents[function]
    return True


def enters_for_certain(program: Program) -> bool:
    """Return whether a call of the program is known to enter the module where it may grow the memory."""
    return Effect.CERTAIN in program.effects.entering.values()


def _is_of_one_object(program: Program, binding: Binding) -> bool:
    """Return whether the binding is a field of a class whose objects have views of the same memory."""
    if not isinstance(binding, Member) or not isinstance(binding.of, This):
        return False
    if binding.of.owner in program.constraints.walk.objects:
        return False
    terms = [term for store in program.stores.get(binding, ()) for term in store.values]
    made_of = [term for value in terms for term in program.points_to.flows.get(value, ())]
    return any(program.home(base) is None for base in map(_base, made_of) if isinstance(base, Name))


def _base(term: Term | None) -> Term | None:
    while isinstance(term, Member):
        term = term.of
    return term


def _is_run_by_others(program: Program, entry_points: EntryPoints, function: int) -> bool:
    return function in entry_points or function in program.constraints.walk.roots


def _own_effects(program: Program, entry_points: EntryPoints) -> dict[int, Effect]:
    """Return the effects of functions by their own calls, and those of the private functions they call."""
    walk = program.constraints.walk
    effects = dict.fromkeys((*walk.functions, *walk.roots), Effect.NONE)
    callees: dict[int, set[int]] = {function: set() for function in effects}
    for site in program.constraints.calls.values():
        function = program.outermost(site.within)
        effect, called = program.effects.effect(site)
        effects[function] = max(effects[function], effect)
        callees[function] |= {each for each in called if each not in entry_points}
    for function in effects:
        effects[function] = max(effects[each] for each in _closure(callees, function))
    return effects


def _closure(callees: Mapping[int, Iterable[int]], function: int) -> Iterator[int]:
    seen = {function}
    stack = [function]
    while stack:
        each = stack.pop()
        yield each
        further = set(callees.get(each, ())) - seen
        seen |= further
        stack.extend(further)
