"""Build judgements, pins and locks without a module."""

from pathlib import Path
from typing import Any

from nogrow.analysis.assumptions import stated
from nogrow.analysis.entry_identity import Key
from nogrow.analysis.judgement import (
    Entry,
    EntryKind,
    Function,
    Judgement,
    Memory,
    Site,
    Step,
    Verdict,
    worst,
)
from nogrow.baseline.lock_file import Lock, Pin

ALLOC = Function(7, "alloc")
SITE = Site(ALLOC, 0, 0x52, 1)
ABSENT, UNREACHABLE, TRAP_ONLY, THROW_ONLY, CAPPED, BOTH, REACHABLE = Verdict
EXPORT, START, ESCAPED = EntryKind
DIGEST = "0" * 64


def path(*functions: Function, last: str = "memory.grow", scale: int = 16) -> tuple[Step, ...]:
    """Return a path on which each function calls the next one, at the offset `scale` times its index."""
    calls = [Step(function, scale * function.index, "call") for function in functions]
    return (*calls[:-1], calls[-1]._replace(instruction=last))


def entry(
    name: str,
    verdict: Verdict,
    *witness: Step,
    kind: EntryKind = EXPORT,
    **fields: Any,  # noqa: ANN401
) -> Entry:
    """Return an entry point with other `fields`; if it grows, it calls `alloc` unless it has a `witness`."""
    function = witness[0].function if witness else Function(3, name)
    steps = witness or (Step(function, 0x40, "call"), Step(ALLOC, 0x52, "memory.grow"))
    if not verdict.grows:
        return Entry(name, kind, function, verdict)._replace(**fields)
    return Entry(name, kind, function, verdict, memory=0, witness=steps)._replace(**fields)


def grown(
    *functions: str | None,
    name: str = "run",
    verdict: Verdict = REACHABLE,
    host_grows: str | None = None,
    **fields: Any,  # noqa: ANN401
) -> Entry:
    """Return an entry point whose witness calls these functions; the n-th step is at the offset 16 * n."""
    last = "call" if host_grows else "memory.grow"
    steps = path(*map(Function, range(1, len(functions) + 1), functions), last=last)
    return entry(name, verdict, *steps, host_grows=host_grows, **fields)


def memory(least: int = 1, most: int | None = None, page_size: int = 65536, index: int = 0) -> Memory:
    return Memory(index, False, ("memory",), False, "i32", page_size, least, most)


def judgement(
    *entries: Entry, memories: tuple[Memory, ...] = (memory(),), assumptions: tuple[str, ...] = ()
) -> Judgement:
    sites = () if all(entry.verdict is ABSENT for entry in entries) else (SITE,)
    return Judgement(memories, sites, entries, tuple(map(stated, assumptions)))


def pin(entries: dict[Key, tuple[Verdict, ...]], *, excused: bool = False) -> Pin:
    verdict = worst(verdict for verdicts in entries.values() for verdict in verdicts)
    return Pin(DIGEST, 100, verdict, entries, excused)


def exports(**verdicts: Verdict) -> Pin:
    return pin({(EXPORT, name): (verdict,) for name, verdict in verdicts.items()})


def lock(**pins: Pin) -> Lock:
    return Lock(Path("nogrow.lock"), {f"{name}.wasm": module_pin for name, module_pin in pins.items()})
