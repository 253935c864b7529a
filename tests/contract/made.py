"""Build judgements by hand, so that tests of contracts and reports need no module."""

from nogrow.analysis.assumptions import stated
from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Memory, Site, Step, Verdict

ALLOC = Function(7, "alloc")
SITE = Site(ALLOC, 0, 0x52, 1)
ABSENT, UNREACHABLE, TRAP_ONLY, THROW_ONLY, CAPPED, BOTH, REACHABLE = Verdict


def entry(
    name: str,
    verdict: Verdict,
    *,
    kind: EntryKind = EntryKind.EXPORT,
    imports: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
    host_grows: str | None = None,
    airtight: bool = False,
    excused: bool = False,
    seen: Verdict | None = None,
) -> Entry:
    function = Function(3, name)
    grows = verdict.grows
    witness = (Step(function, 0x40, "call"), Step(ALLOC, 0x52, "memory.grow"))
    return Entry(
        name,
        kind,
        function,
        verdict,
        memory=0 if grows else None,
        witness=witness if grows else (),
        imports=imports,
        imports_after_growth=after,
        host_grows=host_grows,
        airtight=airtight,
        excused=excused,
        seen=seen,
    )


def memory(least: int = 1, most: int | None = None, page_size: int = 65536, index: int = 0) -> Memory:
    return Memory(index, False, ("memory",), False, "i32", page_size, least, most)


def judgement(
    *entries: Entry, memories: tuple[Memory, ...] = (memory(),), assumptions: tuple[str, ...] = ()
) -> Judgement:
    sites = () if all(item.verdict is ABSENT for item in entries) else (SITE,)
    return Judgement(memories, sites, entries, tuple(map(stated, assumptions)))
