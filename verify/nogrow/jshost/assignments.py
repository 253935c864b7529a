"""Add what bindings hold after assignments, patterns, and literals of objects, arrays and classes."""

from collections import defaultdict

from nogrow.jshost.branches import Visit
from nogrow.jshost.builtins import words
from nogrow.jshost.dataflow import EventKind
from nogrow.jshost.holders import NAMES, Holders
from nogrow.jshost.parse import (
    ACCESSES,
    Node,
    bare,
    fields,
    is_within,
    key_of,
    operator_of,
    sides_of,
)
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import Name, Owner
from nogrow.jshost.syntax import ELEMENT
from nogrow.jshost.term import Binding, Holder, Member, Property, Term, This

PATTERNS = words("array_pattern object_pattern pair_pattern rest_pattern")


class Assignments(Holders):
    """A graph under construction, with the visits of what stores values."""

    def __init__(self, program: Program, function: int, tracked: frozenset[Binding]) -> None:
        """Start with an empty graph of `function`."""
        super().__init__(program, function, tracked)
        self._of_literal: dict[Owner, list[Member]] = defaultdict(list)
        for binding in tracked:
            match binding:
                case Member(This(owner), _):
                    self._of_literal[owner].append(binding)

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
        is_pattern = left.type in PATTERNS
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
        elif node.type not in NAMES:
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
