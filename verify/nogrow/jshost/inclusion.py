"""Solve inclusion constraints (Andersen's analysis): which functions and objects each variable may hold.

Objects are told apart by where they are made, and their fields by name. The field `ELEMENT` stands for
properties with a computed name. Values of code that is not given are one object, `OUTSIDE`.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.syntax import ELEMENT

# Members that every function or collection has.
_NO_EXPORTS = frozenset(("\nitems", "apply", "bind", "call"))
MOST_EDGES = 250_000
"""The limit of the constraint graph, which takes some 100 bytes for each edge."""

Variable = int
Value = int

OUTSIDE: Value = 0
EXPORTS: Value = 1
"""The exports object of an instance."""
ENTRY: Value = 2
"""A function that was read from a table."""
TABLE: Value = 3
GET: Value = 4
"""The method `get` of a table."""
WORLD: Value = 5
"""The global object."""
VIEW: Value = 6
"""A typed array, whose elements are numbers."""
ITEMS = "\nitems"
"""The field for the elements of arrays and collections; `ELEMENT` is for all with a computed name."""
PROTOTYPE = "\nprototype"
"""The field for the objects whose fields an object inherits or has copied. No property has this name."""


class Call(NamedTuple):
    """A call in the function `within`, whose callee is `callee`; `site` identifies it."""

    site: int
    within: int
    callee: Variable
    this: Variable | None
    arguments: tuple[Variable, ...]
    result: Variable
    spread: bool = False


class Code(NamedTuple):
    """The variables of a function: its parameters, `this`, its result, and any of its arguments."""

    parameters: tuple[Variable, ...]
    this: Variable
    result: Variable
    every: Variable


class Inclusions:
    """Variables with the values that they may hold, and constraints between them."""

    def __init__(self, called: Callable[[Call, Value], None]) -> None:
        """`called` is told each value that a call may call, once."""
        self._called = called
        self.values: list[set[Value]] = []
        self.codes: dict[Value, Code] = {}
        self.exported: dict[Value, str] = {}
        """The values that are exports, with their names; `ELEMENT` stands for any export."""
        self.guessed: dict[Value, str] = {}
        """The values that may be exports because they are members of unknown objects, with their names."""
        self._arrays: set[Value] = set()
        self.tables: set[Value] = set()
        """The objects that hold functions or such objects under each name."""
        self._callable: set[Variable] = set()
        self._export_values: dict[tuple[str, bool], Value] = {}
        self._next_value = VIEW + 1
        self._new: list[set[Value]] = []
        self._flows: list[set[Variable]] = []
        self._fields: dict[Value, dict[str, Variable]] = defaultdict(dict)
        self._prototypes: dict[Value, Variable] = {}
        self._of_prototypes: set[Variable] = set()
        self._loads: dict[Variable, set[tuple[str, Variable, bool]]] = defaultdict(set)
        self._stores: dict[Variable, set[tuple[str, Variable]]] = defaultdict(set)
        self._calls: dict[Variable, list[Call]] = defaultdict(list)
        self._escapes: dict[Variable, set[Variable]] = defaultdict(set)
        self._readers: dict[Value, set[tuple[str, Variable]]] = defaultdict(set)
        self._applied: set[tuple[int, Value]] = set()
        self._queue: deque[Variable] = deque()
        self._edges = 0

    def variable(self, *values: Value) -> Variable:
        """Return a new variable that holds the values."""
        self.values.append(set())
        self._new.append(set())
        self._flows.append(set())
        variable = len(self.values) - 1
        for value in values:
            self.add(variable, value)
        return variable

    def value(self) -> Value:
        """Return a new value."""
        self._next_value += 1
        return self._next_value - 1

    def array(self) -> Value:
        """Return a new value for an array or a collection, whose computed names are those of elements."""
        value = self.value()
        self._arrays.add(value)
        return value

    def export(self, name: str, *, guessed: bool = False) -> Value:
        """Return the value of the export `name`."""
        if (name, guessed) not in self._export_values:
            self._export_values[name, guessed] = value = self.value()
            (self.guessed if guessed else self.exported)[value] = name
        return self._export_values[name, guessed]

    def add(self, variable: Variable, value: Value) -> None:
        """Let the variable hold the value."""
        if value not in self.values[variable]:
            if variable in self._callable and not self._is_callable(value):
                return
            self.values[variable].add(value)
            if not self._new[variable]:
                self._queue.append(variable)
            self._new[variable].add(value)

    def _is_callable(self, value: Value) -> bool:
        known = value in self.codes or value in self.tables or value in self.exported
        return known or value in self.guessed or value in (ENTRY, GET)

    def flow(self, source: Variable, target: Variable) -> None:
        """Let `target` hold what `source` holds."""
        if source == target or target in self._flows[source]:
            return
        self._edges += 1
        if self._edges > MOST_EDGES:
            raise ModuleError("the host code is too entangled to be followed")
        self._flows[source].add(target)
        for value in self.values[source] - self._new[source]:
            self.add(target, value)

    def load(self, base: Variable, name: str, target: Variable, *, whole: bool = False) -> None:
        """Let `target` hold the field `name` of `base`.

        With `whole`, it holds the elements and the functions in all fields whose names begin with `name`.
        """
        if whole:
            self.load(base, ITEMS, target)
            self.load(base, ELEMENT, target)
            functions = self.variable()
            self._callable.add(functions)
            self.flow(functions, target)
            target = functions
        self._constrain(base, name, target, whole)

    def _constrain(self, base: Variable, name: str, target: Variable, whole: bool) -> None:
        constraint = (name, target, whole)
        if constraint not in self._loads[base]:
            self._loads[base].add(constraint)
            for value in self.values[base] - self._new[base]:
                self._load_of(base, value, *constraint)

    def load_any(self, base: Variable, target: Variable) -> None:
        """Let `target` hold the elements of `base`, and the functions in its fields."""
        self.load(base, "", target, whole=True)

    def store(self, base: Variable, name: str, source: Variable) -> None:
        """Let the field `name` of `base` hold what `source` holds."""
        if (name, source) not in self._stores[base]:
            self._stores[base].add((name, source))
            for value in self.values[base] - self._new[base]:
                self._store(value, name, source)

    def call(self, call: Call) -> None:
        """Pass arguments and the result between the call and whatever it calls."""
        self._calls[call.callee].append(call)
        for value in self.values[call.callee] - self._new[call.callee]:
            self._apply(call, value)

    def escape(self, source: Variable, to: Variable) -> None:
        """Let `to` hold what `source` holds, and all that is in these objects."""
        self.flow(source, to)
        self._escapes[to].add(to)

    def field(self, value: Value, name: str) -> Variable:
        """Return the variable of a field of an object."""
        if name in (PROTOTYPE, "__proto__"):
            return self.prototype(value)
        own = self._fields[value]
        if name not in own:
            own[name] = self.variable()
            for prefix, reader in self._readers[value]:
                if name.startswith(prefix) or name == ELEMENT:
                    self.flow(own[name], reader)
        return own[name]

    def prototype(self, value: Value) -> Variable:
        """Return the variable of the objects that fields are inherited or copied from."""
        if value not in self._prototypes:
            self._prototypes[value] = variable = self.variable()
            self._of_prototypes.add(variable)
        return self._prototypes[value]

    def inherited(self, value: Value) -> set[Value]:
        """Return the object, and all that it inherits fields from or has copies of fields of."""
        seen, queue = {value}, [value]
        while queue:
            held = queue.pop()
            more = self.values[self._prototypes[held]] if held in self._prototypes else set()
            queue += more - seen
            seen |= more
        return seen

    def names(self, value: Value) -> set[str]:
        """Return the names of an object's fields, those of its prototypes included."""
        return {name for held in self.inherited(value) for name in self._fields.get(held, ())}

    def objects(self) -> list[Value]:
        """Return the objects that have fields or prototypes."""
        return [value for value in {**self._fields, **self._prototypes} if value != EXPORTS]

    def behind(self, value: Value, name: str) -> set[Value]:
        """Return the values that the field `name` of an object may have."""
        fields = (self._fields.get(held, {}) for held in self.inherited(value))
        found = (self.values[own[key]] for own in fields for key in (name, ELEMENT) if key in own)
        return {each for values in found for each in values}

    def solve(self) -> None:
        """Propagate values to the least fixpoint."""
        while self._queue:
            variable = self._queue.popleft()
            new, self._new[variable] = self._new[variable], set()
            for target in tuple(self._flows[variable]):
                for value in new - self.values[target]:
                    self.add(target, value)
            for value in new:
                for load in tuple(self._loads.get(variable, ())):
                    self._load_of(variable, value, *load)
                for name, source in tuple(self._stores.get(variable, ())):
                    self._store(value, name, source)
                for call in tuple(self._calls.get(variable, ())):
                    self._apply(call, value)
                if variable in self._escapes and value not in (OUTSIDE, WORLD, EXPORTS):
                    self._load(value, "", variable, True)

    def _store(self, value: Value, name: str, source: Variable) -> None:
        if name == ELEMENT and (value in self._arrays or value == VIEW):
            name = ITEMS
        if value == VIEW and name == ITEMS:
            return
        if value != OUTSIDE or name[:1] != "#":
            self.flow(source, self.field(value, name))

    def _load_of(self, base: Variable, value: Value, name: str, target: Variable, whole: bool) -> None:
        # An unknown prototype has none of the fields that the program gives to other unknown objects.
        if not (whole and value == OUTSIDE and base in self._of_prototypes):
            self._load(value, name, target, whole)

    def _load(self, value: Value, name: str, target: Variable, whole: bool) -> None:
        if value == OUTSIDE and name[:1] == "#":
            # Only classes of the program have its private fields.
            return
        if value == EXPORTS:
            self.add(target, self.export(ELEMENT if whole or name == ITEMS else name))
        elif value in self.exported or value in self.guessed or value in (ENTRY, TABLE, GET):
            self.add(target, OUTSIDE)
            if name == "get" and value not in (ENTRY, GET):
                self.add(target, GET)
        elif value == OUTSIDE:
            self.add(target, OUTSIDE)
            if name == "get":
                self.add(target, GET)
            if not whole and name not in _NO_EXPORTS:
                self.add(target, EXPORTS if name == "exports" else self.export(name, guessed=True))
        if value == EXPORTS or value in self.exported:
            return
        if whole:
            if (name, target) not in self._readers[value]:
                self._readers[value].add((name, target))
                for key, variable in tuple(self._fields[value].items()):
                    if key.startswith(name) or key == ELEMENT:
                        self.flow(variable, target)
        else:
            self.flow(self.field(value, name), target)
            # All unknown objects are one, so what has a computed name in one of them may be anything.
            if name != ELEMENT and value != OUTSIDE:
                self.flow(self.field(value, ELEMENT), target)
        if value != OUTSIDE:
            self._constrain(self.prototype(value), name, target, whole)

    def _apply(self, call: Call, value: Value) -> None:
        if (call.site, value) in self._applied:
            return
        self._applied.add((call.site, value))
        self._called(call, value)
        code = self.codes.get(value)
        if code is None:
            self.add(call.result, ENTRY if value == GET else OUTSIDE)
            return
        for number, argument in enumerate(call.arguments):
            self.flow(argument, code.every)
            if call.spread:
                for parameter in code.parameters:
                    self.flow(argument, parameter)
            elif number < len(code.parameters):
                self.flow(argument, code.parameters[number])
        if call.this is not None:
            self.flow(call.this, code.this)
        self.flow(code.result, call.result)
