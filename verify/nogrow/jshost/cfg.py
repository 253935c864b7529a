"""Build the control-flow graph of a function, with its events in the order of evaluation.

Every visit is a generator that yields the nodes to visit next, so that deep nesting needs no recursion.
"""

from collections.abc import Callable, Sequence

from nogrow.jshost.assignments import PATTERNS
from nogrow.jshost.branches import Visit
from nogrow.jshost.builtins import READ_ELEMENTS, RETURNS_ELEMENT, VIEWS, words
from nogrow.jshost.call_effects import Effect
from nogrow.jshost.conditions import Conditions
from nogrow.jshost.constraints import CallSite
from nogrow.jshost.dataflow import UNKNOWN, EventKind, Graph
from nogrow.jshost.holders import NAMES, Evaluated
from nogrow.jshost.instances import Instances
from nogrow.jshost.parse import (
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    callee_of,
    fields,
    is_within,
    parameters_of,
    pattern_of,
    property_of,
    text_of,
)
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.term import Binding, Holder

_SILENT = FUNCTIONS | words("""
    comment export_clause import_statement interface_declaration number regex string
    type_alias_declaration type_annotation type_arguments type_parameters
""")


def graph_of(program: Program, function: Node, tracked: frozenset[Binding], instances: Instances) -> Graph:
    """Return the graph of one function, or of the program's code outside functions."""
    flow = _Flow(program, function.id, tracked, instances)
    flow.leave_to(flow.exit)
    stack: list[Visit] = [flow.run(function)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        else:
            stack.append(flow.visit(child))
    flow.link(flow.here, flow.exit)
    return flow


class _Flow(Conditions):
    def __init__(
        self, program: Program, function: int, tracked: frozenset[Binding], instances: Instances
    ) -> None:
        super().__init__(program, function, tracked)
        self._instances = instances
        self._visits: dict[str, Callable[[Node], Visit]] = {
            "variable_declarator": self._assignment,
            "assignment_expression": self._assignment,
            "augmented_assignment_expression": self._augmented,
            "array": self._literal,
            "class_body": self._class,
            "object": self._literal,
            "call_expression": self._call,
            "new_expression": self._call,
            "await_expression": self._wait,
            "yield_expression": self._wait,
            "binary_expression": self._binary,
            "unary_expression": self._unary,
            "ternary_expression": self.either,
            "if_statement": self.either,
            "while_statement": self.repeat,
            "do_statement": self.repeat,
            "for_statement": self.repeat,
            "for_in_statement": self.repeat,
            "switch_statement": self.switch,
            "try_statement": self.attempt,
            "return_statement": self.leave,
            "throw_statement": self.leave,
            "break_statement": self.leap,
            "continue_statement": self.leap,
            "labeled_statement": self.labelled,
            "member_expression": self._access,
            "subscript_expression": self._access,
            **dict.fromkeys(PATTERNS, self._pattern),
            "assignment_pattern": self._default,
            "object_assignment_pattern": self._default,
        }

    def visit(self, node: Node) -> Visit:
        """Add the events of `node`, and yield its parts to visit next."""
        kind, constraints = node.type, self._program.constraints
        if node.id in constraints.inlined:
            return self.inline(node, once=node.id in constraints.callees)
        if kind in NAMES:
            self._use(node)
        return iter(()) if kind in _SILENT else self._visits.get(kind, self._parts)(node)

    def run(self, function: Node) -> Visit:
        """Visit a whole function, or the code of a file."""
        if function.type in FUNCTIONS:
            self._make(function.id)
            yield from self.enter(function)
            passed_at = self._program.called_later.get(function.id)
            if passed_at is not None:
                self._start_late(function, passed_at)
            yield from fields(function, "body")
        else:
            yield function

    def _start_late(self, function: Node, passed_at: Node) -> None:
        """Add the code that may have run since the function was passed on with its arguments."""
        effects = self._program.effects
        is_called = bool(effects.callers.get(function.id))
        self.call(passed_at, min(effects.other_code, Effect.POSSIBLE if is_called else Effect.CERTAIN))

    def enter(self, function: Node) -> Visit:
        """Visit the parameters of a function: their default values, and the views that they hold."""
        constraints = self._program.constraints
        names = constraints.parameters.get(function.id, [])
        for parameter, name in zip(parameters_of(function), names, strict=False):
            left, default = pattern_of(parameter)
            if default is not None:
                before = self.here
                self.go(self.block(before))
                yield default
                self.go(self.block(before, self.here))
            if left.type != "identifier":
                held = constraints.rests.get(function.id, name) if left.type == "rest_pattern" else name
                self._define(left, [] if held is None else [held])
                yield left
            elif name in self._tracked:
                values = [
                    term
                    for held, terms in self._program.passed[function.id]
                    if held == name
                    for term in terms
                ]
                is_inner = function.id in constraints.inlined
                sources = tuple(self._tracked_among(values)) if is_inner else ()
                # A variable may get a view only later, when the function uses it again.
                is_view = default is not None or self._program.points_to.any(values) & KEPT
                made = EventKind.DEF if is_view else EventKind.KILL
                self.use(EventKind.COPY if sources else made, function, name, sources)

    def call_back(self, function: Node) -> None:
        """Visit the end of a function that a built-in function has called."""
        call = None if function.parent is None else function.parent.parent
        if call is not None:
            self._store_at(call)

    def hold(self, values: Sequence[Node]) -> Callable[[], None]:
        """Return what adds a use of the values, which have just been evaluated."""
        evaluated = [self._evaluated(value) for value in values]

        def use() -> None:
            for value in evaluated:
                self._use_later(value)

        return use

    def fails(self, node: Node) -> bool:
        """Return whether no caller goes on after the `return` statement `node`."""
        return node.id in self._program.failing

    def _parts(self, node: Node) -> Visit:
        yield from node.named_children

    def iterate(self, node: Node) -> None:
        """Let the variables of an iteration hold what the elements hold."""
        program = self._program
        for target, sources in program.iterated.get(node.id, ()):
            generators = program.generators(sources)
            if generators:
                effect = max(program.effects.entering.get(each, Effect.NONE) for each in generators)
                self.call(node, effect, (*generators, UNKNOWN))
            for binding in self._tracked_among([target]):
                # A generator has just made what it yields.
                terms = [] if generators else list(sources)
                held = (*self._tracked_among(terms), *self._older(terms))
                self.use(EventKind.COPY if held else EventKind.DEF, node, binding, held)

    def made_again(self, node: Node) -> frozenset[Holder]:
        """Return the bindings of a `DataView` that the handler makes again: its methods throw if detached."""
        again: set[Holder] = set()
        for handler in fields(node, "handler"):
            for binding in self._renewed:
                stores = self._program.stores[binding]
                here = (store for store in stores if self._program.outermost(store.within) == self._function)
                renewed = any(is_within(store.node, handler) and _assigns(store.node) for store in here)
                if renewed and all(map(self._program.makes_data_view, stores)):
                    again.add(binding)
        return frozenset(again)

    def wait(self, node: Node) -> None:
        """Add a wait, during which other code may run."""
        effect = self._program.effects.other_code
        self.call(node, effect, thrown=effect, waits=True)

    def _call(self, node: Node) -> Visit:
        callee = callee_of(node)
        self._make(node.id)
        evaluated: list[Evaluated] = []
        if callee is not None:
            inner = bare(callee)
            if inner.type != "super":
                yield callee
            evaluated += [self._evaluated(base) for base in fields(inner, "object")]
        is_view = node.type == "new_expression" and callee is not None and text_of(callee) in VIEWS
        for argument in arguments_of(node):
            if argument.type == "template_string" and argument.parent == node:
                continue
            yield argument
            # If its buffer is detached, the constructor of a view throws at once.
            if not (is_view and property_of(bare(argument)) == "buffer"):
                evaluated.append(self._evaluated(argument))
        for value in evaluated:
            self._use_later(value)
        if node.parent is not None and _awaits(node):
            # What the function does after its own waits comes last.
            self.wait(node.parent)
        self._add_call(node)
        self._store_at(node)
        if callee is not None and (property_of(bare(callee)) or text_of(bare(callee))) in READ_ELEMENTS:
            for argument in arguments_of(node):
                elements = self._program.constraints.terms.elements(argument)
                for holder in (*self._holders(elements), *self._older(elements)):
                    self.use(EventKind.USE, argument, holder)
        returns_element = callee is not None and property_of(bare(callee)) in RETURNS_ELEMENT
        if returns_element and node.id not in self._copies:
            for binding in self._tracked_among(self._program.constraints.terms.of(node)):
                self.use(EventKind.USE, node, binding)

    def _add_call(self, node: Node) -> None:
        program = self._program
        site = program.constraints.calls.get(node.id)
        if site is None:
            return
        effect, functions = program.effects.effect(site)
        called = sorted(functions - program.constraints.inlined)
        if not _awaits(node):
            # A function that waits goes on later.
            for waiting in [function for function in called if program.waits(function)]:
                effect = max(effect, program.promised_effect(waiting))
                called.append(UNKNOWN)
        for generator in program.constraints.generators.intersection(called):
            self._make(generator)
        thrown = program.thrown_effect(site)
        if called or effect or thrown:
            guessed = program.effects.guesses(site)
            spared = self._spared(site)
            self.call(node, effect, tuple(called), guessed=guessed, thrown=thrown, spared=spared)
        checking = program.constraints.walk.checking.intersection(called)
        if any(not program.filled.get(function) for function in checking):
            self._check(node)

    def _spared(self, call: CallSite) -> tuple[Binding, ...]:
        """Return the bindings with views of memories that the call cannot grow: those of other instances."""
        instances = self._instances
        entered = instances.entered_by(call) if instances.are_several else None
        if entered is None:
            return ()
        of_others = (instances.of_binding(binding) for binding in self._tracked)
        pairs = zip(self._tracked, of_others, strict=True)
        return tuple(binding for binding, sites in pairs if sites is not None and sites.isdisjoint(entered))

    def _wait(self, node: Node) -> Visit:
        yield from node.named_children
        if node.type == "yield_expression":
            self._store_at(node)
            effect = self._program.effects.other_code
            of_literal = tuple(self._of_literal.get(self._function, ()))
            self.call(node, effect, thrown=effect, spared=of_literal, waits=True)
            return
        # The visit of a call that is awaited adds the event.
        if node.type != "await_expression" or all(child.type != "call_expression" for child in node.children):
            self.wait(node)


def _awaits(node: Node) -> bool:
    return (
        node.type == "call_expression" and node.parent is not None and node.parent.type == "await_expression"
    )


def _assigns(value: Node) -> bool:
    """Return whether the value is assigned whatever was there before."""
    return value.parent is not None and value.parent.type == "assignment_expression"
