"""Turn calls into inclusion constraints: those of the program's functions, and of the language's own."""

from collections.abc import Iterable, Sequence

from nogrow.jshost.assignment_flows import AssignmentFlows
from nogrow.jshost.builtins import COPIES, PASSES_ON, VIEWS, WITH_CALLBACK, words
from nogrow.jshost.flow_variables import Context, constant, key
from nogrow.jshost.inclusion import ENTRY, ITEMS, PROTOTYPE, TABLE, VIEW, Call, Code, Variable
from nogrow.jshost.modules import required
from nogrow.jshost.parse import ACCESSES, Node, arguments_of, bare, callee_of, children_of, text_of
from nogrow.jshost.syntax import ELEMENT

_BY_METHOD = words("apply bind call")
_DEFINE_ACCESSORS = words("__defineGetter__ __defineSetter__")
# Functions of Emscripten that call the export whose name is their first argument, or return it.
_BY_NAME = words("ccall cwrap")
# Methods that return an element of a collection, and not the collection or another one.
_RETURNS_ELEMENT = words("at deref find findLast get pop reduce reduceRight shift")
# Methods that return the elements of elements.
_FLATTENS = words("concat flat flatMap")
# Methods that return their own object, a promise for its value, or a value of the generator that it is.
_RETURNS_ITSELF = words("add catch copyWithin fill finally next return reverse set sort then throw")
# Methods of collections that keep their arguments, and methods that call these before they return or later.
_KEEPS = words("add append concat fill push set splice toSpliced unshift with")
_CALLS_ARGUMENTS = WITH_CALLBACK | words("catch finally groupBy then toSorted")


