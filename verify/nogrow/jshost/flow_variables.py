"""Give the expressions and names of a program variables in the inclusion constraints, and solve these."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from nogrow.jshost.builtins import (
    GLOBALS,
    KEEPS_NOTHING,
    METHODS,
    OBJECTS,
    PASSES_ON,
    RETURNS_PRIMITIVE,
    WORLDS,
    words,
)
from nogrow.jshost.inclusion import ENTRY, ITEMS, OUTSIDE, WORLD, Call, Code, Inclusions, Value, Variable
from nogrow.jshost.modules import File, Links
from nogrow.jshost.numbers import Numbers
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    bare,
    callee_of,
    children_of,
    fields,
    key_of,
    text_of,
)
from nogrow.jshost.scopes import Name, Scopes
from nogrow.jshost.syntax import ELEMENT

IDENTIFIERS = frozenset(
    ("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
)


# The globals whose functions return no value that leads to the module or to other code.
_INERT = KEEPS_NOTHING - {"WebAssembly", "fetch", "require", "structuredClone"}


_KNOWN = GLOBALS | OBJECTS
# The methods of built-in objects that call no argument later.
_METHODS = (METHODS | PASSES_ON) - words("""
    addEventListener addListener dispatchEvent emit on once postMessage register removeEventListener subscribe
