"""Build witnesses from function names, with their source positions."""

from collections.abc import Mapping

from nogrow.analysis.judgement import Entry, EntryKind, Function, Step, Verdict
from nogrow.explain.cause import Cause, cause_of
from nogrow.source.model import Frame

RUST = "/usr/src/rustc-1.63.0/library"
Sources = Mapping[int, tuple[Frame, ...]]


def as_is(name: str) -> str:
    return name


def grown(
    *names: str | None,
    entry: str = "run",
    verdict: Verdict = Verdict.REACHABLE,
    memory: int = 0,
    imports: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
    host_grows: str | None = None,
    airtight: bool = False,
    kind: EntryKind = EntryKind.EXPORT,
    excused: bool = False,
) -> Entry:
    """Return an entry point whose witness calls these functions; the n-th step is at the offset 16 * n."""
    functions = [Function(index, name) for index, name in enumerate(names, 1)]
    last = "call" if host_grows else "memory.grow"
    witness = tuple(
        Step(function, 16 * function.index, last if function is functions[-1] else "call")
        for function in functions
    )
    return Entry(
        entry,
        kind,
        functions[0],
        verdict,
        memory,
        witness,
        imports,
        after,
        host_grows,
        airtight,
        excused,
    )


def frame(position: str, function: str | None = None) -> Frame:
    """Return the frame at `file:line:column`."""
    file, line, column = position.rsplit(":", 2)
    return Frame(function, file, int(line), int(column))


def cause(entry: Entry, sources: Sources | None = None, names: Mapping[int, str] | None = None) -> Cause:
    return cause_of(entry, sources or {}, as_is, names if names is not None else {1: entry.name})
