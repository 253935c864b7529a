"""This module infers the strictest short clause that a set of judgements keeps."""

from collections.abc import Sequence
from typing import NamedTuple

from nogrow.analysis.judgement import EntryKind, Judgement, Verdict, worst
from nogrow.contract.entry_keys import ESCAPED, START, export_key

# A clause with more exceptions than this would be unreadable; it allows a worse verdict to all instead.
MOST_EXEMPTIONS = 20
_Key = tuple[EntryKind, str]


class Exemption(NamedTuple):
    """The worst verdict allowed to the entry point `entry`, or to all escaping functions if that is None.

    `pattern` is the key in the contract's `exports`.
    """

    pattern: str
    verdict: Verdict
    entry: str | None


class InferredClause(NamedTuple):
    """The worst verdict allowed to every entry point, and the exceptions.

    `growing` is the number of entry points that can grow a memory that a host sees, out of `entries`.
    """

    floor: Verdict
    exemptions: tuple[Exemption, ...]
    growing: int
    entries: int


def infer_clause(judgements: Sequence[Judgement]) -> InferredClause:
    """Return the clause with the best floor, from `unreachable` up, that needs few exemptions.

    The judgements are those of the core modules that the clause is about.
    """
    verdicts: dict[_Key, Verdict] = {}
    keys: set[_Key] = set()
    for judgement in judgements:
        excused = judgement.verdict_table.excused | judgement.verdict_table.seen.keys()
        for index, entry in enumerate(judgement.entries):
            key = entry.kind, entry.name
            keys.add(key)
            if index not in excused:
                verdicts[key] = entry.verdict.joined(verdicts.get(key, entry.verdict))
    growing = {key: verdict for key, verdict in verdicts.items() if verdict.grows}
    for floor in list(Verdict)[Verdict.UNREACHABLE.rank :]:
        above = {key: verdict for key, verdict in growing.items() if not verdict.at_most(floor)}
        exemptions = _exemptions(above)
        if len(exemptions) <= MOST_EXEMPTIONS:
            break
    return InferredClause(floor, exemptions, len(growing), len(keys))


def _exemptions(above: dict[_Key, Verdict]) -> tuple[Exemption, ...]:
    by_name = sorted(above.items(), key=lambda item: (item[0][1], item[0][0].value))
    own = [
        Exemption(export_key(name) if kind is EntryKind.EXPORT else START, verdict, name)
        for (kind, name), verdict in by_name
        if kind is not EntryKind.ESCAPED
    ]
    # The index of an escaping function changes with each build, so one exemption covers all of them.
    escaped = [verdict for (kind, _), verdict in above.items() if kind is EntryKind.ESCAPED]
    return (*own, *([Exemption(ESCAPED, worst(escaped), None)] if escaped else ()))
