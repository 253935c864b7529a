"""What a judgement takes for granted, in sentences, the weightiest first."""

from collections.abc import Iterable

from nogrow.proof.judgement import Memory

_MOST_NAMED = 8
_LONGEST = 200
_HOST_STAYS = "the host does not grow the memory behind these imports"


def on_the_host(assumptions: tuple[str, ...]) -> str | None:
    """The assumption that imports nobody vouches for leave the memory alone, if it had to be made."""
    return next((one for one in assumptions if one.startswith(_HOST_STAYS)), None)


def assumptions(
    memories: tuple[Memory, ...],
    *,
    imports: Iterable[str],
    after: Iterable[str],
    growth: bool,
    switches_stacks: bool,
) -> tuple[str, ...]:
    """The assumptions behind a module's verdicts.

    `imports` are those that are reached, that nobody vouches for, and that are not known to grow the memory;
    `after` those that may run between a growth and the trap or exception behind it. `growth` says whether the
    module can grow a memory at all.
    """
    found: list[str] = []
    reached = sorted(imports)
    growable = [memory for memory in memories if not memory.fixed]
    if reached and any(memory.imported or memory.exported for memory in growable):
        found.append(f"{_HOST_STAYS}, nor calls back in from them: {_listed(reached)}")
    elif reached and growable and growth:
        found.append(f"these imports do not call back in: {_listed(reached)}")
    if running := sorted(after):
        found.append(
            "after a growth and before the trap or exception, the host may run with detached views in: "
            + _listed(running)
        )
    if switches_stacks:
        found.append("the module switches stacks: what can follow a growth was not narrowed down")
    for memory in memories:
        if memory.exported and not memory.fixed:
            name = _cut(memory.exported[0])
            found.append(f"the host itself does not grow memory {memory.index}, exported as {name!r}")
        elif memory.imported and not memory.fixed:
            found.append(f"nobody else who has memory {memory.index}, an import, grows it")
    return tuple(found)


def _listed(labels: list[str]) -> str:
    more = len(labels) - _MOST_NAMED
    text = ", ".join(map(_cut, labels[:_MOST_NAMED]))
    return f"{text} and {more} more" if more > 0 else text


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
