"""Find the views of a memory that a program keeps across calls into the module."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nogrow.jshost.cfg import graph_of
from nogrow.jshost.dataflow import StaleUse, stale_uses
from nogrow.jshost.model import CachedView, Call, Position
from nogrow.jshost.nodes import callee_of, text_of
from nogrow.jshost.parse import position_of
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import Name
from nogrow.jshost.terms import Binding, Member, This

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST_CALL = 60


def cached_views(root: "Node") -> tuple[CachedView, ...]:
    """Return the findings in the order of the text.

    Raises `ModuleError` if the program is too entangled to be analysed.
    """
    program = Program(root)
    candidates = frozenset(
        binding for binding in program.lifetime.stores if not program.lifetime.refreshed(binding)
    )
    stale: dict[Binding, dict[Position, StaleUse]] = defaultdict(dict)
    for function, tracked in _where_used(program, candidates).items():
        node = program.constraints.walk.functions.get(function, root)
        outliving = (
            []
            if function == program.constraints.root
            else [binding for binding in tracked if _outlives(program, binding, function)]
        )
        for use in stale_uses(graph_of(program, node, frozenset(tracked)), outliving):
            stale[use.binding].setdefault(position_of(use.node), use)
    for name, node in _exported(program):
        if name in candidates:
            stale[name].setdefault(position_of(node), StaleUse(name, node, None))
    findings = (_finding(program, binding, uses) for binding, uses in stale.items())
    return tuple(sorted(findings, key=_order))


def _where_used(program: Program, candidates: frozenset[Binding]) -> dict[int, set[Binding]]:
    """Return the bindings to analyse in each function, with those of the functions that are inlined in it."""
    constraints = program.constraints
    by_member: dict[str, list[Member]] = defaultdict(list)
    for binding in candidates:
        if isinstance(binding, Member):
            by_member[binding.name].append(binding)
    used: dict[int, set[Binding]] = defaultdict(set)
    for function, read in program.lifetime.readers.items():
        used[function] |= {name for name in read if name in candidates}
    for function, names in constraints.walk.members.items():
        for name in names & by_member.keys():
            used[function].update(by_member[name])
    for binding in candidates:
        home = program.lifetime.home(binding)
        if home is not None:
            used[home].add(binding)
    tracked: dict[int, set[Binding]] = defaultdict(set)
    for function, bindings in used.items():
        outermost = function
        while outermost in constraints.inlined:
            outermost = constraints.walk.parents[outermost]
        tracked[outermost] |= bindings
    return {function: bindings for function, bindings in tracked.items() if bindings}


def _exported(program: Program) -> Iterator[tuple[Name, "Node"]]:
    """Yield the bindings that the file exports, and where."""
    for node in program.constraints.exported:
        declared = node.child_by_field_name("declaration")
        for part in declared.named_children if declared is not None else [node]:
            name = part.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                yield program.constraints.terms.name(name), name


def _outlives(program: Program, binding: Binding, function: int) -> bool:
    """Return whether the binding may hold a view from before the call of the function."""
    home = program.lifetime.home(binding)
    return home is None or not program.lifetime.runs_within(function, home)


def _finding(program: Program, binding: Binding, uses: dict[Position, StaleUse]) -> CachedView:
    made = min(position_of(store.node) for store in program.lifetime.stores[binding])
    order = sorted(uses)
    first = uses[order[0]]
    call = None
    if first.call is not None:
        call = Call(position_of(first.call), _called(first.call))
    return CachedView(_spelled(program, binding), made, tuple(order), call)


def _order(finding: CachedView) -> tuple[Position, Position, str]:
    return finding.at, finding.made, finding.binding


def _spelled(program: Program, binding: Binding) -> str:
    names: list[str] = []
    term: object = binding
    while isinstance(term, Member):
        names.insert(0, term.name)
        term = term.of
    if isinstance(term, This) and term.owner in program.constraints.walk.objects:
        holder = program.points_to.holder(term)
        names.insert(0, "{...}" if holder is None else holder.name)
    elif isinstance(term, This):
        names.insert(0, "this")
    elif isinstance(term, Name):
        names.insert(0, term.name)
    return ".".join(names)


def _called(node: "Node") -> str:
    if node.type in ("await_expression", "yield_expression", "for_in_statement"):
        return {"await_expression": "await", "yield_expression": "yield"}.get(node.type, "for await")
    callee = callee_of(node)
    text = " ".join(text_of(callee).split()) if callee is not None else "call"
    new = "new " if node.type == "new_expression" else ""
    if len(text) > _LONGEST_CALL:
        text = f"{text[:_LONGEST_CALL]}..."
    return f"{new}{text}()"
