"""Find out which exports of the module a call may call, and whether one of them may grow a memory."""

from collections.abc import Iterable
from typing import TypeGuard

from nogrow.jshost.constraints import CallSite, Constraints
from nogrow.jshost.model import Exports
from nogrow.jshost.parse import Node, arguments_of, callee_of, key_of, property_of
from nogrow.jshost.points_to import Kind, PointsTo
from nogrow.jshost.syntax import ELEMENT, Name
from nogrow.jshost.term import Function, Member, Result, Term

_CALLS, _WRAPS = "ccall", "cwrap"


class CalledExports:
    """The exports that the terms of a program may be, by name; None where any export may be called."""

    def __init__(self, constraints: Constraints, points_to: PointsTo, exports: Exports) -> None:
        """Note which parameters may get more values than the program passes."""
        self._exports = exports
        self._calls = constraints.calls
        self._points_to = points_to
        open_functions = constraints.parameters.keys() - _only_called(constraints, points_to)
        self._open = {name for function in open_functions for name in constraints.parameters[function]}
        # The exports that are stored under each name, whatever object has it.
        self._stored: dict[str, set[str]] | None = None
        # The exports that Emscripten's `cwrap` makes functions of, by the bindings that hold these.
        self._wrapped: dict[Term, set[str]] = {}
        for store in constraints.stores:
            name = _wrapped_by(store.node)
            if name is not None:
                self._wrapped.setdefault(points_to.find(store.target), set()).add(name)

    @property
    def are_others(self) -> bool:
        """Whether the program calls exports by name, and the modules have none of these names."""
        if self._exports.named is None:
            return False
        callees = {callee for call in self._calls.values() for callee in call.callees}
        called = [self.of(each) for each in callees if self._points_to.of(each) & Kind.EXPORT]
        called += [
            None if each.name == ELEMENT else {each.name} for each in callees if self._is_of_exports(each)
        ]
        return bool(called) and not any(
            names is None or any(map(self._is_named, self.real(names))) for names in called
        )

    def may_grow(self, names: set[str] | None) -> bool | None:
        """Return whether an export of these names may grow a memory; None if that is not known."""
        if self._exports.all:
            return False
        if self._exports.named is None:
            return True
        names = None if names is None else self.real(names)
        if names is None or not all(map(self._is_named, names)):
            return None
        return not all(map(self._is_still, names))

    def real(self, names: Iterable[str]) -> set[str]:
        """Return the names of the exports that the program stores under these names, if they are no exports.

        Where names of exports are minified, the glue stores each under its own name in the module object.
        """
        return {
            real for name in names for real in ((name,) if self._is_named(name) else self._stored_as(name))
        }

    def _stored_as(self, name: str) -> set[str]:
        if self._stored is None:
            self._stored = {}
            for target, values in self._points_to.flows.items():
                if isinstance(target, Member):
                    exports = {value.name for value in values if self._is_of_exports(value)}
                    self._stored.setdefault(target.name, set()).update(exports)
        return self._stored.get(name) or {name}

    def has(self, name: str) -> bool:
        """Return whether an export of the modules may have the name."""
        return self._exports.named is None or name in self._exports.named

    def named_in(self, call: CallSite) -> set[str] | None:
        """Return the exports that a call of `ccall`, or of what `cwrap` returned, calls; None for others."""
        names: set[str] = set()
        for callee in map(self._points_to.find, call.callees):
            values = self._points_to.flows.get(callee, set())
            if isinstance(callee, Member) and callee.name == _CALLS:
                names |= {name for node in arguments_of(call.node)[:1] if (name := key_of(node)) is not None}
            elif values and all(map(_is_wrapper, values)):
                names |= self._wrapped.get(callee, set())
            else:
                return None
        return names or None

    def of(self, term: Term) -> set[str] | None:
        """Return the names of the exports that the term may be."""
        names: set[str] = set()
        term = self._points_to.find(term)
        seen = {term}
        queue = [term]
        while queue:
            value = queue.pop()
            further = self._points_to.flows.get(value, set())
            if isinstance(value, Member) and self._points_to.of(value) & Kind.EXPORT:
                if value.name == ELEMENT:
                    return None
                # Glue may store the export of another name under this one.
                exports = {each for each in further if self._is_of_exports(each)}
                if not self._is_of_exports(value) and exports == further and further - seen:
                    queue.extend(further - seen)
                    seen |= further
                else:
                    names.add(value.name)
            elif not further or value in self._open:
                return None
            else:
                queue.extend(further - seen)
                seen |= further
        return names

    def _is_of_exports(self, term: Term) -> TypeGuard[Member]:
        return isinstance(term, Member) and bool(self._points_to.of(term.of) & Kind.EXPORTS)

    def _is_named(self, name: str) -> bool:
        # Emscripten has an underscore in front of the names.
        return self.has(name) or self.has(name.removeprefix("_"))

    def _is_still(self, name: str) -> bool:
        still = self._exports.still
        return name in still or (not self.has(name) and name.removeprefix("_") in still)


def _is_wrapper(term: Term) -> bool:
    return isinstance(term, Result) and isinstance(term.callee, Member) and term.callee.name == _WRAPS


def _wrapped_by(node: Node) -> str | None:
    """Return the name of the export that a call of `cwrap` makes a function of."""
    callee = callee_of(node) if node.type == "call_expression" else None
    if callee is None or property_of(callee) != _WRAPS:
        return None
    return next((key_of(argument) for argument in arguments_of(node)), None)


def _only_called(constraints: Constraints, points_to: PointsTo) -> set[int]:
    """Return the functions whose name the program only calls, so that all of their callers are known."""
    names: dict[int, set[Term]] = {}
    for target, values in points_to.flows.items():
        for value in values:
            if isinstance(value, Function):
                names.setdefault(value.node, set()).add(target)
    return {
        function
        for function, held in names.items()
        if all(isinstance(name, Name) and constraints.only_calls(name) for name in held)
        and not constraints.exports(function)
    }
