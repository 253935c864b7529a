"""Find the views of a memory that a program keeps across calls into the module."""

import gc
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from nogrow.errors import ModuleError
from nogrow.jshost.call_chains import CallChains
from nogrow.jshost.created_memories import of_other_memories
from nogrow.jshost.failures import failing_returns
from nogrow.jshost.host_text import texts_in
from nogrow.jshost.interned import forget
from nogrow.jshost.model import NOTHING_ASSUMED, Assumed, CachedView, Call, Position
from nogrow.jshost.modules import File, components
from nogrow.jshost.other_code import exported_bindings
from nogrow.jshost.parse import (
    TYPESCRIPT,
    Node,
    callee_of,
    parse_glue,
    position_of,
    root_of,
    text_of,
)
from nogrow.jshost.points_to import Kind
from nogrow.jshost.program import Program
from nogrow.jshost.renewal import Renewal
from nogrow.jshost.summaries import StaleUse, Summarised
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Binding, Member, Spelled, Temporary, This

# So much code needs about a minute, and less than two gigabytes of memory.
MOST_BYTES = 20 << 20
# Code without any of these has no view of a memory; `buffer` can be written in escapes.
_SIGNS = (b"buffer", b"\\u", b"\\x", b"liveViews", b"HEAP")
_LONGEST_CALL = 60
_Results = dict[str, tuple[CachedView, ...] | ModuleError]
_TOO_LARGE = "too large: {:,} bytes in all; programs of up to {:,} bytes are analysed"
_WAITS = {"await_expression": "await", "yield_expression": "yield", "for_in_statement": "for await"}


def _nothing_assumed(_paths: Collection[str]) -> Assumed:
    return NOTHING_ASSUMED


def views_in(
    sources: Sequence[tuple[str, bytes]], assumed: Callable[[Collection[str]], Assumed] = _nothing_assumed
) -> _Results:
    """Return the stale views in files, given as paths and texts; each by the path of the file that uses it.

    Files that import each other are analysed as one program; `assumed` returns the options for the program
    that consists of the files at the given paths. For a file that can't be judged, there is the reason
    instead. Raises `UsageError` if the parser is not installed.
    """
    results: _Results = {}
    files, signs, sizes = [], set(), {}
    for path, source in sources:
        try:
            files += _files(path, source)
        except ModuleError as error:
            results[path] = error
        sizes[path] = len(source)
        if any(sign in source for sign in _SIGNS):
            signs.add(path)
    with _without_collection():
        for program in components(files):
            paths = {file.path for file in program}
            if signs.isdisjoint(paths):
                _add(results, dict.fromkeys(paths, ()))
                continue
            size = sum(sizes[path] for path in paths)
            if size > MOST_BYTES:
                too_large = ModuleError(_TOO_LARGE.format(size, MOST_BYTES))
                _add(results, dict.fromkeys(paths, too_large))
            else:
                _add(results, _judged(program, assumed([file.path for file in program])))
            forget()
    return results


def _judged(program: list[File], host: Assumed) -> _Results:
    try:
        return {**_cached_views(program, host)}
    except ModuleError as error:
        # Each file by itself might be judged, but not what it does with the views of another one.
        return {file.path: error for file in program}


def _add(results: _Results, further: _Results) -> None:
    """Add results; a page has some for each of its scripts, and is not judged if one of them is not."""
    for path, views in further.items():
        known = results.get(path, ())
        if isinstance(known, ModuleError):
            continue
        results[path] = (
            views if isinstance(views, ModuleError) else tuple(sorted({*known, *views}, key=_by_place))
        )


def _by_place(view: CachedView) -> tuple[Position, Position, str]:
    return view.at, view.made, view.binding