class CallFlows(AssignmentFlows):
    """The constraints of calls."""

    def _call(self, node: Node, context: Context) -> None:
        called = callee_of(node)
        if called is None:
            return
        callee = bare(called)
        while callee.type == "sequence_expression":
            callee = bare(children_of(callee)[-1])
        passed = arguments_of(node)
        arguments = [self._argument(argument) for argument in passed]
        spread = any(argument.type in ("spread_element", "template_substitution") for argument in passed)
        names = self._path(callee)
        if names and self._built_in(node, names, passed, arguments, context):
            return
        if self._is_inert(names):
            graph = self.graph
            graph.add(self.variable(node), VIEW if names[0] in VIEWS else self._object_of(names[0]))
            for argument in arguments:
                self._add_call(
                    self._site_call(node, context, argument, None, (self._outside,), True, graph.variable())
                )
            return
        result = self.variable(node)
        if (required := self._links_required(node, callee)) is not None:
            self.graph.load(self._modules[required], "exports", result)
            return
        if callee.type == "super":
            self._add_call(self._site_call(node, context, context.parent, context.this, arguments, spread))
            return
        name = key(callee) if callee.type in ACCESSES else None
        of = callee.child_by_field_name("object") if callee.type in ACCESSES else None
        own_name = name if of is not None else text_of(callee) if callee.type == "identifier" else None
        if own_name in _BY_NAME and passed and (export := constant(passed[0])) is not None:
            self._call_by_name(node, export, context)
            return
        if of is None:
            this = None
        elif of.type == "super":
            this = context.this
        else:
            this = self.variable(of)
        if of is not None and this is not None and node.type == "call_expression":
            if name in _DEFINE_ACCESSORS and len(arguments) == 2:
                accessed = constant(passed[0])
                self._returned_by(arguments[1], this, ELEMENT if accessed is None else accessed)
            if name in _BY_METHOD:
                self._by_method(node, name or "", this, arguments, context)
            elif name in PASSES_ON | _CALLS_ARGUMENTS:
                self._passes_on(node, name or "", this, arguments, context)
                if name == "get" and "table" in text_of(of)[-60:].lower():
                    self.graph.add(result, ENTRY)
        if node.type == "new_expression":
            self._new(node, self.variable(callee), arguments, spread, context)
        else:
            self._add_call(self._site_call(node, context, self.variable(callee), this, arguments, spread))

    def _links_required(self, node: Node, callee: Node) -> int | None:
        """Return the file of the program that a call of `require` gives."""
        specifier = required(node)
        if specifier is None:
            return None
        name = self._scopes.name(callee)
        return None if self._scopes.declares(name) else self._links.target(name.scope, specifier)

    def _argument(self, node: Node) -> Variable:
        if node.type not in ("spread_element", "template_substitution"):
            return self.variable(node)
        held = self.graph.variable()
        for child in node.named_children:
            self.graph.flow(self._items(self.variable(child)), held)
        return held

    def _site_call(
        self,
        node: Node,
        context: Context,
        callee: Variable,
        this: Variable | None,
        arguments: Iterable[Variable],
        spread: bool = False,
        result: Variable | None = None,
    ) -> Call:
        result = self.variable(node) if result is None else result
        return Call(self._site(node), context.function, callee, this, tuple(arguments), result, spread)

    def _call_by_name(self, node: Node, name: str, context: Context) -> None:
        graph = self.graph
        export = graph.variable(graph.export(name, guessed=True))
        graph.flow(export, self.variable(node))
        self._add_call(self._site_call(node, context, export, None, ()))

    def _by_method(
        self, node: Node, name: str, function: Variable, arguments: Sequence[Variable], context: Context
    ) -> None:
        """Take `f.call(this, ...)`, `f.apply(this, [...])` or `f.bind(this, ...)`."""
        this = arguments[0] if arguments else None
        passed = list(arguments[1:])
        if name == "apply":
            held = self.graph.variable()
            for argument in passed:
                self.graph.load(argument, ITEMS, held)
            passed = [held]
        if name == "bind":
            self.graph.flow(function, self.variable(node))
        spread = name != "call"
        self._add_call(self._site_call(node, context, function, this, passed, spread))

    def _passes_on(
        self, node: Node, name: str, holder: Variable, arguments: Sequence[Variable], context: Context
    ) -> None:
        """Take a method that may keep its arguments, call them, and return what its object holds."""
        graph, result = self.graph, self.variable(node)
        held, collection = graph.variable(), graph.array()
        graph.load(holder, ITEMS, held)
        items = graph.field(collection, ITEMS)
        graph.flow(held, items)
        if name in _RETURNS_ELEMENT:
            graph.flow(held, result)
        else:
            graph.add(result, collection)
        if name in _RETURNS_ITSELF:
            # A promise or a generator is as good as its values.
            graph.flow(holder, result)
            graph.flow(holder, items)
            graph.flow(holder, held)
        if name in _FLATTENS:
            graph.load(held, ITEMS, items)
        for number, argument in enumerate(arguments):
            if name in _KEEPS:
                graph.store(holder, ITEMS, argument)
                graph.flow(argument, items)
            if name in _FLATTENS:
                graph.load(argument, ITEMS, items)
            if name in _CALLS_ARGUMENTS:
                returned = graph.variable()
                passed = self._passed_by(name, number, held, holder, returned)
                self._add_call(self._site_call(node, context, argument, None, passed, False, returned))
                graph.flow(returned, result)
                graph.flow(returned, items)

    def _passed_by(
        self, name: str, number: int, held: Variable, holder: Variable, returned: Variable
    ) -> tuple[Variable, ...]:
        """Return what a method of a collection or a promise passes to its argument of that number."""
        if name == "catch" or (name == "then" and number > 0):
            return (self._thrown,)
        if name in ("sort", "toSorted"):
            return held, held
        if name in ("reduce", "reduceRight"):
            total = self.graph.variable()
            self.graph.flow(held, total)
            self.graph.flow(returned, total)
            return total, held, self._nothing, holder
        return held, self._nothing, holder

    def _items(self, holder: Variable) -> Variable:
        """Return a variable for the elements of a collection; a generator is as good as its values."""
        held = self.graph.variable()
        self.graph.load(holder, ITEMS, held)
        self.graph.flow(holder, held)
        return held

    def _new(
        self, node: Node, callee: Variable, arguments: Sequence[Variable], spread: bool, context: Context
    ) -> None:
        graph, result = self.graph, self.variable(node)
        # Objects of one class are one: a program makes its errors in a hundred places.
        value = self._object_of(text_of(bare(callee_of(node) or node)))
        made = graph.variable(value)
        graph.load(callee, "prototype", graph.prototype(value))
        graph.flow(callee, graph.field(value, "constructor"))
        graph.flow(made, result)
        self._add_call(self._site_call(node, context, callee, made, arguments, spread))

    def _built_in(
        self,
        node: Node,
        names: Sequence[str],
        passed: Sequence[Node],
        arguments: Sequence[Variable],
        context: Context,
    ) -> bool:
        """Take a call of a function of the language; return whether nothing else can be called."""
        graph, result = self.graph, self.variable(node)
        first = arguments[0] if arguments else None
        match tuple(names):
            case ("WebAssembly", "Table"):
                graph.add(result, TABLE)
            case ("Object", "assign") if first is not None:
                for argument in arguments[1:]:
                    graph.store(first, PROTOTYPE, argument)
                graph.flow(first, result)
                return True
            case ("Object" | "Reflect", "setPrototypeOf") if len(arguments) == 2 and first is not None:
                graph.store(first, PROTOTYPE, arguments[1])
                graph.flow(first, result)
                return True
            case ("Object", "create") if first is not None:
                value = graph.value()
                graph.add(result, value)
                graph.flow(first, graph.prototype(value))
                for argument in arguments[1:]:
                    self._define(graph.variable(value), ELEMENT, self._held(argument))
                return True
            case ("Object", "getPrototypeOf") if first is not None:
                graph.load(first, PROTOTYPE, result)
                graph.flow(first, result)
                return True
            case ("Object" | "Reflect", "getOwnPropertyDescriptor" | "getOwnPropertyDescriptors") if first:
                self._describe(node, first)
                return True
            case ("Object" | "Reflect", "defineProperty") if len(arguments) == 3 and first is not None:
                name = constant(passed[1])
                self._define(first, ELEMENT if name is None else name, arguments[2])
                graph.flow(first, result)
                return True
            case ("Object", "defineProperties") if len(arguments) == 2 and first is not None:
                self._define(first, ELEMENT, self._held(arguments[1]))
                graph.flow(first, result)
                return True
            case ("Object", "values" | "entries" | "fromEntries") if first is not None:
                if names[-1] == "fromEntries":
                    entries = graph.variable(graph.value())
                    graph.store(entries, ELEMENT, self._held(self._held(first)))
                    graph.flow(entries, result)
                self._collect(node, [self._held(first), self._held(self._held(first))])
                return True
            case ("Object", name) if name in COPIES and first is not None:
                graph.flow(first, result)
                return True
            case ("Array", "from" | "of") | ("Array" | "Map" | "Set" | "WeakMap" | "WeakRef" | "WeakSet",):
                held = [self._held(argument) for argument in arguments]
                self._collect(node, [*arguments, *held, *map(self._held, held)])
                for argument in arguments[1:] if names[-1] == "from" else ():
                    self._map(node, argument, held, context)
                return True
            case ("Reflect", "get") if first is not None and len(passed) > 1:
                name = constant(passed[1])
                if name is None:
                    graph.load_any(first, result)
                else:
                    graph.load(first, name, result)
                return True
            case ("Reflect", "set") if first is not None and len(passed) > 2:
                name = constant(passed[1])
                graph.store(first, ELEMENT if name is None else name, arguments[2])
                self._implicit.append(arguments[2])
                return True
            case ("Reflect", "apply") if first is not None:
                self._by_method(node, "apply", first, arguments[1:], context)
                return True
            case ("Reflect", "construct") if first is not None:
                self._new(node, first, [self._held(argument) for argument in arguments[1:]], True, context)
                return True
            case ("Proxy",) if len(arguments) == 2:
                self._proxy(node, arguments, context)
                return True
            case ("Promise",) if first is not None:
                self._promise(node, first, context)
                return True
            case ("Promise", *_):
                for argument in arguments:
                    graph.flow(argument, result)
                    graph.flow(self._held(argument), result)
        return False

    def _held(self, holder: Variable) -> Variable:
        held = self.graph.variable()
        self.graph.load_any(holder, held)
        return held

    def _collect(self, node: Node, elements: Iterable[Variable]) -> None:
        """Let the result be a collection of the elements, each of which may itself be an array of them."""
        graph, value = self.graph, self.graph.array()
        graph.add(self.variable(node), value)
        graph.add(graph.field(value, ITEMS), value)
        for element in elements:
            graph.flow(element, graph.field(value, ITEMS))

    def _map(self, node: Node, function: Variable, elements: Iterable[Variable], context: Context) -> None:
        returned = self.graph.variable()
        element = self.graph.variable()
        for each in elements:
            self.graph.flow(each, element)
        self._add_call(self._site_call(node, context, function, None, (element,), False, returned))
        self.graph.store(self.variable(node), ITEMS, returned)

    def _describe(self, node: Node, described: Variable) -> None:
        """Let the result be a descriptor of any property, which also stands for an object of descriptors."""
        graph, value = self.graph, self.graph.value()
        held = self._held(described)
        for name in ("value", "get", "set"):
            graph.flow(held, graph.field(value, name))
        for accessors in self.accessors.values():
            for accessor, _ in accessors:
                graph.flow(self.variable(self.nodes[accessor]), graph.field(value, "get"))
        graph.add(graph.field(value, ELEMENT), value)
        graph.add(self.variable(node), value)

    def _define(self, target: Variable, name: str, descriptor: Variable) -> None:
        """Let the objects have a property with the descriptor."""
        graph, value, getter = self.graph, self.graph.variable(), self.graph.variable()
        graph.load(descriptor, "value", value)
        graph.load(descriptor, "get", getter)
        graph.load(descriptor, "set", getter)
        graph.store(target, name, value)
        self._returned_by(getter, target, name)

    def _returned_by(self, getter: Variable, target: Variable, name: str) -> None:
        """Let the property have what the accessor returns; accessors run without a call in the program."""
        returned = self.graph.variable()
        node = next(iter(self.nodes))
        call = Call(self._site(self.nodes[node]), node, getter, target, (), returned, spread=True)
        self.graph.call(call)
        self._implicit.append(getter)
        self.graph.store(target, name, returned)

    def _proxy(self, node: Node, arguments: Sequence[Variable], context: Context) -> None:
        graph, result = self.graph, self.variable(node)
        target, handler = arguments
        value, trap = graph.value(), self._held(handler)
        graph.add(result, value)
        graph.flow(target, graph.prototype(value))
        graph.flow(target, result)
        returned = graph.variable()
        # A trap runs whenever the proxy is used, which need not be a call.
        passed = (target, graph.field(value, ELEMENT), result)
        self._add_call(self._site_call(node, context, trap, handler, passed, True, returned))
        self._implicit.append(trap)
        graph.flow(returned, graph.field(value, ELEMENT))
        graph.codes[value] = Code((), graph.variable(), returned, graph.field(value, ELEMENT))

    def _promise(self, node: Node, executor: Variable, context: Context) -> None:
        graph = self.graph
        settle = graph.value()
        graph.codes[settle] = Code((self.variable(node),), self._nothing, graph.variable(), graph.variable())
        resolve = graph.variable(settle)
        returned = graph.variable()
        self._add_call(self._site_call(node, context, executor, None, (resolve, resolve), False, returned))
