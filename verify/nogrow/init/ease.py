"""Judgements to the strictest clause of a few lines that they keep."""

import glob
from collections.abc import Sequence
from typing import NamedTuple

from nogrow.proof.judgement import EntryKind, Judgement, Verdict

# With more exceptions than this, the clause as a whole allows more.
FEW = 20
# The index of a function that escapes changes with each build, so all of them have one exception.
ESCAPED = "func[[]*]"


class Exemption(NamedTuple):
    """The worst verdict that entry points may have: the one called `entry`, or all that escape if None."""

    pattern: str
    verdict: Verdict
    entry: str | None


class Eased(NamedTuple):
    """The worst verdict that every entry point may have, and the exceptions.

    `growing` of the `entries` entry points have a verdict worse than `unreachable` that counts.
    """

    floor: Verdict
    exemptions: tuple[Exemption, ...]
    growing: int
    entries: int


def ease(judgements: Sequence[Judgement]) -> Eased:
    """The lowest floor, `unreachable` at least, above which there are few entry points, and these.

    The judgements are those of the core modules that one clause is about.
    """
    worst: dict[str, Verdict] = {}
    only_escaped: set[str] = set()
    others: set[str] = set()
    for judgement in judgements:
        excused = judgement.standing.excused | judgement.standing.seen.keys()
        for place, entry in enumerate(judgement.entries):
            if place not in excused:
                worst[entry.name] = max(entry.verdict, worst.get(entry.name, entry.verdict))
            (only_escaped if entry.kind is EntryKind.ESCAPED else others).add(entry.name)
    growing = {name: verdict for name, verdict in worst.items() if verdict > Verdict.UNREACHABLE}
    names = only_escaped | others
    group = only_escaped - others if ESCAPED not in names else set()
    for floor in list(Verdict)[Verdict.UNREACHABLE :]:
        above = {name: verdict for name, verdict in growing.items() if verdict > floor}
        exemptions = _exemptions(above, group, names)
        if len(exemptions) <= FEW:
            break
    return Eased(floor, exemptions, len(growing), len(names))


def _exemptions(above: dict[str, Verdict], group: set[str], names: set[str]) -> tuple[Exemption, ...]:
    own = [
        Exemption(_pattern(name, names), verdict, name)
        for name, verdict in sorted(above.items())
        if name not in group
    ]
    escaped = [verdict for name, verdict in above.items() if name in group]
    # Of two patterns that are equally long the first wins: an entry point's own one.
    return (*own, *([Exemption(ESCAPED, max(escaped), None)] if escaped else ()))


def _pattern(name: str, names: set[str]) -> str:
    """What names this entry point only, even when a later build no longer has it."""
    escaped = glob.escape(name)
    return name if escaped in names else escaped
