"""Find what the functions behind imports call in the module, and the calls on the way there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.flows import Flows
from nogrow.jshost.inclusion import ENTRY, EXPORTS, OUTSIDE, Value
from nogrow.jshost.model import Called, HostCall, Position, Route
from nogrow.jshost.modules import File
from nogrow.jshost.parse import FUNCTIONS, Node, callee_of, fields, parse, position_of, text_of
from nogrow.jshost.served import served_imports
from nogrow.jshost.syntax import ELEMENT
from nogrow.jshost.term import Term
from nogrow.jshost.values import Values

LONGEST_TEXT = 60
_SHORT_NAME = 2

Target = int | str
"""A function, by its node, or what is called in the module: the name of an export, or `_TABLE`."""

_TABLE, _GROW = "\ntable", "\ngrow"


class CalledBack(NamedTuple):
    """What functions behind imports may call, and whether this was `followed` in all of the code."""

    called: tuple[Called, ...]
    followed: bool = True


def calls_back(
    sources: Sequence[tuple[str, bytes]],
    imports: Iterable[tuple[str, str]],
    growths: Collection[tuple[str, Position]] = (),
    *,
    references: bool = False,
) -> CalledBack:
    """Return what the functions behind the imports may call in the module; `sources` are files with paths.

    An import is given by the name of its module and its own. `growths` are the places of calls that grow the
    memory, whose routes are looked for as well. With `references`, the module may pass what its
    exports get on to its imports. Where there is too much to follow, functions are found by the names that
    they are stored under.
    """
    wanted = sorted(set(imports))
    files, flows = _flows(tuple(sources), references)
    places = _Places({file.root.id: file.path for file in files}, growths)
    if flows is None:
        found = [called for file in files for called in _by_names(file, wanted, places)]
        return CalledBack(tuple(found), followed=False)
    graph = CallGraph(flows.nodes, places)
    guess = not any(EXPORTS in values for values in flows.graph.values)
    target_of = partial(_target, flows, guess=guess)
    for function, calls in flows.called.items():
        for value, site in calls:
            graph.add(function, target_of(value), flows.sites[site])
    for access in flows.accesses:
        for accessor in _accessors(flows, access.name):
            graph.add(access.within, accessor, access.node)
    behind = served_values(flows, wanted)
    results = (
        graph.called(f"{module}.{field}", map(target_of, sorted(values)), flows.implicit)
        for (module, field), values in behind.items()
    )
    return CalledBack(tuple(called for called in results if called is not None))


@lru_cache(maxsize=1)
def _flows(sources: tuple[tuple[str, bytes], ...], references: bool) -> tuple[list[File], Flows | None]:
    """Return the trees of the files, and their values unless they are too entangled.

    Many modules may have the same host code.
    """
    files = [File(path, parse(source, path)) for path, source in sources]
    try:
        return files, Flows(files, references=references)
    except ModuleError:
        return files, None


def _by_names(file: File, wanted: Sequence[tuple[str, str]], places: "_Places") -> Iterator[Called]:
    values = Values(file.root)
    imports, _ = served_imports(values)
    nodes = {file.root.id: file.root}
    stack = [file.root]
    while stack:
        node = stack.pop()
        if node.type in FUNCTIONS:
            nodes[node.id] = node
        stack.extend(node.named_children)
    graph = CallGraph(nodes, places)
    for function, invoked in values.invoked.items():
        for term, at in invoked:
            for target in _targets(values, term):
                graph.add(function, target, at)
    for module, field in wanted:
        behind = imports.get((module, field), [])
        targets = (target for term in behind for target in _targets(values, term))
        called = graph.called(f"{module}.{field}", targets)
        if called is not None:
            yield called


def _targets(values: Values, term: Term) -> Iterator[Target]:
    yield from values.functions(term)
    yield from values.exports(term)
    if values.is_of_table(term):
        yield _TABLE


def _target(flows: Flows, value: Value, *, guess: bool) -> Target | None:
    graph = flows.graph
    if value == ENTRY:
        return _TABLE
    if value in graph.exported:
        return graph.exported[value]
    if value in graph.guessed:
        name = graph.guessed[value]
        return name if guess or len(name) > _SHORT_NAME else None
    return flows.functions.get(value)


def _accessors(flows: Flows, name: str) -> Iterator[int]:
    accessors = flows.accessors
    yield from accessors.get(name, ())
    if name == ELEMENT:
        for functions in accessors.values():
            yield from functions
    else:
        yield from accessors.get(ELEMENT, ())


class _Places:
    """The files of the program, and where calls in them grow the memory."""

    def __init__(self, files: Mapping[int, str], growths: Collection[tuple[str, Position]]) -> None:
        self._files = files
        self._growths = frozenset(growths)
        self._positions = {position for _, position in growths}

    def file_of(self, node: Node) -> str | None:
        while node.parent is not None:
            node = node.parent
        return self._files.get(node.id)

    def grows(self, node: Node) -> bool:
        position = position_of(node)
        return position in self._positions and (self.file_of(node), position) in self._growths


class CallGraph:
    """The calls of a program's functions, and the shortest way from each to what is called in the module."""

    def __init__(self, nodes: Mapping[int, Node], places: _Places) -> None:
        """Start without calls; `nodes` has the functions."""
        self._nodes = nodes
        self._places = places
        self._callers: dict[Target, dict[int, Node]] = defaultdict(dict)
        self._next: dict[Target, dict[int, tuple[Target, Node]]] = {}

    def add(self, function: int, target: Target | None, node: Node) -> None:
        """Add the call at `node` in a function; None is a callee that is of no interest."""
        if self._places.grows(node):
            self._callers[_GROW].setdefault(function, node)
        if target is not None:
            self._callers[target].setdefault(function, node)

    @property
    def targets(self) -> list[str]:
        """Return what the program may call in the module."""
        return sorted(target for target in self._callers if isinstance(target, str))

    def called(
        self, label: str, behind: Iterable[Target | None], implicit: Iterable[int] = ()
    ) -> Called | None:
        """Return what the import may call in the module, None for nothing.

        `behind` is what serves it: functions of the program, or of the module itself. Those in `implicit` run
        without a call expression.
        """
        functions: list[int] = []
        routes: dict[str, Route] = {}
        for target in behind:
            if isinstance(target, str):
                routes[target] = ()
            elif target is not None:
                functions.append(target)
        for name in self.targets if functions else ():
            route = self._shortest(functions, name) or self._shortest(implicit, name)
            if name not in routes and route is not None:
                routes[name] = route
        table, grows = routes.pop(_TABLE, None), routes.pop(_GROW, None)
        if not routes and table is None and grows is None:
            return None
        return Called(label, tuple(sorted(routes.items())), table, grows)

    def _shortest(self, functions: Iterable[int], target: str) -> Route | None:
        """Return the shortest route from one of the functions, None if there is none."""
        steps = self._steps(target)
        routes = [self._follow(function, steps) for function in functions if function in steps]
        return min(routes, key=len) if routes else None

    def _steps(self, target: str) -> dict[int, tuple[Target, Node]]:
        """Return the next call on the shortest way to the target, by function."""
        if target not in self._next:
            steps: dict[int, tuple[Target, Node]] = {}
            queue: list[Target] = [target]
            for callee in queue:
                for caller, node in self._callers.get(callee, {}).items():
                    if caller not in steps:
                        steps[caller] = callee, node
                        queue.append(caller)
            self._next[target] = steps
        return self._next[target]

    def _follow(self, function: int, steps: Mapping[int, tuple[Target, Node]]) -> Route:
        route: list[HostCall] = []
        at: Target = function
        while isinstance(at, int):
            at_function = at
            at, node = steps[at]
            route.append(self._host_call(at_function, node))
        return tuple(route)

    def _host_call(self, function: int, node: Node) -> HostCall:
        defined, file = self._nodes[function], self._places.file_of(node)
        return HostCall(name_of(defined), callee_text(node), file, position_of(node), position_of(defined))


