"""This module words verdicts together with the assumptions behind them."""

from collections.abc import Sequence

from nogrow.analysis.assumptions import Assumption
from nogrow.analysis.judgement import Entry, Judgement, Verdict
from nogrow.contract.phrases import listed

_MOST = 3


def headline(judgement: Judgement) -> str:
    """Return the module's verdict and the assumptions behind it, or behind better verdicts in the module."""
    label = judgement.verdict.label
    if is_unseen(judgement):
        label = f"{label}, of no memory that a host can see"
    resting = judgement.resting
    if not resting.assumptions:
        return label
    if judgement.verdict is not Verdict.REACHABLE:
        return f"{label}, {assuming(resting.assumptions)}"
    subject = f"the better verdict of {listed(resting.entries)} assumes"
    if len(resting.entries) > 1:
        subject = f"the better verdicts of {listed(resting.entries)} assume"
    return f"{label}; {subject} {_that(resting.assumptions)}"


def of_entry(entry: Entry) -> str:
    """Return the entry point's verdict and the assumptions behind it."""
    if not is_assumed(entry):
        return entry.verdict.label
    return f"{entry.verdict.label}, {assuming(entry.assumptions)}"


def is_assumed(entry: Entry) -> bool:
    """Return whether the entry point's verdict would be worse without the assumptions about the host."""
    counting = entry.verdict if entry.seen is None else entry.seen
    return bool(entry.assumptions) and counting is not Verdict.REACHABLE


def is_unseen(judgement: Judgement) -> bool:
    """Return whether the module grows, and only memories that no host sees."""
    harmful = judgement.verdict_table.harmful
    return harmful is not None and not harmful.grows and judgement.verdict.grows


def assuming(assumptions: Sequence[Assumption]) -> str:
    """Return a clause that starts with `assuming that` and states the first assumptions."""
    return f"assuming {_that(assumptions)}"


def _that(assumptions: Sequence[Assumption]) -> str:
    clauses = [f"that {assumption.sentence}" for assumption in assumptions[:_MOST]]
    more = len(assumptions) - _MOST
    if more > 0:
        clauses.append(f"{more} more, which are listed as assumptions")
    if len(clauses) == 1:
        return clauses[0]
    return f"{', '.join(clauses[:-1])} and {clauses[-1]}"
