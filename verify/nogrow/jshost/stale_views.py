"""Find the views of a memory that a program keeps across calls into the module."""

from collections import defaultdict
from collections.abc import Iterator

from nogrow.errors import ModuleError
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
from nogrow.jshost.renewal import Renewal
from nogrow.jshost.summaries import StaleUse, Summarised
from nogrow.jshost.syntax import Name
from nogrow.jshost.terms import Binding, Holder, Member, Temporary, This

# A megabyte of minified code takes some ten seconds, and close to half a gigabyte of memory.
MOST_BYTES = 2 << 20
# Code without any of these has no view of a memory; `buffer` can be written in escapes.
_SIGNS = (b"buffer", b"\\u", b"\\x", b"liveViews", b"HEAP")
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
    renewal = Renewal(program)
    renewed = {binding for binding in program.stores if binding in renewal}
    candidates = frozenset(program.stores) - renewed
    uses = [_named(use, candidates) for use in Summarised(program, candidates, renewed).stale_uses()]
    uses += [
        StaleUse(name, node, None, certain=True) for name, node in _exported(program) if name in candidates
    ]
    stale: dict[tuple[Holder, bool], dict[Position, StaleUse]] = defaultdict(dict)
    for use in sorted(uses, key=lambda use: not use.certain):
        at = position_of(use.node)
        if at not in stale[use.binding, True]:
            stale[use.binding, use.certain].setdefault(at, use)
    findings = (_finding(program, binding, at) for (binding, _), at in stale.items() if at)
    return tuple(sorted(findings, key=lambda finding: (finding.at, finding.made, finding.binding)))


def _named(use: StaleUse, candidates: frozenset[Binding]) -> StaleUse:
    """Return the use as that of the binding whose value is used, if there is one."""
    held = use.binding.binding if isinstance(use.binding, Temporary) else None
    return use._replace(binding=held) if held is not None and held in candidates else use


def _exported(program: Program) -> Iterator[tuple[Name, Node]]:
    """Yield the bindings that the file exports, and where."""
    for node in program.constraints.exported:
        declared = fields(node, "declaration")
        for part in declared[0].named_children if declared else [node]:
            for name in fields(part, "name"):
                if name.type == "identifier":
                    yield program.constraints.terms.name(name), name


def _finding(program: Program, binding: Holder, uses: dict[Position, StaleUse]) -> CachedView:
    order = sorted(uses)
    # A value that is in no binding is made where it is used.
    stores = [] if isinstance(binding, Temporary) else program.stores.get(binding, [])
    made = min((position_of(store.node) for store in stores), default=order[0])
    first = uses[order[0]]
    after = first.call
    call = None if after is None else Call(position_of(after), _called(after))
    return CachedView(_spelled(program, binding), made, tuple(order), call, first.certain)


def _spelled(program: Program, binding: Holder) -> str:
    if isinstance(binding, Temporary):
        text = " ".join(binding.text.split())
        return text if len(text) <= _LONGEST_CALL else f"{text[:_LONGEST_CALL]}..."
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
