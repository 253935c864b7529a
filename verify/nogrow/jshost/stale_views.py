"""The root of a syntax tree to the views that are kept across calls into the module."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nogrow.jshost.cfg import graph_of
from nogrow.jshost.dataflow import LateUse, late_uses
from nogrow.jshost.glue_program import Name
from nogrow.jshost.model import CachedView, Call, Position
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import text_of
from nogrow.jshost.terms import Binding, Member, This

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST_CALL = 60


def cached_views(root: "Node") -> tuple[CachedView, ...]:
    """The findings in the order of the text; raises `ModuleError` for what is too entangled to follow."""
    program = Program(root)
    candidates = frozenset(
        binding for binding in program.lifetime.stores if not program.lifetime.refreshed(binding)
    )
    late: dict[Binding, dict[Position, LateUse]] = defaultdict(dict)
    for function, tracked in _where_used(program, candidates).items():
        node = program.facts.walk.functions.get(function, root)
        outliving = (
            []
            if function == program.facts.root
            else [one for one in tracked if _outlives(program, one, function)]
        )
        for use in late_uses(graph_of(program, node, frozenset(tracked)), outliving):
            late[use.binding].setdefault(_position(use.node), use)
    for name, node in _exported(program):
        if name in candidates:
            late[name].setdefault(_position(node), LateUse(name, node, None))
    return tuple(sorted((_finding(program, one, uses) for one, uses in late.items()), key=_order))


def _where_used(program: Program, candidates: frozenset[Binding]) -> dict[int, set[Binding]]:
    """The bindings to follow in each function, those of functions that run within it among them."""
    facts = program.facts
    by_member: dict[str, list[Member]] = defaultdict(list)
    for one in candidates:
        if isinstance(one, Member):
            by_member[one.name].append(one)
    found: dict[int, set[Binding]] = defaultdict(set)
    for function, read in program.lifetime.readers.items():
        found[function] |= {one for one in read if one in candidates}
    for function, names in facts.walk.members.items():
        for name in names & by_member.keys():
            found[function].update(by_member[name])
    for binding in candidates:
        home = program.lifetime.home(binding)
        if home is not None:
            found[home].add(binding)
    followed: dict[int, set[Binding]] = defaultdict(set)
    for function, bindings in found.items():
        outermost = function
        while outermost in facts.inlined:
            outermost = facts.walk.parents[outermost]
        followed[outermost] |= bindings
    return {function: bindings for function, bindings in followed.items() if bindings}


def _exported(program: Program) -> Iterator[tuple[Name, "Node"]]:
    """The bindings that other files see, and where they are exported."""
    for node in program.facts.exported:
        declared = node.child_by_field_name("declaration")
        for one in declared.named_children if declared is not None else [node]:
            name = one.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                yield program.facts.terms.name(name), name


def _outlives(program: Program, binding: Binding, function: int) -> bool:
    """Whether the binding may have been filled before the function was called."""
    home = program.lifetime.home(binding)
    return home is None or not program.lifetime.runs_within(function, home)


def _finding(program: Program, binding: Binding, uses: dict[Position, LateUse]) -> CachedView:
    made = min(_position(store.node) for store in program.lifetime.stores[binding])
    order = sorted(uses)
    first = uses[order[0]]
    call = None
    if first.call is not None:
        call = Call(_position(first.call), _called(first.call))
    return CachedView(_spelled(program, binding), made, tuple(order), call)


def _order(finding: CachedView) -> tuple[Position, Position, str]:
    return finding.at, finding.made, finding.binding


def _position(node: "Node") -> Position:
    row, column = node.start_point
    return Position(row + 1, column + 1)


def _spelled(program: Program, binding: Binding) -> str:
    names: list[str] = []
    term: object = binding
    while isinstance(term, Member):
        names.insert(0, term.name)
        term = term.of
    if isinstance(term, This) and term.owner in program.facts.walk.objects:
        holder = program.kinds.holder(term)
        names.insert(0, "{...}" if holder is None else holder.name)
    elif isinstance(term, This):
        names.insert(0, "this")
    elif isinstance(term, Name):
        names.insert(0, term.name)
    return ".".join(names)


def _called(node: "Node") -> str:
    if node.type in ("await_expression", "yield_expression", "for_in_statement"):
        return {"await_expression": "await", "yield_expression": "yield"}.get(node.type, "for await")
    callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
    text = " ".join(text_of(callee).split()) if callee is not None else "call"
    new = "new " if node.type == "new_expression" else ""
    if len(text) > _LONGEST_CALL:
        text = f"{text[:_LONGEST_CALL]}..."
    return f"{new}{text}()"
