"""What a judgement takes for granted, in sentences, the weightiest first."""

from nogrow.proof.growers import is_known_grower
from nogrow.proof.judgement import Entry, Memory, Verdict

_MOST_NAMED = 8
_HOST_STAYS = "the host does not grow the memory behind these imports"


def on_the_host(assumptions: tuple[str, ...]) -> str | None:
    """The assumption that imports nobody vouches for leave the memory alone, if it had to be made."""
    return next((one for one in assumptions if one.startswith(_HOST_STAYS)), None)


def assumptions(
    memories: tuple[Memory, ...],
    entries: tuple[Entry, ...],
    untrusted: set[str],
    switches_stacks: bool,
) -> tuple[str, ...]:
    """The assumptions behind the verdicts of `entries`; `untrusted` are the imports nobody vouches for."""
    found: list[str] = []
    growing = {entry.host_grows for entry in entries}
    reached = sorted(
        label
        for label in set[str]().union(*{entry.imports for entry in entries}) & untrusted - growing
        if not is_known_grower(label)
    )
    growable = [memory for memory in memories if not memory.fixed]
    if reached and any(memory.imported or memory.exported for memory in growable):
        found.append(f"{_HOST_STAYS}, nor calls back in from them: {_listed(reached)}")
    elif reached and growable and any(entry.verdict > Verdict.ABSENT for entry in entries):
        found.append(f"these imports do not call back in: {_listed(reached)}")
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
        elif memory.imported and not memory.fixed:
            found.append(f"nobody else who has memory {memory.index}, an import, grows it")
    return tuple(found)


def _listed(labels: list[str]) -> str:
    more = len(labels) - _MOST_NAMED
    text = ", ".join(labels[:_MOST_NAMED])
    return f"{text} and {more} more" if more > 0 else text
