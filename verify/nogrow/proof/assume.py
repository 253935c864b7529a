"""What a judgement takes for granted, in sentences, the weightiest first."""

from nogrow.proof.judgement import Entry, Memory, Verdict

_MOST_NAMED = 8


def assumptions(
    memories: tuple[Memory, ...],
    entries: tuple[Entry, ...],
    untrusted: set[str],
    switches_stacks: bool,
) -> tuple[str, ...]:
    """The assumptions behind the verdicts of `entries`; `untrusted` are the imports nobody vouches for."""
    found: list[str] = []
    reached = sorted({label for entry in entries for label in entry.imports} & untrusted)
    if reached and memories and not all(memory.fixed for memory in memories):
        found.append(f"the imports reached neither grow the memory nor call back in: {_listed(reached)}")
    after = sorted(
        {
            label
            for entry in entries
            if entry.verdict in (Verdict.TRAP_ONLY, Verdict.THROW_ONLY)
            for label in entry.imports_after_growth
        }
    )
    if after:
        found.append(
            "after a growth and before the trap or exception, the host may run with detached views in: "
            + _listed(after)
        )
    if switches_stacks:
        found.append("the module switches stacks: what can follow a growth was not narrowed down")
    for memory in memories:
        if memory.exported and not memory.fixed:
            name = memory.exported[0]
            found.append(f"the host itself does not grow memory {memory.index}, exported as {name!r}")
    return tuple(found)


def _listed(labels: list[str]) -> str:
    more = len(labels) - _MOST_NAMED
    text = ", ".join(labels[:_MOST_NAMED])
    return f"{text} and {more} more" if more > 0 else text
