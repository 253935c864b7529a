"""Join the summaries of all functions that a call may run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nogrow.jshost.call_effects import Effect
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Binding, Holder, Member, Property


class Summary(NamedTuple):
    """What a call of a function does to the view in a binding."""

    keeps: bool
    """The view from before the call may be there after it."""
    detaches: Effect
    """Whether a call in the function may have detached what is there."""
    fills: bool
    """The function may store a view there."""
    makes: bool = False
    """The function may make the object that has the binding."""


Summaries = dict[int, dict[Binding, Summary]]


class Joint(NamedTuple):
    """What a call that may run several functions does to the view in a binding."""

    keeps: bool
    """The view from before the call may be there after it."""
    renews: bool
    """One of the functions does not keep the view."""
    detaches: Effect
    """The most that a call in the functions does to what is there."""
    fills: Effect | None
    """That of the functions which may store a view there; None if none does."""
    replaces: Effect | None
    """Whether those which store a view there, and keep none, may enter the module; None if there are none."""


class Called(NamedTuple):
    """What a call that may run several functions does."""

    joints: dict[Binding, Joint]
    """By each binding for which one of the functions has a summary."""
    of_others: dict[Binding, Joint]
    """The same for the object of a certain expression, which is none that the functions make."""
    entering: Effect
    """What it does to the views in all other bindings."""

    def joint(self, holder: Holder) -> Joint | None:
        """Return what the call does to the view in `holder`, None if none of the summaries tells."""
        if isinstance(holder, Property):
            return self.of_others.get(holder.binding)
        return self.joints.get(holder) if isinstance(holder, Name | Member) else None


class JointSummaries:
    """The summaries of functions, joined for each set of functions that a call may run."""

    def __init__(self, summaries: Summaries, entering: Mapping[int, Effect]) -> None:
        """Join the summaries; `entering` are the functions whose calls may enter the module."""
        self.of_function = summaries
        self._entering = entering
        self._versions: Counter[int] = Counter()
        self._known: dict[tuple[int, ...], tuple[int, Called]] = {}

    def change(self, function: int) -> None:
        """Note that the summaries of the function have changed."""
        self._versions[function] += 1

    def of(self, functions: tuple[int, ...]) -> Called:
        """Return what a call does that may run the functions."""
        version = sum(map(self._versions.__getitem__, functions))
        known = self._known.get(functions)
        if known is None or known[0] != version:
            known = self._known[functions] = version, self._join(functions)
        return known[1]

    def _join(self, functions: tuple[int, ...]) -> Called:
        effects = [(self._entering.get(function, Effect.NONE), function) for function in functions]
        effects.sort(reverse=True)
        summaries = [(effect, self.of_function.get(function, {})) for effect, function in effects]
        joints = of_others = _joined(summaries)
        if any(summary.makes for _, of_function in summaries for summary in of_function.values()):
            others = [
                (effect, {binding: each for binding, each in of_function.items() if not each.makes})
                for effect, of_function in summaries
            ]
            of_others = _joined(others)
        return Called(joints, of_others, effects[0][0] if effects else Effect.NONE)


def _joined(summaries: Sequence[tuple[Effect, dict[Binding, Summary]]]) -> dict[Binding, Joint]:
    """Join the summaries of functions, each with what the function does to other views, the most first."""
    joints: dict[Binding, Joint] = {}
    having: Counter[Binding] = Counter()
    for effect, of_function in summaries:
        having.update(of_function.keys())
        for binding, summary in of_function.items():
            joints[binding] = _added(joints.get(binding), summary, effect)
    for binding, count in having.items():
        if count < len(summaries):
            # The functions without a summary do to the binding what they do to all.
            effect = next(each for each, of_function in summaries if binding not in of_function)
            joint = joints[binding]
            joints[binding] = joint._replace(keeps=True, detaches=max(joint.detaches, effect))
    return joints


def _added(joint: Joint | None, summary: Summary, effect: Effect) -> Joint:
    fills = summary.detaches if summary.fills else None
    replaces = effect if summary.fills and not summary.keeps else None
    if joint is None:
        return Joint(summary.keeps, not summary.keeps, summary.detaches, fills, replaces)
    return Joint(
        joint.keeps or summary.keeps,
        joint.renews or not summary.keeps,
        max(joint.detaches, summary.detaches),
        max((each for each in (joint.fills, fills) if each is not None), default=None),
        max((each for each in (joint.replaces, replaces) if each is not None), default=None),
    )
