"""Collect everything that is known of a program before the flow in its functions is analysed.

That includes how long bindings that hold views live, and which of them the program refreshes itself.
"""

from collections import Counter, defaultdict

from nogrow.jshost.call_effects import CallEffects
from nogrow.jshost.constraints import Constraints, Store
from nogrow.jshost.parse import Node, fields, text_of
from nogrow.jshost.points_to import KEPT, Kind, PointsTo
from nogrow.jshost.syntax import Name
from nogrow.jshost.terms import Binding, Made, Member, Term, This

# A heap has views of several types. One function creates them together, wherever the memory may have grown.
A_SET_OF_VIEWS = 2
# The longest chain of callers that is searched for the function that another one runs within.
DEEPEST_CALLS = 100


class Program:
    """The results of the flow-insensitive analyses, each computed from those before it."""

    def __init__(self, root: Node) -> None:
        """Analyse the tree below `root`, which has no errors; raise `ModuleError` if it is too entangled."""
        self.constraints = constraints = Constraints(root)
        self.points_to = points_to = PointsTo(constraints)
        self.effects = CallEffects(constraints, points_to)
        # Where the program stores views in each binding that may hold one.
        self.stores: dict[Binding, list[Store]] = defaultdict(list)
        self._stores_of: dict[int, list[Store]] = defaultdict(list)
        shared = self._used_by_atomics()
        for store in constraints.stores:
            self._stores_of[store.within].append(store)
            target = points_to.find(store.target)
            holds_view = target not in shared and points_to.any(store.values) & KEPT
            if holds_view and isinstance(target, Name | Member) and self._keeps(target):
                self.stores[target].append(store)
        self._refers: dict[Name, list[tuple[int, bool]]] = defaultdict(list)
        # The names that each function reads, and where.
        self.reads: dict[int, list[tuple[Name, Node]]] = defaultdict(list)
        for node, function in constraints.walk.reads:
            if node.id not in constraints.written:
                name = constraints.terms.name(node)
                self._refers[name].append((function, node.id in constraints.callees))
                self.reads[function].append((name, node))
        self._names: dict[int, list[Name]] = defaultdict(list)
        for target, values in points_to.flows.items():
            if isinstance(target, Name):
                for function in {node for value in values for node in points_to.functions(value)}:
                    self._names[function].append(target)
        self._depth = 0
        self._times = Counter(
            function for call in constraints.calls.values() for function in self.effects.of(call)[1]
        )
        self._handed = {function for functions in constraints.methods.values() for function in functions}
        self._within: dict[int, int | None] = {}
        self.filled: dict[int, set[Binding]] = defaultdict(set)
        for binding, stores in self.stores.items():
            for store in stores:
                self.filled[store.within].add(binding)
        self._propagate()

    def home(self, binding: Binding) -> int | None:
        """Return the function in whose call a binding lives; None if it outlives every call."""
        if isinstance(binding, Member):
            return None
        scope = binding.scope
        functions = self.constraints.walk.functions
        home = scope if scope in functions else self.constraints.walk.scopes.functions[scope]
        return None if home == self.constraints.root else home

    def runs_within(self, function: int, home: int | None) -> bool:
        """Return whether `function` runs only during calls of `home`."""
        for _ in range(len(self.constraints.walk.functions) + 1):
            if function == home:
                return True
            inside = self._inside(function)
            if inside is None:
                return False
            function = inside
        return False

    def refreshed(self, binding: Binding) -> bool:
        """Return whether the program seems to store a new view in the binding whenever the memory grew."""
        stores = self.stores[binding]
        makers = {store.within for store in stores}
        if len(makers) > 1:
            return True
        (maker,) = makers
        if maker == self.constraints.root or maker == self.home(binding):
            return False
        checking = self.constraints.walk.checking
        if maker in checking or self.effects.callers.get(maker, set()) & checking:
            return True
        if self._constructs(maker, binding) or self._does_more(maker):
            return False
        constructors = {
            self._constructor(store) for filled in self.filled[maker] for store in self.stores[filled]
        }
        return len(constructors - {None}) >= A_SET_OF_VIEWS or self._run_often(maker)

    def outlives(self, binding: Binding, function: int) -> bool:
        """Return whether the binding may hold a view from before the call of the function."""
        # The code outside functions runs once, before all others.
        if function == self.constraints.root:
            return False
        home = self.home(binding)
        return home is None or not self.runs_within(function, home)

    def seen_within(self, function: int) -> list[tuple[Binding, Node]]:
        """Return the views of an outer function that `function` reads, if it runs only within that one."""
        return [
            (name, node)
            for name, node in self.reads.get(function, ())
            if name in self.stores and self.home(name) != function and not self.outlives(name, function)
        ]

    def _used_by_atomics(self) -> set[Term]:
        """Return the bindings passed to `Atomics`: views of shared memory, which are never detached."""
        atomics = Name(self.constraints.root, "Atomics")
        return {
            self.points_to.find(term)
            for call in self.constraints.calls.values()
            for callee in call.callees
            if isinstance(callee, Member) and callee.of == atomics and call.arguments
            for term in call.arguments[0]
        }

    def _keeps(self, binding: Binding) -> bool:
        is_known = isinstance(binding, Name) or isinstance(binding.of, Name | This | Member)
        return is_known and binding not in self.constraints.getters

    def _inside(self, function: int) -> int | None:
        """Return the function during whose calls alone `function` runs, None if it is not known."""
        if function not in self._within:
            # A function that calls itself, or has too long a chain of callers, may run at any time.
            self._within[function] = None
            if self._depth < DEEPEST_CALLS:
                self._depth += 1
                self._within[function] = self._caller_around(function)
                self._depth -= 1
        return self._within[function]

    def _caller_around(self, function: int) -> int | None:
        constraints = self.constraints
        parent = constraints.walk.parents.get(function)
        if parent is None:
            return None
        if function in constraints.inlined:
            return parent
        node = constraints.walk.functions[function]
        if function in constraints.waits or any(child.type in ("async", "*") for child in node.children):
            return None
        names = self._names.get(function, [])
        if len(names) != 1 or self.home(names[0]) != parent:
            return None
        for reader, called in self._refers[names[0]]:
            if not called or not (reader == function or self.runs_within(reader, parent)):
                return None
        return parent

    def _propagate(self) -> None:
        """Let each function fill what the functions that it calls fill."""
        queue = list(self.filled)
        while queue:
            function = queue.pop()
            for caller in self.effects.callers.get(function, ()):
                if not self.filled[function] <= self.filled[caller]:
                    self.filled[caller] |= self.filled[function]
                    queue.append(caller)

    def _constructs(self, function: int, binding: Binding) -> bool:
        if function in self.constraints.constructors.values():
            return True
        of = binding.of if isinstance(binding, Member) else None
        return (
            isinstance(of, This) and isinstance(of.owner, Name) and of.owner in self._names.get(function, ())
        )

    def _does_more(self, function: int) -> bool:
        """Return whether a function does anything but store views in bindings."""
        if function in self.effects.entering:
            return True
        for store in self._stores_of[function]:
            target = self.points_to.find(store.target)
            is_local = isinstance(target, Name) and self.home(target) == function
            if not is_local and target not in self.stores and not self.points_to.of(target) & Kind.OTHER:
                return True
        return False

    def _run_often(self, function: int) -> bool:
        """Return whether a function is called at several places, or is passed on and may be called later."""
        if self._times[function] > 1 or function in self._handed:
            return True
        return any(not called for name in self._names.get(function, ()) for _, called in self._refers[name])

    def _constructor(self, store: Store) -> str | None:
        for value in store.values:
            if isinstance(value, Made):
                call = self.constraints.calls[value.node].node
                return next(map(text_of, fields(call, "constructor")), None)
        return None
