"""Find the uses of stale views in all functions of a program: an interprocedural analysis with summaries.

From callees to callers, a fixpoint computes what a call of each function does to the views in bindings. From
callers to callees, another one computes which bindings may hold a stale view when a function is called.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from nogrow.jshost.builtins import HEAPS
from nogrow.jshost.call_effects import Effect
from nogrow.jshost.called_back import CalledBack
from nogrow.jshost.cfg import graph_of
from nogrow.jshost.dataflow import ATTACHED, Flow, Graph, Held, State, analyse, detached
from nogrow.jshost.entry_points import EntryPoints
from nogrow.jshost.instances import Instances
from nogrow.jshost.joint_summaries import JointSummaries, Summaries, Summary
from nogrow.jshost.maintained import enters_for_certain, maintained
from nogrow.jshost.other_code import Retention, effect_of_entry_points, owns_memories
from nogrow.jshost.parse import Node
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.syntax import ELEMENT, Name
from nogrow.jshost.term import Binding, Holder, Made, Member, Older, Property, Returned, Spelled, This


class StaleUse(NamedTuple):
    """A use of `binding` at `node` after `call`; None is any call before the function's own.

    `certain` says whether the call is known to enter the module.
    """

    binding: Spelled
    node: Node
    call: Node | None
    certain: bool


class Summarised:
    """The flow in all functions that matter to the views in the bindings `candidates`."""

    def __init__(self, program: Program, candidates: frozenset[Binding], renewed: Iterable[Binding]) -> None:
        """Compute the summaries; raise `ModuleError` if a function is too large."""
        self._program = program
        self._entry_points = EntryPoints(program)
        self._owns_memories = owns_memories(program)
        self._instances = Instances(program)
        parameters = program.constraints.parameters.items()
        self._homes = {name: function for function, names in parameters for name in names}
        self._tracked = self._relevant(candidates)
        for function in self._with_temporaries(set(renewed)):
            self._tracked.setdefault(function, set())
        self._graphs: dict[int, Graph] = {}
        self._flows: dict[int, Flow] = {}
        self._summaries: Summaries = {}
        self._maintained: frozenset[Binding] = frozenset()
        if program.effects.other_code:
            every = frozenset(
                binding
                for bindings in self._tracked.values()
                for binding in bindings
                # While a function waits, other code may call any export that is not known.
                if program.knows_exports or program.home(binding) is None
            )
            self._maintained = every
            self._solve()
            self._maintained = maintained(program, self._entry_points, self._flows, self._tracked)
            if self._maintained != every:
                self._solve()
        else:
            self._solve()
        self._called_back = CalledBack(program)
        self._stale = self._stale_on_entry()

    def stale_uses(self) -> Iterator[StaleUse]:
        """Yield the uses of views that are detached on some path."""
        for function, flow in self._flows.items():
            stale = self._stale.get(function, {})
            for binding, node, held in flow.uses:
                further = _worst(held, stale)
                if further.effect:
                    named = binding.binding if isinstance(binding, Older | Property) else binding
                    is_certain = further.effect is Effect.CERTAIN and not self._program.is_mixed(named)
                    yield StaleUse(named, node, further.call, is_certain)

    def _relevant(self, candidates: frozenset[Binding]) -> dict[int, set[Binding]]:
        """Return the bindings to analyse in each function."""
        program = self._program
        by_member: dict[str, list[Binding]] = defaultdict(list)
        for binding in candidates:
            if isinstance(binding, Member):
                by_member[binding.name].append(binding)
                if binding.name.isdigit() or _is_of_literal(program, binding):
                    by_member[ELEMENT].append(binding)
        for declared, exported in program.constraints.links.names_of_exports():
            if declared in candidates:
                # Another file may use it as a member of the module.
                by_member[exported].append(declared)
        tracked: dict[int, set[Binding]] = defaultdict(set)
        for function, read in program.reads.items():
            tracked[program.outermost(function)] |= read & candidates
        for function, names in program.constraints.walk.members.items():
            for name in names & by_member.keys():
                tracked[program.outermost(function)].update(by_member[name])
        for function, filled in program.filled.items():
            tracked[function] |= filled & candidates
        for binding in candidates:
            home = program.home(binding)
            if home is not None:
                tracked[home].add(binding)
        queue = list(tracked)
        while queue:
            function = queue.pop()
            filled = program.filled.get(function, set())
            is_private = function not in self._entry_points
            further = {
                binding
                for binding in tracked[function]
                if (is_private or binding in filled) and program.home(binding) != function
            }
            for caller in program.callers.get(function, ()):
                if further and not further <= tracked[caller]:
                    tracked[caller] |= further
                    queue.append(caller)
        return {function: bindings for function, bindings in tracked.items() if bindings}

    def _with_temporaries(self, renewed: set[Binding]) -> Iterator[int]:
        """Yield the functions that may hold a view in no binding while they call another function."""
        program = self._program
        points_to = program.points_to
        getters = {getter.name for getter in program.constraints.getters if points_to.of(getter) & KEPT}
        for call in program.constraints.calls.values():
            held = [callee.of for callee in call.callees if isinstance(callee, Member)]
            held += [value for values in call.arguments for value in values]
            held += [Made(call.node.id)] if Made(call.node.id) in program.constraints.flows else []
            held += [
                Returned(function) for callee in call.callees for function in points_to.functions(callee)
            ]
            if points_to.any(value for value in held if value is not None) & KEPT:
                yield program.outermost(call.within)
        for function, read in program.reads.items():
            if any(name in renewed or name.name in HEAPS for name in read):
                yield program.outermost(function)
        for function, names in program.constraints.walk.members.items():
            if names & HEAPS or names & getters:
                yield program.outermost(function)

    def _outlives(self, binding: Binding, function: int) -> bool:
        """Return whether the binding may hold a view from before the call of the function."""
        program = self._program
        if function in program.constraints.walk.roots:
            # The code outside functions runs once, before all others but that of other files.
            roots = program.constraints.walk.roots
            return isinstance(binding, Name) and binding.scope in roots and binding.scope != function
        if program.constructs(function, binding):
            return False
        home = program.home(binding)
        return home is None or home != function

    def _solve(self) -> None:
        program = self._program
        self._summaries = {
            function: {
                binding: Summary(
                    False, Effect.NONE, binding in program.filled[function], binding in program.made[function]
                )
                for binding in self._tracked[function]
                if self._outlives(binding, function) or program.constructs(function, binding)
            }
            for function in self._tracked
        }
        self._joint = JointSummaries(self._summaries, self._program.effects.entering)
        ranks = self._callees_first()
        queue = [(rank, function) for function, rank in ranks.items()]
        queued = set(ranks)
        while queue:
            _, function = heappop(queue)
            queued.discard(function)
            if self._analyse(function):
                for caller in self._program.callers.get(function, ()):
                    if caller in ranks and caller not in queued:
                        queued.add(caller)
                        heappush(queue, (ranks[caller], caller))

    def _callees_first(self) -> dict[int, int]:
        """Return the functions to analyse with their ranks: without recursion, callees come first."""
        callees: dict[int, list[int]] = {function: [] for function in self._tracked}
        for function in callees:
            for caller in self._program.callers.get(function, ()):
                if caller in callees:
                    callees[caller].append(function)
        ranks: dict[int, int] = {}
        seen: set[int] = set()
        for start in sorted(callees):
            stack = [(start, False)]
            while stack:
                function, done = stack.pop()
                if done:
                    ranks[function] = len(ranks)
                elif function not in seen:
                    seen.add(function)
                    stack.append((function, True))
                    stack += [(callee, False) for callee in callees[function] if callee not in seen]
        return ranks

    def _analyse(self, function: int) -> bool:
        """Analyse the function, and return whether its summary has changed."""
        program = self._program
        if function not in self._graphs:
            node = program.node(function)
            self._graphs[function] = graph_of(
                program, node, frozenset(self._tracked[function]), self._instances
            )
        outliving = self._summaries[function]
        entry: State = {
            binding: Held(frozenset((binding,)))
            for binding in outliving
            if not program.constructs(function, binding)
        }
        for each in self._graphs[function].properties:
            if each.binding in entry:
                entry[each] = entry[each.binding]
        flow = analyse(self._graphs[function], entry, self._joint, self._maintained)
        self._flows[function] = flow
        changed = False
        for binding, known in outliving.items():
            end = flow.end.get(binding)
            keeps = known.keeps or (end is not None and bool(end.from_entry))
            detaches = max(known.detaches, Effect.NONE if end is None else end.effect)
            if (keeps, detaches) != known[:2]:
                outliving[binding] = known._replace(keeps=keeps, detaches=detaches)
                changed = True
        if changed:
            self._joint.change(function)
        return changed

    def _stale_on_entry(self) -> dict[int, dict[Holder, Held]]:
        """Return the bindings that may hold a stale view when a function is called, each with the call."""
        stale: dict[int, dict[Holder, Held]] = defaultdict(dict)
        # A parameter gets views from some of its callers only.
        parameters = {
            name
            for function, names in self._program.constraints.parameters.items()
            for name in names
            if name is not None
            if function in self._entry_points or not self._always_gets_views(name)
        }
        retention = Retention(self._program)
        enters = enters_for_certain(self._program)
        for function in self._tracked:
            if function in self._entry_points:
                for binding in self._summaries[function]:
                    effect = self._effect_of_other_code(binding)
                    is_kept = self._is_kept(binding, function) and not (
                        enters and function in self._called_back
                    )
                    if binding in parameters or is_kept or not retention.keeps(binding):
                        # The outside may have got the view, and pass it.
                        effect = min(effect, Effect.POSSIBLE)
                    stale[function][binding] = detached(effect, None)
        for root in self._tracked.keys() & self._program.constraints.walk.roots.keys():
            for binding in self._summaries[root]:
                stale[root][binding] = detached(self._effect_of_other_files(root, binding), None)
        queue = list(self._flows)
        while queue:
            caller = queue.pop()
            for functions, held_in, _, held in self._flows[caller].passed:
                further = _worst(held, stale[caller])
                for function in functions if further.effect else ():
                    known = stale[function].get(held_in, ATTACHED)
                    if held_in in self._summaries.get(function, {}) and further.effect > known.effect:
                        stale[function][held_in] = detached(further.effect, further.call)
                        queue.append(function)
        return stale

    def _effect_of_other_files(self, root: int, binding: Binding) -> Effect:
        """Return what the code outside functions in other files than that with the root leaves of a view."""
        left = Effect.NONE
        for each in self._program.constraints.walk.roots.keys() - {root}:
            if binding in self._tracked.get(each, ()):
                effect = self._flows[each].end.get(binding, ATTACHED).effect
            else:
                # The code does not name the binding, and so renews nothing.
                effect = self._program.effects.entering.get(each, Effect.NONE)
            left = max(left, effect)
        return left

    def _always_gets_views(self, parameter: Name) -> bool:
        homes = self._homes
        seen = {parameter}
        queue = [parameter]
        while queue:
            name = queue.pop()
            if name in self._program.get_others:
                return False
            for values in (values for held, values in self._program.passed[homes[name]] if held == name):
                # Numbers and texts have no terms.
                if not values or not self._program.points_to.always_holds_views(name, values):
                    return False
                further = {value for value in values if isinstance(value, Name) and value in homes} - seen
                seen |= further
                queue.extend(further)
        return True

    def _is_kept(self, binding: Binding, function: int) -> bool:
        """Return whether the program keeps the binding's view attached, and the function relies on that.

        A function that renews the view, but on some paths only, does not: other exports may grow the memory.
        """
        renews = binding in self._program.filled[function] and not self._program.knows_exports
        return binding in self._maintained and not renews

    def _effect_of_other_code(self, binding: Binding) -> Effect:
        other_code = self._program.effects.other_code
        if other_code and self._owns_memories:
            left = {
                function: summary.detaches
                for function, summaries in self._summaries.items()
                if (summary := summaries.get(binding)) is not None
            }
            roots = self._program.constraints.walk.roots
            ends = [
                flow.end.get(binding, ATTACHED).effect for each, flow in self._flows.items() if each in roots
            ]
            return max(effect_of_entry_points(self._program, self._entry_points, left), *ends, Effect.NONE)
        return other_code


def _is_of_literal(program: Program, member: Member) -> bool:
    return isinstance(member.of, This) and member.of.owner in program.constraints.walk.objects


def _worst(held: Held, stale: dict[Holder, Held]) -> Held:
    """Return the state of what may have come from a binding in `stale`, by the call that is most certain."""
    at_entry = [stale[binding].at_most(held.most) for binding in held.from_entry if binding in stale]
    return max(held, *at_entry, key=lambda each: each.effect) if at_entry else held
