"""Find the bindings that glue code renews itself whenever the memory grows.

The host's half of the growth calls a function that does nothing but make the views again: Emscripten's
`updateMemoryViews`, or an import that the module calls after it has grown, as Go's `resetMemoryDataView`.
"""

from nogrow.jshost.builtins import HEAPS
from nogrow.jshost.parse import Node, fields, text_of
from nogrow.jshost.points_to import Kind
from nogrow.jshost.program import Program
from nogrow.jshost.syntax import Name
from nogrow.jshost.terms import Binding, Made, Member, This

# Emscripten's glue makes views of this many types together, at least.
A_HEAP = 3


class Renewal:
    """The bindings of a program that its glue renews."""

    def __init__(self, program: Program) -> None:
        """Find the functions that renew views and do nothing else."""
        self._program = program
        walk = program.constraints.walk
        self._renewing = {function for function in program.filled if self._only_renews(function)}
        heaps = {function for function in self._renewing if self._makes_heap(function)}
        growers = {
            program.outermost(call.within)
            for call in program.constraints.calls.values()
            for callee in call.callees
            if isinstance(callee, Member)
            and callee.name == "grow"
            and program.points_to.of(callee.of) & Kind.MEMORY
        }
        grown = {
            function
            for function in self._renewing
            if program.callers.get(function, set()) & growers
            and walk.functions[function].type != "method_definition"
        }
        hooks = {
            function
            for function in self._renewing
            if self._is_import(walk.functions[function]) and not self._reads_own(function)
        }
        self._glue = heaps | grown | hooks

    def __contains__(self, binding: Binding) -> bool:
        """Return whether the glue renews the binding."""
        return any(binding in self._program.filled[function] for function in self._glue)

    def _only_renews(self, function: int) -> bool:
        """Return whether the function stores views in bindings that outlive it, and does nothing else."""
        program = self._program
        if function not in program.constraints.walk.functions or function in program.effects.entering:
            return False
        if program.waits(function):
            return False
        if (
            function in program.constraints.constructors.values()
            or function in program.constraints.walk.checking
        ):
            return False
        for store in program.stores_of[function]:
            target = program.points_to.find(store.target)
            is_local = isinstance(target, Name) and program.home(target) == function
            if (
                not is_local
                and target not in program.stores
                and not program.points_to.of(target) & Kind.OTHER
            ):
                return False
        return True

    def _reads_own(self, function: int) -> bool:
        program = self._program
        filled = program.filled[function]
        read = {name for name, _ in program.reads.get(function, ())}
        return not read.isdisjoint({binding for binding in filled if program.home(binding) != function})

    def _makes_heap(self, function: int) -> bool:
        """Return whether the function makes views of many types, or has Emscripten's names for them."""
        program = self._program
        constructors, names = set(), set()
        for binding in program.filled[function]:
            if program.home(binding) == function or (isinstance(binding, Member) and self._is_field(binding)):
                continue
            for store in program.stores[binding]:
                if store.within == function:
                    constructors |= {
                        self._constructor(value.node) for value in store.values if isinstance(value, Made)
                    }
                    names.add(binding.name if isinstance(binding, Name | Member) else "")
        return len(constructors - {""}) >= A_HEAP or bool(names & HEAPS)

    def _is_field(self, member: Member) -> bool:
        return isinstance(member.of, This) and member.of.owner not in self._program.constraints.walk.objects

    def _constructor(self, made: int) -> str:
        call = self._program.constraints.calls.get(made)
        names = fields(call.node, "constructor") if call is not None else []
        return text_of(names[0]) if names else ""

    def _is_import(self, function: Node) -> bool:
        """Return whether the function stands in an object within an object, as imports do."""
        pair = function if function.type == "method_definition" else function.parent
        held = None if pair is None else pair.parent
        outer = None if held is None else held.parent
        return (
            held is not None
            and held.type == "object"
            and pair is not None
            and pair.type in ("pair", "method_definition")
            and outer is not None
            and outer.type == "pair"
        )
