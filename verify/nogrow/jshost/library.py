"""Model what built-in methods do with objects: their results, and the arguments of their callbacks."""

from typing import NamedTuple

from nogrow.jshost.builtins import words
from nogrow.jshost.syntax import ELEMENT
from nogrow.jshost.term import DEEPEST, Binding, Member, Result, Term, This, depth

# Functions of `Object` that return their first argument.
RETURNS_FIRST = words("defineProperties defineProperty freeze preventExtensions seal setPrototypeOf")
# Built-in objects whose functions are modelled.
HAVING_FUNCTIONS = words("Array Object Promise")
# Methods of built-in objects that return a new array or object with what their argument holds.
_COPIES = words("concat filter flat slice splice toReversed toSorted toSpliced values with")
_VISITS = words("every filter find findIndex findLast findLastIndex flatMap forEach map some")
_RETURNS_OWN = words("copyWithin deref fill finally reverse sort")

Values = tuple[Term, ...]


class Callback(NamedTuple):
    """The functions that a built-in method calls, and the arguments that it passes."""

    callees: Values
    arguments: tuple[Values, ...]


class Model(NamedTuple):
    """What a call of a built-in method stores, returns, and calls."""

    stores: tuple[tuple[Binding, Values], ...] = ()
    results: Values = ()
    callbacks: tuple[Callback, ...] = ()


def element_of(terms: Values) -> Values:
    """Return the elements of the arrays, sets or maps."""
    return tuple(Member(term, ELEMENT) for term in terms if depth(term) < DEEPEST)


def method(of: Term, name: str, arguments: tuple[Values, ...], node: int) -> Model:
    """Return the model of the method `name` of `of`, called at `node`, if it is the built-in one."""
    first = arguments[0] if arguments else ()
    elements = element_of((of,))
    own = This(node)
    results = _called(first)
    callbacks = [Callback(first, (elements, (), (of,)))] if name in _VISITS else []
    match name:
        case "map":
            return Model(((Member(own, ELEMENT), results),), (own,), tuple(callbacks))
        case "flatMap":
            return Model(((Member(own, ELEMENT), element_of(results)),), (own,), tuple(callbacks))
        case "reduce" | "reduceRight":
            initial = arguments[1] if len(arguments) > 1 else elements
            folded = results + initial
            return Model(results=folded, callbacks=(Callback(first, (folded, elements)),))
        case "sort":
            return Model(results=(of,), callbacks=(Callback(first, (elements, elements)),))
        case "then":
            handlers = (Callback(first, ((of,),)),)
            rejected = _called(arguments[1]) if len(arguments) > 1 else ()
            return Model(results=results + rejected, callbacks=handlers)
        case "catch":
            return Model(results=(of, *results))
        case "next":
            return Model(((Member(own, "value"), elements),), (own,))
        case "entries":
            pair = This(-node)
            return Model(((Member(own, ELEMENT), (pair,)), (Member(pair, "1"), elements)), (own,))
    held = elements
    if name == "concat":
        held += tuple(term for values in arguments for term in (*values, *element_of(values)))
    elif name == "flat":
        held += element_of(elements)
    if name in _COPIES:
        return Model(((Member(own, ELEMENT), held),), (own,), tuple(callbacks))
    return Model(results=(of,) if name in _RETURNS_OWN else (), callbacks=tuple(callbacks))


def function(of: str, name: str, arguments: tuple[Values, ...], node: int) -> Model | None:
    """Return the model of the function `name` of the built-in object `of`, called at `node`."""
    first = arguments[0] if arguments else ()
    elements = element_of(first)
    own = This(node)
    match of, name:
        case "Object", "values":
            return Model(((Member(own, ELEMENT), elements),), (own,))
        case "Object", "entries":
            pair = This(-node)
            return Model(((Member(own, ELEMENT), (pair,)), (Member(pair, "1"), elements)), (own,))
        case "Object", "assign" if arguments:
            # The result also stands for copied objects that are not the program's.
            others = (term for values in arguments[1:] for term in values if not isinstance(term, This))
            is_new = all(isinstance(term, This) for term in first)
            return Model(results=first + (tuple(others) if is_new else ()))
        case "Object", "create":
            return Model(results=(own,))
        case "Array", "from" if len(arguments) > 1:
            stored = _called(arguments[1])
            return Model(((Member(own, ELEMENT), stored),), (own,), (Callback(arguments[1], (elements,)),))
        case "Array", "from":
            return Model(((Member(own, ELEMENT), elements),), (own,))
        case "Array", "of":
            return Model(tuple((Member(own, ELEMENT), values) for values in arguments), (own,))
        case "Promise", "all" | "allSettled" | "resolve":
            return Model(results=first)
        case "Promise", "any" | "race":
            return Model(results=elements)
        case "Object", name if name in RETURNS_FIRST:
            return Model(results=first)
    return None


def _called(functions: Values) -> Values:
    return tuple(Result(term) for term in functions if depth(term) < DEEPEST)
