"""Build the control-flow graph of a function, with its events in the order of evaluation.

Every visit is a generator that yields the nodes to visit next, so that deep nesting needs no recursion.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from nogrow.jshost.branches import Jumps, Visit
from nogrow.jshost.buffer_checks import BufferChecks
from nogrow.jshost.builtins import COMPARISONS, READ_ELEMENTS, RETURNS_ELEMENT, VIEWS, words
from nogrow.jshost.call_effects import Effect
from nogrow.jshost.constraints import CallSite
from nogrow.jshost.dataflow import UNKNOWN, Event, EventKind, Graph
from nogrow.jshost.instances import Instances
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    callee_of,
    fields,
    is_within,
    key_of,
    operator_of,
    parameters_of,
    pattern_of,
    property_of,
    sides_of,
    text_of,
)
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import Name, Owner
from nogrow.jshost.state_checks import checks_state, state_of, tells, tested
from nogrow.jshost.syntax import ELEMENT
from nogrow.jshost.term import Binding, Holder, Member, Older, Property, Temporary, Term, This

_NAMES = words("identifier shorthand_property_identifier this")
_NAMING = ACCESSES | _NAMES - {"this"}
_PATTERNS = words("array_pattern object_pattern pair_pattern rest_pattern")
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


class _Evaluated(NamedTuple):
    """The value of `node`, which is used later than it is evaluated: the events before, and calls so far."""

    node: Node
    block: int
    events: int
    calls: int


class _Flow(Jumps):
    def __init__(
        self, program: Program, function: int, tracked: frozenset[Binding], instances: Instances
    ) -> None:
        super().__init__()
        self._instances = instances
        self._program = program
        self._function = function
        # The views that a check in the function is about, even if it names no binding.
        self._buffers = BufferChecks(program, function)
        renewed = program.filled.get(function, set()) & tracked
        self._renewed = sorted((each for each in renewed if not self._buffers.is_copy(each)), key=repr)
        self._tracked = tracked
        self._of_literal: dict[Owner, list[Member]] = defaultdict(list)
        # The properties of objects of which the function, or one that it calls, makes more.
        self._made = program.made.get(function, set()) & tracked
        for binding in tracked:
            match binding:
                case Member(This(owner), _):
                    self._of_literal[owner].append(binding)
        self._checked: list[tuple[Node, Binding]] = []
        self._conditions: set[int] = set()
        # The expressions of which an assignment makes a copy, which is no use.
        self._copies: set[int] = set()
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
            **dict.fromkeys(_PATTERNS, self._pattern),
            "assignment_pattern": self._default,
            "object_assignment_pattern": self._default,
        }

    def visit(self, node: Node) -> Visit:
        """Add the events of `node`, and yield its parts to visit next."""
        kind, constraints = node.type, self._program.constraints
        if node.id in constraints.inlined:
            return self.inline(node, once=node.id in constraints.callees)
        if kind in _NAMES:
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
                self.use(EventKind.COPY if sources else EventKind.DEF, function, name, sources)

    def call_back(self, function: Node) -> None:
        """Visit the end of a function that a built-in function has called."""
        call = None if function.parent is None else function.parent.parent
        if call is not None:
            self._store_at(call)

    def _make(self, node: int) -> None:
        """Let the object that `node` creates be a new one."""
        for owner in (node, -node):
            for binding in self._of_literal.get(owner, ()):
                self.use(EventKind.NEW, self._program.node(self._function), binding)

    def _store_at(self, node: Node) -> None:
        """Add what a call or `yield` stores in arrays and maps."""
        program = self._program
        for store in program.stores_at.get(node.id, ()):
            if program.points_to.any(store.values) & KEPT:
                for target in self._tracked_among([store.target]):
                    self.use(EventKind.ADD, node, target, tuple(self._tracked_among(list(store.values))))

    def needs_memory(self, node: Node) -> bool:
        """Return whether the condition of `node` is only false if there is no memory, and so no view."""
        conditions = [bare(condition) for condition in fields(node, "condition")]
        terms = [
            term
            for each in conditions
            if each.type in _NAMING
            for term in self._program.constraints.terms.of(each)
        ]
        return bool(terms) and all(map(self._program.points_to.is_memory, terms))

    def hold(self, node: Node) -> Callable[[], None]:
        """Return what adds the use of the values that the `return` statement `node` has just evaluated."""
        evaluated = [self._evaluated(value) for value in node.named_children]

        def use() -> None:
            for value in evaluated:
                self._use_later(value)

        return use

    def fails(self, node: Node) -> bool:
        """Return whether no caller goes on after the `return` statement `node`."""
        return node.id in self._program.failing

    def visit_condition(self, node: Node) -> Visit:
        """Visit the condition of `node`, whose own value is only tested."""
        for condition in fields(node, "condition"):
            yield from self._test(node, bare(condition))

    def _parts(self, node: Node) -> Visit:
        yield from node.named_children

    def _tracked_among(self, terms: list[Term]) -> Iterator[Binding]:
        for term in terms:
            for binding in self._program.locations(term):
                if binding in self._tracked:
                    yield binding

    def _holders(self, terms: list[Term]) -> Iterator[Holder]:
        """Yield what holds the views of terms: tracked bindings, or those of certain objects."""
        for term in terms:
            for binding in self._tracked_among([term]):
                yield self._holder(term, binding)

    def _holder(self, term: Term, binding: Binding) -> Holder:
        of = term.of if isinstance(term, Member) else None
        if of is None or binding not in self._made or not isinstance(binding, Member):
            return binding
        base = self._program.points_to.find(of)
        if not isinstance(base, Name | Member | This) or base in self._program.constraints.getters:
            return binding
        if isinstance(base, This) and base.owner in self._program.constraints.walk.objects:
            # A literal is the last object that it has made.
            return binding
        holder = Property(base, binding)
        if not isinstance(base, Name) or self._program.home(base) != self._function:
            self.properties.add(holder)
        return holder

    def _bindings(self, node: Node) -> list[Binding]:
        """Return the tracked bindings that `node` may name."""
        inner = bare(node)
        terms = self._program.constraints.terms.of(inner) if inner.type in _NAMING else []
        return list(dict.fromkeys(self._tracked_among(terms)))

    def _binding(self, node: Node) -> Binding | None:
        """Return the first tracked binding that `node` may name, None if it names none."""
        return next(iter(self._bindings(node)), None)

    def _use(self, node: Node) -> None:
        # What is called is no view.
        if node.id in self._copies or node.id in self._program.constraints.callees:
            return
        terms = self._program.constraints.terms.of(bare(node))
        for holder in dict.fromkeys(self._holders(terms)):
            self.use(EventKind.USE, node, holder)
        for older in self._older(terms):
            self.use(EventKind.USE, node, older)

    def _older(self, terms: list[Term]) -> Iterator[Older]:
        for term in terms:
            for binding in self._tracked_among([term]):
                if (
                    isinstance(binding, Member)
                    and isinstance(binding.of, This)
                    and self._program.is_of_many(term)
                ):
                    yield Older(binding)

    def _access(self, node: Node) -> Visit:
        if self._bindings(node):
            yield from self._before(node)
            self._compute(node)
            self._use(node)
            return
        yield from fields(node, "object")
        evaluated = [self._evaluated(base) for base in fields(node, "object")]
        for index in fields(node, "index"):
            yield index
            for value in evaluated:
                self._use_later(value)
        self._compute(node)

    def _before(self, node: Node) -> Visit:
        """Visit what is evaluated before the property that `node` names: calls, and computed names."""
        accesses: list[Node] = []
        base = node
        while base.type in ACCESSES and (inner := fields(base, "object")):
            accesses.append(base)
            base = bare(inner[0])
        if base.type not in _NAMES and base.type not in FUNCTIONS:
            yield base
        for access in reversed(accesses):
            yield from fields(access, "index")
            if access.id != node.id:
                self._compute(access)

    def _compute(self, node: Node) -> None:
        """Add the call of the function that computes a property."""
        program = self._program
        getters = (
            program.points_to.getters(node) if property_of(node) in program.constraints.getter_names else ()
        )
        if getters:
            thrown = max(program.effects.entering.get(getter, Effect.NONE) for getter in getters)
            self.call(node, Effect.NONE, tuple(sorted(getters)), thrown=thrown)

    def _assignment(self, node: Node) -> Visit:
        left, right = sides_of(node)
        if left is None or right is None:
            return
        left = bare(left)
        if left.type in ACCESSES and self._binding(left) is None:
            # The object is evaluated before the right side, but used after it.
            yield from fields(left, "object")
            evaluated = [self._evaluated(base) for base in fields(left, "object")]
            yield from fields(left, "index")
            yield right
            for value in evaluated:
                self._use_later(value)
            return
        sources = self._copied(left, right)
        if sources:
            self._copies.add(bare(right).id)
            yield right
            for target in self._bindings(left):
                self.use(EventKind.COPY, left, target, sources)
            return
        is_pattern = left.type in _PATTERNS
        if not is_pattern:
            yield from self._before(left)
        yield right
        self._define(left, self._program.constraints.terms.of(right))
        if is_pattern:
            yield left

    def _pattern(self, node: Node) -> Visit:
        """Visit what is evaluated in a pattern: default values, computed names, and objects."""
        for part in node.named_children:
            yield from self._part(part)

    def _part(self, node: Node) -> Visit:
        if node.type in ACCESSES and self._bindings(node):
            yield from self._before(node)
        elif node.type not in _NAMES:
            yield node

    def _default(self, node: Node) -> Visit:
        """Visit a part of a pattern that has a default value."""
        left, right = fields(node, "left", "right")
        yield from self._part(left)
        before = self.here
        self.go(self.block(before))
        yield right
        self._define(left, self._program.constraints.terms.of(right))
        self.go(self.block(before, self.here))

    def _copied(self, left: Node, right: Node) -> tuple[Holder, ...]:
        """Return the bindings whose view the assignment copies to a variable."""
        if left.type != "identifier" or len(self._bindings(left)) != 1:
            return ()
        terms = self._program.constraints.terms.of(bare(right))
        return (*self._holders(terms), *self._older(terms))

    def _augmented(self, node: Node) -> Visit:
        left, right = fields(node, "left", "right")
        if self._binding(left) is None:
            yield left
        evaluated = [self._evaluated(base) for base in fields(bare(left), "object")]
        before = self.here
        self.go(self.block(before))
        yield right
        if operator_of(node) in ("||=", "&&=", "??="):
            self._define(left, self._program.constraints.terms.of(right))
            self.go(self.block(before, self.here))
            if node.parent is not None and node.parent.type != "expression_statement":
                # The value may be what the binding held before.
                self._use(left)
        elif left.type in ACCESSES:
            for value in evaluated:
                self._use_later(value)

    def _evaluated(self, node: Node) -> _Evaluated:
        """Note that the value of `node` has just been evaluated."""
        return _Evaluated(bare(node), self.here, len(self.blocks[self.here].events), self.calls)

    def _use_later(self, value: _Evaluated) -> None:
        """Use a value that was evaluated before, if it is a view and a call came between."""
        if value.calls == self.calls:
            return
        binding = self._binding(value.node)
        terms = self._program.constraints.terms.of(value.node)
        if binding is None and not self._program.points_to.any(terms) & KEPT:
            return
        temporary = Temporary(value.node.id, binding, text_of(value.node))
        self.blocks[value.block].events.insert(value.events, Event(EventKind.DEF, value.node, temporary))
        self.use(EventKind.USE, value.node, temporary)

    def _define(self, left: Node, assigned: list[Term]) -> None:
        program = self._program
        for terms, part, values in program.constraints.targets(left, assigned):
            # The properties that a pattern takes apart are not visited as expressions.
            sources: tuple[Holder, ...] = ()
            if part.id != left.id:
                sources = (*self._holders(values), *self._older(values))
            for term in terms if part.type == "identifier" else ():
                if isinstance(term, Name):
                    self._hold(part, term, values)
            targets = list(dict.fromkeys(self._tracked_among(terms)))
            for target in targets:
                if sources:
                    self.use(EventKind.COPY, part, target, sources)
                    continue
                is_view = program.points_to.any(values) & KEPT
                if len(targets) > 1 or (isinstance(target, Member) and target.name == ELEMENT):
                    # The other elements and objects stay what they are.
                    if is_view:
                        self.use(EventKind.ADD, part, target)
                else:
                    holder = next(each for term in terms for each in [self._holder(term, target)])
                    self.use(EventKind.DEF if is_view else EventKind.KILL, part, holder)
                    if holder != target:
                        self.use(EventKind.COPY, part, target, (holder,))

    def _hold(self, node: Node, variable: Name, values: list[Term]) -> None:
        """Let the variable hold an object that may just have been made."""
        points_to = self._program.points_to
        for value in map(points_to.find, values) if self._made else ():
            for obj in points_to.objects.of(value):
                for binding in self._of_literal.get(obj.owner, ()) if isinstance(obj, This) else ():
                    if binding in self._made:
                        is_new = not isinstance(value, Name | Member)
                        source = binding if is_new else self._holder(Member(value, binding.name), binding)
                        self.use(EventKind.COPY, node, Property(variable, binding), (source,))

    def _literal(self, node: Node) -> Visit:
        """Visit an object or an array, which is new, and so is what it holds."""
        targets = self._of_literal.get(node.id, ())
        self._make(node.id)
        for child in node.named_children:
            yield child
            for target in targets:
                values = [
                    value
                    for store in self._program.stores[target]
                    if is_within(store.node, child)
                    for value in store.values
                ]
                if self._program.points_to.any(values) & KEPT:
                    copied = values if child.type == "spread_element" else []
                    self.use(EventKind.ADD, child, target, tuple(self._tracked_among(copied)))

    def _class(self, node: Node) -> Visit:
        """Visit the parts of a class that are evaluated where it stands: static fields and static blocks."""
        for child in node.named_children:
            if child.type == "class_static_block":
                yield child
            elif any(part.type == "static" for part in child.children):
                yield from fields(child, "value")
                key = key_of(next(iter(fields(child, "property", "name")), None))
                values = [
                    each
                    for part in fields(child, "value")
                    for each in self._program.constraints.terms.of(part)
                ]
                if key is not None and self._program.points_to.any(values) & KEPT:
                    for binding in self._tracked_among([Member(This(node.id), key)]):
                        self.use(EventKind.DEF, child, binding)

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

    def try_again(self, node: Node) -> None:
        """Let a `DataView` that the handler makes again count as checked: its methods throw if detached."""
        for handler in fields(node, "handler"):
            for binding in self._renewed:
                stores = self._program.stores[binding]
                here = (store for store in stores if self._program.outermost(store.within) == self._function)
                renewed = any(is_within(store.node, handler) for store in here)
                if renewed and all(map(self._program.makes_data_view, stores)):
                    self.use(EventKind.DEF, handler, binding)

    def wait(self, node: Node) -> None:
        """Add a wait, during which other code may run."""
        effect = self._program.effects.other_code
        self.call(node, effect, thrown=effect, waits=True)

    def _call(self, node: Node) -> Visit:
        callee = callee_of(node)
        self._make(node.id)
        evaluated: list[_Evaluated] = []
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

    def _check(self, node: Node) -> None:
        """Note a check of the memory's buffer: what the function renews counts as checked."""
        for binding in self._renewed:
            self._checked.append((node, binding))
            self.use(EventKind.DEF, node, binding)

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

    def _unary(self, node: Node) -> Visit:
        for operand in tested(node):
            yield from self._test(node, operand)
        if operator_of(node) not in ("!", "typeof"):
            yield from node.named_children

    def _binary(self, node: Node) -> Visit:
        operator = operator_of(node)
        left, right = fields(node, "left", "right")
        if operator in ("&&", "||", "??"):
            checked = len(self._checked)
            yield from self._test(node, bare(left))
            before = self.here
            self.go(self.block(before))
            if node.id in self._conditions:
                yield from self._test(node, bare(right))
            else:
                yield right
            self.go(self.block(before, self.here))
            # A view that any part of the condition checks counts as checked after the whole condition.
            for check, binding in self._checked[checked:]:
                self.use(EventKind.DEF, check, binding)
        elif operator in COMPARISONS:
            for operand in (left, right):
                yield from self._test(node, bare(operand))
            if checks_state(node) or self._buffers.compares_current(node):
                self._check(node)
        else:
            yield left
            yield right

    def _test(self, node: Node, operand: Node) -> Visit:
        """Visit an operand of a test, which reads only a view's state or identity."""
        held, names = state_of(operand)
        if operand.type in ACCESSES and self._binding(operand) is not None:
            held, names = operand, []
        binding = self._binding(held) if held.type in _NAMING else None
        if set(names) - {"length"} and tells(node, operand):
            self._check(node)
        if binding is None:
            if operator_of(node) in ("", "!", "&&", "||", "??"):
                self._conditions.add(operand.id)
            yield operand
        elif not names and self._buffers.is_current(operand) and not self._buffers.reads_memory(node):
            # A view that equals a stale copy of the buffer is stale as well.
            self.use(EventKind.USE, held, binding)
        elif tells(node, operand) or (not names and self._compared(node, binding)):
            self._checked.append((held, binding))
            self.use(EventKind.DEF, held, binding)

    def _compared(self, node: Node, binding: Binding) -> bool:
        """Return whether `node` compares a kept buffer with the memory's."""
        return self._buffers.compares_current(node) or (
            node.type == "binary_expression"
            and any(
                state_of(operand)[1][-1:] == ["buffer"] and self._binding(operand) != binding
                for operand in tested(node)
            )
        )


def _awaits(node: Node) -> bool:
    return (
        node.type == "call_expression" and node.parent is not None and node.parent.type == "await_expression"
    )
