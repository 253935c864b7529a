"""Judgements to the strictest clause of a few lines that they keep."""

from collections.abc import Sequence
from typing import NamedTuple

from nogrow.analysis.judgement import EntryKind, Judgement, Verdict, worst
from nogrow.contract.entry_keys import ESCAPED, START, export_key

# With more exceptions than this, the clause as a whole allows more.
FEW = 20
_Key = tuple[EntryKind, str]


class Exemption(NamedTuple):
    """The worst verdict that entry points may have: the one called `entry`, or all that escape if None.

    `pattern` is the contract's key for them.
    """

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
    found: dict[_Key, Verdict] = {}
    keys: set[_Key] = set()
    for judgement in judgements:
        excused = judgement.verdict_table.excused | judgement.verdict_table.seen.keys()
        for place, entry in enumerate(judgement.entries):
            key = entry.kind, entry.name
            keys.add(key)
            if place not in excused:
                found[key] = entry.verdict.joined(found.get(key, entry.verdict))
    growing = {key: verdict for key, verdict in found.items() if verdict.grows}
    for floor in list(Verdict)[Verdict.UNREACHABLE.rank :]:
        above = {key: verdict for key, verdict in growing.items() if not verdict.at_most(floor)}
        exemptions = _exemptions(above)
        if len(exemptions) <= FEW:
            break
    return Eased(floor, exemptions, len(growing), len(keys))


def _exemptions(above: dict[_Key, Verdict]) -> tuple[Exemption, ...]:
    own = [
        Exemption(export_key(name) if kind is EntryKind.EXPORT else START, verdict, name)
        for (kind, name), verdict in sorted(above.items(), key=lambda one: (one[0][1], one[0][0].value))
        if kind is not EntryKind.ESCAPED
    ]
    # The index of a function that escapes changes with each build, so all of them have one exception.
    escaped = [verdict for (kind, _), verdict in above.items() if kind is EntryKind.ESCAPED]
    return (*own, *([Exemption(ESCAPED, worst(escaped), None)] if escaped else ()))
