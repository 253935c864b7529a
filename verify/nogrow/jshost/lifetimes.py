"""Which bindings outlive the function that fills them, and which of these are kept right by a refresh."""

from collections import Counter, defaultdict

from nogrow.jshost.call_effects import Enters
from nogrow.jshost.constraints import Facts, Store
from nogrow.jshost.glue_program import Name
from nogrow.jshost.points_to import KEPT, Kind, Kinds
from nogrow.jshost.terms import Binding, Made, Member, Term, This

# A heap is seen through views of many types; they are made together, wherever memory may have grown.
A_SET_OF_VIEWS = 2
# How many functions that call one another are followed to the one that they run within.
DEEPEST_CALLS = 100


class Lifetime:
    """Where bindings live and functions run."""

    def __init__(self, facts: Facts, kinds: Kinds, enters: Enters) -> None:
        """Finds the bindings that hold views, and where they are filled."""
        self._facts = facts
        self._kinds = kinds
        self._enters = enters
        self.stores: dict[Binding, list[Store]] = defaultdict(list)
        shared = self._used_by_atomics()
        for store in facts.stores:
            target = kinds.canon(store.target)
            if target in shared:
                continue
            if isinstance(target, Name | Member) and self._keeps(target) and kinds.any(store.values) & KEPT:
                self.stores[target].append(store)
        self._stores_of: dict[int, list[Store]] = defaultdict(list)
        for store in facts.stores:
            self._stores_of[store.within].append(store)
        self._refers: dict[Name, list[tuple[int, bool]]] = defaultdict(list)
        self.readers: dict[int, set[Binding]] = defaultdict(set)
        for node, function in facts.walk.reads:
            if node.id not in facts.written:
                name = facts.terms.name(node)
                self._refers[name].append((function, node.id in facts.callees))
                self.readers[function].add(name)
        self._names: dict[int, list[Name]] = defaultdict(list)
        for target, values in kinds.flows.items():
            if isinstance(target, Name):
                for function in {one for value in values for one in kinds.functions(value)}:
                    self._names[function].append(target)
        self._depth = 0
        self._times = Counter(function for call in facts.calls.values() for function in enters.called(call))
        self._handed = {one for functions in facts.methods.values() for one in functions}
        self._stays: dict[int, int | None] = {}
        self.filled: dict[int, set[Binding]] = defaultdict(set)
        for binding, stores in self.stores.items():
            for store in stores:
                self.filled[store.within].add(binding)
        self._spread()

    def home(self, binding: Binding) -> int | None:
        """The function whose call a binding lives in; None for what lives longer than any."""
        if isinstance(binding, Member):
            return None
        scope = binding.scope
        functions = self._facts.walk.functions
        home = scope if scope in functions else self._facts.terms.scopes.around(scope)
        return None if home == self._facts.root else home

    def runs_within(self, function: int, home: int | None) -> bool:
        """Whether `function` runs only while a call of `home` does."""
        for _ in range(len(self._facts.walk.functions) + 1):
            if function == home:
                return True
            inside = self._inside(function)
            if inside is None:
                return False
            function = inside
        return False

    def refreshed(self, binding: Binding) -> bool:
        """Whether something in the program is there to fill the binding again."""
        stores = self.stores[binding]
        makers = {store.within for store in stores}
        if len(makers) > 1:
            return True
        (maker,) = makers
        if maker == self._facts.root or maker == self.home(binding):
            return False
        if maker in self.checking or self._enters.callers.get(maker, set()) & self.checking:
            return True
        if self._constructs(maker, binding) or self._does_more(maker):
            return False
        kinds = {self._made_as(store) for other in self.filled[maker] for store in self.stores[other]}
        return len(kinds - {None}) >= A_SET_OF_VIEWS or self._run_often(maker)

    @property
    def checking(self) -> set[int]:
        """The functions that look whether a buffer is still the memory's."""
        return self._facts.walk.checking

    def _used_by_atomics(self) -> set[Term]:
        """The bindings that are worked on by `Atomics`: a view of shared memory is never detached."""
        atomics = Name(self._facts.root, "Atomics")
        return {
            self._kinds.canon(one)
            for call in self._facts.calls.values()
            for callee in call.callees
            if isinstance(callee, Member) and callee.of == atomics and call.arguments
            for one in call.arguments[0]
        }

    def _keeps(self, binding: Binding) -> bool:
        if binding in self._facts.getters:
            return False
        return isinstance(binding, Name) or isinstance(binding.of, Name | This | Member)

    def _inside(self, function: int) -> int | None:
        """The function within whose calls alone `function` runs, if it is known."""
        if function not in self._stays:
            # One that calls itself, or is called from too far away, counts as handed out.
            self._stays[function] = None
            if self._depth < DEEPEST_CALLS:
                self._depth += 1
                self._stays[function] = self._look(function)
                self._depth -= 1
        return self._stays[function]

    def _look(self, function: int) -> int | None:
        facts = self._facts
        parent = facts.walk.parents.get(function)
        if parent is None:
            return None
        if function in facts.inlined:
            return parent
        node = facts.walk.functions[function]
        if function in facts.waits or any(child.type in ("async", "*") for child in node.children):
            return None
        names = self._names.get(function, [])
        if len(names) != 1 or self.home(names[0]) != parent:
            return None
        for reader, called in self._refers[names[0]]:
            if not called or not (reader == function or self.runs_within(reader, parent)):
                return None
        return parent

    def _spread(self) -> None:
        """What a function fills, its callers fill by calling it."""
        queue = list(self.filled)
        while queue:
            function = queue.pop()
            for caller in self._enters.callers.get(function, ()):
                if not self.filled[function] <= self.filled[caller]:
                    self.filled[caller] |= self.filled[function]
                    queue.append(caller)

    def _constructs(self, function: int, binding: Binding) -> bool:
        if function in self._facts.constructors.values():
            return True
        of = binding.of if isinstance(binding, Member) else None
        return (
            isinstance(of, This) and isinstance(of.owner, Name) and of.owner in self._names.get(function, ())
        )

    def _does_more(self, function: int) -> bool:
        """Whether a function does anything else than to fill bindings with views."""
        if self._enters.function(function):
            return True
        for store in self._stores_of[function]:
            target = self._kinds.canon(store.target)
            own = isinstance(target, Name) and self.home(target) == function
            if not own and target not in self.stores and not self._kinds.of(target) & Kind.OTHER:
                return True
        return False

    def _run_often(self, function: int) -> bool:
        """Whether a function is called at several places, or handed to somebody who may call it."""
        if self._times[function] > 1 or function in self._handed:
            return True
        return any(not called for name in self._names.get(function, ()) for _, called in self._refers[name])

    def _made_as(self, store: Store) -> str | None:
        for value in store.values:
            if isinstance(value, Made):
                constructor = self._facts.calls[value.node].node.child_by_field_name("constructor")
                return None if constructor is None or not constructor.text else constructor.text.decode()
        return None