def served_values(flows: Flows, labels: Sequence[tuple[str, str]]) -> dict[tuple[str, str], set[Value]]:
    """Return the values behind each of the imports, which are given by their module's and their own name."""
    graph = flows.graph
    tables: dict[str, set[Value]] = {}
    wanted = {module for module, _ in labels}
    for holder in graph.objects():
        if holder != OUTSIDE:
            names = graph.names(holder)
            for module in wanted & names.keys():
                tables.setdefault(module, set()).update(graph.behind(holder, module))
    behind: dict[tuple[str, str], set[Value]] = {}
    for module, field in labels:
        # A bundler lets an ES module serve the imports by the names that it exports.
        served = (*tables.get(module, ()), *flows.published)
        held = (graph.behind(table, field) for table in served if table != OUTSIDE)
        behind[module, field] = {value for values in held for value in values}
    return behind


def name_of(function: Node) -> str:
    """Return how to call a function in a message."""
    for name in fields(function, "name"):
        return _shortened(text_of(name))
    parent = function.parent
    while parent is not None and parent.type in ("parenthesized_expression", "arguments"):
        parent = parent.parent
    if parent is not None and parent.type in ("assignment_expression", "pair", "variable_declarator"):
        for name in fields(parent, "left", "key", "name"):
            return _shortened(text_of(name).strip("\"'"))
    return "a function" if function.type in FUNCTIONS else "the top level"


def callee_text(node: Node) -> str:
    """Return the callee of a call as the source spells it, shortened."""
    callee = callee_of(node)
    return _shortened(text_of(node if callee is None else callee))


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."
