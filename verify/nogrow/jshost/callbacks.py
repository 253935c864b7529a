"""Find what the functions behind imports call in the module, and the calls on the way there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.flows import Flows
from nogrow.jshost.inclusion import ENTRY, EXPORTS, OUTSIDE, Value
from nogrow.jshost.model import ANY_EXPORT, Called, HostCall, Position, Route
from nogrow.jshost.modules import File
from nogrow.jshost.parse import FUNCTIONS, Node, callee_of, fields, parse, position_of, text_of
from nogrow.jshost.served import served_imports
from nogrow.jshost.term import Term
from nogrow.jshost.values import Values

LONGEST_TEXT = 60
_SHORT_NAME = 2

Target = int | str
"""A function, by its node, or what is called in the module: the name of an export, or `_TABLE`."""

_TABLE, _GROW = "\ntable", "\ngrow"
_NO_ROUTES: Mapping[str, Route] = {}


class CalledBack(NamedTuple):
    """The calls of functions behind imports, and whether all of the code was `followed`."""

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
    for access, accessor in flows.accessed():
        graph.add(access.within, accessor, access.node)
    behind = served_values(flows, wanted)
    implicit = graph.routes(flows.implicit)
    results = (
        graph.called(f"{module}.{field}", map(target_of, sorted(values)), implicit)
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
        self._calls: dict[int, dict[Target, Node]] = defaultdict(dict)

    def add(self, function: int, target: Target | None, node: Node) -> None:
        """Add the call at `node` in a function; None is a callee that is of no interest."""
        if self._places.grows(node):
            self._calls[function].setdefault(_GROW, node)
        if target is not None:
            self._calls[function].setdefault(target, node)

    def called(
        self, label: str, behind: Iterable[Target | None], implicit: Mapping[str, Route] = _NO_ROUTES
    ) -> Called | None:
        """Return what the import may call in the module, None for nothing.

        `behind` is what serves it: functions of the program, or of the module itself. `implicit` are the
        routes of functions that run without a call expression.
        """
        targets = [target for target in behind if target is not None]
        functions = [target for target in targets if isinstance(target, int)]
        routes: dict[str, Route] = {target: () for target in targets if isinstance(target, str)}
        if functions:
            routes = {**implicit, **self.routes(functions), **routes}
        if ANY_EXPORT in routes:
            routes = {name: routes[name] for name in (ANY_EXPORT, _TABLE, _GROW) if name in routes}
        table, grows = routes.pop(_TABLE, None), routes.pop(_GROW, None)
        if not routes and table is None and grows is None:
            return None
        return Called(label, tuple(sorted(routes.items())), table, grows)

    def routes(self, functions: Collection[int]) -> dict[str, Route]:
        """Return the shortest route from one of the functions to each call in the module."""
        callers: dict[Target, tuple[int, Node] | None] = dict.fromkeys(functions)
        queue = list(functions)
        for caller in queue:
            for target, node in self._calls.get(caller, {}).items():
                if target not in callers:
                    callers[target] = caller, node
                    queue += [target] if isinstance(target, int) else []
        return {target: self._route(target, callers) for target in callers if isinstance(target, str)}

    def _route(self, target: Target, callers: Mapping[Target, tuple[int, Node] | None]) -> Route:
        route: list[HostCall] = []
        call = callers[target]
        while call is not None:
            route.append(self._host_call(*call))
            call = callers[call[0]]
        return tuple(reversed(route))

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
            for module in wanted & names:
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