@contextmanager
def _without_collection() -> Iterator[None]:
    """Let Python not look for cycles: millions of objects live long, and few of them are in one."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _files(path: str, source: bytes) -> list[File]:
    """Return the trees of the code in a file."""
    if len(source) > MOST_BYTES:
        raise ModuleError(_TOO_LARGE.format(len(source), MOST_BYTES))
    files = []
    for text in texts_in(path, source):
        root, error_at = parse_glue(text.text, text.suffix)
        if error_at is not None:
            kind = "TypeScript" if text.suffix in TYPESCRIPT else "JavaScript"
            raise ModuleError(f"line {error_at.line}, column {error_at.column}: not {kind} that can be read")
        files.append(File(path, root, text.scripts, text.in_glue))
    return files


def _cached_views(files: Sequence[File], host: Assumed) -> dict[str, tuple[CachedView, ...]]:
    """Return the stale views in the program that consists of the files."""
    program = Program(files, host)
    renewal = Renewal(program)
    renewed = {binding for binding in program.stores if binding in renewal}
    candidates = frozenset(program.stores) - renewed
    uses = [_named(use, candidates) for use in _doubted(program, candidates, renewed)]
    uses += [
        StaleUse(name, node, None, certain=True)
        for name, node in exported_bindings(program)
        if name in candidates
    ]
    uses = [use._replace(certain=False) if renewal.may_renew(use.binding) else use for use in uses]
    if program.modules_import_none:
        others = of_other_memories(program, candidates)
        uses = [use._replace(certain=False) if use.binding in others else use for use in uses]
    paths = {file.root.id: file.path for file in files}
    stale: dict[tuple[Spelled, str], dict[bool, dict[Position, StaleUse]]] = defaultdict(dict)
    for use in sorted(uses, key=lambda use: not use.certain):
        at = position_of(use.node)
        levels = stale[use.binding, paths[root_of(use.node).id]]
        if at not in levels.get(True, {}):
            levels.setdefault(use.certain, {}).setdefault(at, use)
    findings: dict[str, list[CachedView]] = {path: [] for path in paths.values()}
    chains = CallChains(program)
    for (binding, path), levels in stale.items():
        findings[path] += [_finding(program, chains, paths, path, binding, at) for at in levels.values()]
    return {path: tuple(sorted(_distinct(views), key=_by_place)) for path, views in findings.items()}


def _distinct(views: Sequence[CachedView]) -> Iterable[CachedView]:
    """Return the findings without those that differ only in the class of the object that has the property."""
    return {
        (view.binding.rpartition(".")[2], view.made, view.uses, view.call, view.certain): view
        for view in reversed(views)
    }.values()


def _doubted(program: Program, candidates: frozenset[Binding], renewed: set[Binding]) -> Iterator[StaleUse]:
    """Yield the uses of stale views; those that follow a failure to renew the view are not certain."""
    uses = list(Summarised(program, candidates, renewed).stale_uses())
    failing = failing_returns(program) if any(use.certain for use in uses) else None
    if not failing:
        yield from uses
        return
    program.failing = failing
    # The views of certain uses, with all that they may be copies of.
    related = program.related({use.binding for use in uses if use.certain}, candidates)
    others = Summarised(program, related, renewed).stale_uses()
    certain = {(use.binding, use.node.id) for use in others if use.certain}
    for use in uses:
        yield use._replace(certain=use.certain and (use.binding, use.node.id) in certain)


def _named(use: StaleUse, candidates: frozenset[Binding]) -> StaleUse:
    """Return the use as that of the binding whose value is used, if there is one."""
    held = use.binding.binding if isinstance(use.binding, Temporary) else None
    return use._replace(binding=held) if held is not None and held in candidates else use


def _finding(
    program: Program,
    chains: CallChains,
    paths: dict[int, str],
    path: str,
    binding: Spelled,
    uses: dict[Position, StaleUse],
) -> CachedView:
    def elsewhere(node: Node) -> str | None:
        other = paths[root_of(node).id]
        return None if other == path else other

    order = sorted(uses)
    first = uses[order[0]]
    # A value that is in no binding is made where it is used.
    stores = [] if isinstance(binding, Temporary) else program.stores.get(binding, [])
    made = min((store.node for store in stores), key=_in_order(elsewhere), default=first.node)
    call = None
    if first.call is not None:
        through, exports = chains.of(first.call)
        inner = tuple(Call(position_of(node), _called(node), elsewhere(node)) for node in through)
        call = Call(position_of(first.call), _called(first.call), elsewhere(first.call), inner, exports)
    spelled = _spelled(program, binding)
    values = program.constraints.terms.of(first.node) if isinstance(binding, Temporary) else [binding]
    return CachedView(
        spelled,
        position_of(made),
        tuple(order),
        call,
        first.certain,
        elsewhere(made),
        bool(program.points_to.any(values) & Kind.SHARED),
    )


def _in_order(elsewhere: Callable[[Node], str | None]) -> Callable[[Node], tuple[str, Position]]:
    return lambda node: (elsewhere(node) or "", position_of(node))


def _spelled(program: Program, binding: Spelled) -> str:
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
