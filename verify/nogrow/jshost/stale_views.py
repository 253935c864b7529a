"""Find the views of a memory that a program keeps across calls into the module."""

from collections import defaultdict
from collections.abc import Iterator

from nogrow.errors import ModuleError
from nogrow.jshost.cfg import graph_of
from nogrow.jshost.dataflow import StaleUse, stale_uses
from nogrow.jshost.model import CachedView, Call, Position
from nogrow.jshost.parse import (
    JAVASCRIPT,
    TYPESCRIPT,
    Node,
    callee_of,
    fields,
    first_error,
    parse,
    position_of,
    text_of,
)
from nogrow.jshost.program import Program
from nogrow.jshost.syntax import Name
from nogrow.jshost.terms import Binding, Member, This

# A megabyte of minified code takes some ten seconds, and close to half a gigabyte of memory.
MOST_BYTES = 2 << 20
# Code without any of these has no view of a memory; `buffer` can be written in escapes.
_SIGNS = (b"buffer", b"\\u", b"\\x", b"liveViews")
_LONGEST_CALL = 60
_WAITS = {"await_expression": "await", "yield_expression": "yield", "for_in_statement": "for await"}


def views_kept_in(source: bytes, suffix: str) -> tuple[CachedView, ...]:
    """Return the stale views in `source`, whose file name ends in `suffix`, in the order of the text.

    Raises `ModuleError` for source that can't be judged: not JavaScript, too large, or too entangled; and
    `UsageError` if the parser is not installed.
    """
    if suffix not in JAVASCRIPT + TYPESCRIPT:
        known = ", ".join(JAVASCRIPT + TYPESCRIPT)
        raise ModuleError(f"not a file of JavaScript or TypeScript: the name must end in one of {known}")
    if len(source) > MOST_BYTES:
        raise ModuleError(
            f"too large: {len(source):,} bytes; files of up to {MOST_BYTES:,} bytes are analysed"
        )
    root = parse(source, suffix)
    error_at = first_error(root)
    if error_at is not None:
        kind = "TypeScript" if suffix in TYPESCRIPT else "JavaScript"
        raise ModuleError(f"line {error_at.line}, column {error_at.column}: not {kind} that can be read")
    return _cached_views(root) if any(sign in source for sign in _SIGNS) else ()


def _cached_views(root: Node) -> tuple[CachedView, ...]:
    program = Program(root)
    candidates = frozenset(binding for binding in program.stores if not program.refreshed(binding))
    stale: dict[Binding, dict[Position, StaleUse]] = defaultdict(dict)
    for function, tracked in _where_used(program, candidates).items():
        node = program.constraints.walk.functions.get(function, root)
        outliving = [binding for binding in tracked if program.outlives(binding, function)]
        for use in stale_uses(graph_of(program, node, frozenset(tracked)), outliving):
            stale[use.binding].setdefault(position_of(use.node), use)
    for name, node in _exported(program):
        if name in candidates:
            stale[name].setdefault(position_of(node), StaleUse(name, node, None))
    findings = (_finding(program, binding, uses) for binding, uses in stale.items())
    return tuple(sorted(findings, key=lambda finding: (finding.at, finding.made, finding.binding)))


def _where_used(program: Program, candidates: frozenset[Binding]) -> dict[int, set[Binding]]:
    """Return the bindings to analyse in each function, with those of the functions that are inlined in it."""
    constraints = program.constraints
    by_member: dict[str, list[Member]] = defaultdict(list)
    for binding in candidates:
        if isinstance(binding, Member):
            by_member[binding.name].append(binding)
    used: dict[int, set[Binding]] = defaultdict(set)
    for function, read in program.reads.items():
        used[function] |= {name for name, _ in read if name in candidates}
    for function, names in constraints.walk.members.items():
        for name in names & by_member.keys():
            used[function].update(by_member[name])
    for binding in candidates:
        home = program.home(binding)
        if home is not None:
            used[home].add(binding)
    tracked: dict[int, set[Binding]] = defaultdict(set)
    for function, bindings in used.items():
        outermost = function
        while outermost in constraints.inlined:
            outermost = constraints.walk.parents[outermost]
        tracked[outermost] |= bindings
    return {function: bindings for function, bindings in tracked.items() if bindings}


def _exported(program: Program) -> Iterator[tuple[Name, Node]]:
    """Yield the bindings that the file exports, and where."""
    for node in program.constraints.exported:
        declared = fields(node, "declaration")
        for part in declared[0].named_children if declared else [node]:
            for name in fields(part, "name"):
                if name.type == "identifier":
                    yield program.constraints.terms.name(name), name


def _finding(program: Program, binding: Binding, uses: dict[Position, StaleUse]) -> CachedView:
    made = min(position_of(store.node) for store in program.stores[binding])
    order = sorted(uses)
    after = uses[order[0]].call
    call = None if after is None else Call(position_of(after), _called(after))
    return CachedView(_spelled(program, binding), made, tuple(order), call)


def _spelled(program: Program, binding: Binding) -> str:
    names: list[str] = []
    term: object = binding
    while isinstance(term, Member):
        names.insert(0, term.name)
        term = term.of
    if isinstance(term, This) and term.owner in program.constraints.walk.objects:
        holder = program.points_to.holders.get(term)
        names.insert(0, "{...}" if holder is None else holder.name)
    elif isinstance(term, This):
        names.insert(0, "this")
    elif isinstance(term, Name):
        names.insert(0, term.name)
    return ".".join(names)


def _called(node: Node) -> str:
    if node.type in _WAITS:
        return _WAITS[node.type]
    callee = callee_of(node)
    text = " ".join(text_of(callee).split()) if callee is not None else "call"
    new = "new " if node.type == "new_expression" else ""
    if len(text) > _LONGEST_CALL:
        text = f"{text[:_LONGEST_CALL]}..."
    return f"{new}{text}()"