""")


class Context(NamedTuple):
    """Where a node is: the function around it, `this`, and the parent class."""

    function: int
    this: Variable
    parent: Variable


class Access(NamedTuple):
    """An access of the property `name` of what `base` holds, in the function `within`."""

    within: int
    name: str
    node: Node
    base: Variable


class FlowVariables:
    """The variables of a program, and the calls in each of its functions."""

    def __init__(self, files: Sequence[File], *, references: bool) -> None:
        """Start without constraints.

        With `references`, the module may pass what its exports get on to its imports.
        """
        self._scopes = scopes = Scopes(*(file.root for file in files))
        self._links = Links(files, scopes)
        self._roots = {file.root.id for file in files}
        self._numbers = Numbers(_all_nodes([file.root for file in files]), scopes)
        self._passes_references = references
        self.sites: list[Node] = []
        """The nodes of calls, by the number of the site."""
        self.called: dict[int, list[tuple[Value, int]]] = defaultdict(list)
        """The values that each function may call, each with the site."""
        self.functions: dict[Value, int] = {}
        self.nodes: dict[int, Node] = {file.root.id: file.root for file in files}
        self.accesses: list[Access] = []
        # By name, the functions of accessors with the objects that have them.
        self.accessors: dict[str, list[tuple[int, Value]]] = defaultdict(list)
        self.implicit: set[int] = set()
        """Functions that run without a call expression, whenever any code runs."""
        self.graph = Inclusions(self._note)
        self._results: dict[int, Variable] = {}
        self._codes: dict[int, Code] = {}
        self._of_arguments: dict[int, Variable] = {}
        self._variables: dict[int, Variable] = {}
        self._names: dict[Name, Variable] = {}
        self._calls: list[Call] = []
        self._escaping: set[int] = set()
        self._implicit: list[Variable] = []
        self._nothing = self.graph.variable()
        self._outside = self.graph.variable(OUTSIDE)
        self._world = self.graph.variable(OUTSIDE, WORLD)
        self._thrown = self.graph.variable()
        # The objects of each class, and those that each function of the host returns.
        self._made: dict[str, Value] = {}
        # By file, what it exports, and the object `module` that holds this.
        self._namespaces = {root: self.graph.value() for root in self._roots}
        self._modules: dict[int, Variable] = {}
        for root, namespace in self._namespaces.items():
            module = self.graph.value()
            self._modules[root] = self.graph.variable(module)
            self.graph.add(self.graph.field(module, "exports"), namespace)
        self._published = self.graph.variable()

    def variable(self, node: Node) -> Variable:
        """Return the variable of an expression."""
        node = bare(node)
        if node.type in IDENTIFIERS:
            return self._identifier(node)
        if node.id not in self._variables:
            self._variables[node.id] = self.graph.variable()
        return self._variables[node.id]

    @property
    def published(self) -> Collection[Value]:
        """The objects of what each file exports."""
        return self._namespaces.values()

    def accessed(self) -> Iterator[tuple[Access, int]]:
        """Yield the accesses of properties that may have an accessor, each with its function."""
        if not self.accessors:
            return
        every = [each for accessors in self.accessors.values() for each in accessors]
        inherited: dict[Value, set[Value]] = {}
        for access in self.accesses:
            named = self.accessors.get(access.name, [])
            candidates = every if access.name == ELEMENT else [*named, *self.accessors.get(ELEMENT, [])]
            if not candidates:
                continue
            held = self.graph.values[access.base]
            objects = {OUTSIDE} & held
            for value in held:
                if value not in inherited:
                    inherited[value] = self.graph.inherited(value)
                objects |= inherited[value]
            for function, owner in candidates:
                # An unknown object may be one of the program.
                if owner in objects or (OUTSIDE in objects and access.name != ELEMENT):
                    yield access, function

    def functions_of(self, values: Iterable[Value]) -> set[int]:
        """Return the functions of the program among the values."""
        return {self.functions[value] for value in values if value in self.functions}

    def _note(self, call: Call, value: Value) -> None:
        self.called[call.within].append((value, call.site))
        if value == ENTRY or value in self.graph.exported:
            for argument in call.arguments if self._passes_references else ():
                self.graph.flow(argument, self._outside)
            return
        if (value != OUTSIDE and value not in self.graph.guessed) or call.site in self._escaping:
            return
        self._escaping.add(call.site)
        if self._is_method(self.sites[call.site]):
            # The constraints of the call say what a method of this name does.
            return
        if call.arguments and not self._keeps_nothing(self.sites[call.site]):
            self._run_later(call.site, call.within, call.arguments)
        else:
            for argument in call.arguments:
                self._pass_to_outside(call.site, call.within, argument)

    def _run_later(self, site: int, within: int, arguments: Sequence[Variable]) -> None:
        """Let code that is not given call the functions in the arguments, and in the objects in them."""
        escaped = self.graph.variable()
        for argument in arguments:
            self.graph.escape(argument, escaped)
        self._pass_to_outside(site, within, escaped)

    def _pass_to_outside(self, site: int, within: int, passed: Variable) -> None:
        # The site has been noted already, but not what is called here.
        further = self._site(self.sites[site])
        self._escaping.add(further)
        arguments, result = (self._outside,), self.graph.variable()
        self.graph.call(Call(further, within, passed, None, arguments, result, spread=True))

    @staticmethod
    def _is_method(call: Node) -> bool:
        """Return whether the callee is named like a method of built-in objects."""
        callee = callee_of(call)
        return callee is not None and callee.type in ACCESSES and key(callee) in _METHODS

    def _object_of(self, callee: str) -> Value:
        """Return the value of all objects that the callee makes."""
        if callee not in self._made:
            self._made[callee] = self.graph.value()
        return self._made[callee]

    def _is_inert(self, names: Sequence[str]) -> bool:
        """Return whether a function of the host returns no value that leads to other code."""
        return bool(names) and (names[0] in _INERT or names[-1] in RETURNS_PRIMITIVE)

    def _keeps_nothing(self, node: Node) -> bool:
        names = self._path(bare(callee_of(node) or node))
        return bool(names) and names[0] in KEEPS_NOTHING

    def _site(self, node: Node) -> int:
        self.sites.append(node)
        return len(self.sites) - 1

    def _solve(self) -> None:
        graph = self.graph
        graph.solve()
        # Code that is not given may call functions that the program does not call itself.
        called = {value for calls in self.called.values() for value, _ in calls}
        for value, code in graph.codes.items():
            if value not in called:
                for variable in (*code.parameters, code.every):
                    graph.flow(self._outside, variable)
        graph.solve()
        for call in self._calls:
            if not graph.values[call.callee] and not self._is_method(self.sites[call.site]):
                graph.add(call.callee, OUTSIDE)
        graph.solve()
        for variable in self._implicit:
            self.implicit |= self.functions_of(graph.values[variable])

    def _link_globals(self) -> None:
        """Let the variables of scripts be properties of the global object."""
        for name, variable in list(self._names.items()):
            if name.scope in self._roots and name.name in self.graph.names(WORLD):
                field = self.graph.field(WORLD, name.name)
                self.graph.flow(field, variable)
                self.graph.flow(variable, field)

    def _identifier(self, node: Node) -> Variable:
        name = self._links.name(self._scopes.name(node))
        if name in self._names:
            return self._names[name]
        linked = self._links.imports.get(name)
        if not self._scopes.declares(name) and linked is None:
            special = self._special(name, node)
            if special is not None:
                return special
        self._names[name] = variable = self.graph.variable()
        if linked is not None and linked.name == ELEMENT:
            self.graph.load(self._modules[linked.target], "exports", variable)
        elif not self._scopes.declares(name) and not self._is_default(name):
            self.graph.add(variable, OUTSIDE)
            if name.name in WORLDS:
                self.graph.add(variable, WORLD)
            elif name.name not in _KNOWN:
                # Emscripten's users call `_malloc` in files of their own.
                self.graph.add(variable, self.graph.export(name.name, guessed=True))
                self.graph.flow(self.graph.field(WORLD, ELEMENT), variable)
        return variable

    def _is_default(self, name: Name) -> bool:
        return any(name == default for default, _ in self._links.defaults)

    def _special(self, name: Name, node: Node) -> Variable | None:
        """Return the variable of a name that every function or file has its own of, None for another one."""
        match name.name:
            case "module":
                return self._modules[name.scope]
            case "exports":
                self._names[name] = variable = self.graph.variable(self._namespaces[name.scope])
                return variable
            case "arguments":
                return self._arguments(node)
            case "undefined":
                return self._nothing
        return None

    def _arguments(self, node: Node) -> Variable:
        """Return the variable of `arguments`, an array of what the function around `node` gets."""
        around: Node | None = node
        while around is not None and (around.type not in FUNCTIONS or around.type == "arrow_function"):
            around = around.parent
        if around is None:
            return self._nothing
        if around.id not in self._of_arguments:
            value = self.graph.array()
            self.graph.flow(self._code(around).every, self.graph.field(value, ITEMS))
            self._of_arguments[around.id] = self.graph.variable(value)
        return self._of_arguments[around.id]

    def _path(self, node: Node) -> list[str]:
        """Return the names in `Object.prototype.x`; empty if it does not begin with a name of the host."""
        names: list[str] = []
        while node.type in ACCESSES:
            of = node.child_by_field_name("object")
            if of is None:
                return []
            names.insert(0, key(node) or "")
            node = bare(of)
        if node.type != "identifier":
            return []
        name = self._scopes.name(node)
        if self._scopes.declares(name):
            return []
        if name.name in WORLDS and names:
            return names
        return [name.name, *names]

    def _code(self, node: Node) -> Code:
        """Return the variables of a function, which are made once."""
        if node.id not in self._codes:
            parameters = [child for part in fields(node, "parameters") for child in children_of(part)]
            parameters += fields(node, "parameter")
            value = self.graph.value()
            code = Code(
                tuple(self.graph.variable() for _ in parameters),
                self.graph.variable(),
                self.graph.variable(),
                self.graph.variable(),
            )
            self._codes[node.id] = code
            self.graph.codes[value] = code
            self.functions[value] = node.id
            self.nodes[node.id] = node
            self._results[node.id] = code.result
            self.graph.add(self.variable(node), value)
            if node.type not in ("arrow_function", "method_definition"):
                self.graph.add(self.graph.field(value, "prototype"), self.graph.value())
        return self._codes[node.id]

    def _of_name(self, name: Name) -> Variable:
        if name not in self._names:
            self._names[name] = self.graph.variable()
        return self._names[name]

    def _value_of(self, node: Node) -> Value:
        code = self._codes[node.id]
        return next(
            value for value in self.graph.values[self.variable(node)] if self.graph.codes.get(value) is code
        )

    def _add_call(self, call: Call) -> None:
        self._calls.append(call)
        self.graph.call(call)


def key(node: Node) -> str | None:
    """Return the property that an access names, None if it is computed."""
    named = node.child_by_field_name("property") or node.child_by_field_name("index")
    return None if named is None else constant(named)


def constant(node: Node) -> str | None:
    """Return the property that a key names, None if it is computed or has escapes."""
    if node.type == "computed_property_name" and node.named_children:
        node = node.named_children[0]
    if node.type == "template_string" and all(part.type == "string_fragment" for part in node.named_children):
        name: str | None = text_of(node)[1:-1]
    else:
        name = key_of(node)
    if name is None or "\\" in name:
        return None
    return ITEMS if name.isdigit() else name


def _all_nodes(roots: Sequence[Node]) -> Iterator[Node]:
    stack = list(roots)
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.named_children)
