"""A witness to its cause: where the user's code last calls into a library on the way to the growth."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from nogrow.analysis.judgement import Entry, Step
from nogrow.explain.allocation_sites import OWN_GROWTH, UNKNOWN, Use, use_of
from nogrow.explain.provenance import Origin, origin_of
from nogrow.source.model import Frame

Demangle = Callable[[str], str]
OriginOf = Callable[[str | None, str | None], Origin]
Sources = Mapping[int, tuple[Frame, ...]]


class Place(NamedTuple):
    """A function on the path, inlined ones included.

    `number` counts the steps of the witness from 1; `function` is readable. `frame` is the place in the
    source of the call, or of the growth, None if it is not known.
    """

    number: int
    step: Step
    function: str
    origin: Origin
    frame: Frame | None = None
    inlined: bool = False


class Cause(NamedTuple):
    """Why a path grows the memory: the code at `at` uses `use`.

    `places` is the path. `at` is its place in the user's code, or in a dependency if none is the user's;
    None means that all of it is library code, or has no names. `into` is the place that `at` calls.
    """

    places: tuple[Place, ...]
    at: int | None
    use: Use

    @property
    def place(self) -> Place | None:
        """The place that is to blame."""
        return None if self.at is None else self.places[self.at]

    @property
    def vague(self) -> bool:
        """Whether functions without names hide who is to blame, and no source helps."""
        if self.place is not None and self.place.frame is not None:
            return False
        hidden = self.places[0 if self.at is None else self.at + 1 :]
        for one in hidden:
            if one.origin is Origin.UNKNOWN:
                return True
            if use_of(one.function) == self.use:
                return False
        return False

    def matter(self) -> frozenset[int]:
        """Which of the places say something: where code changes hands, and both ends."""
        first = self.at if self.at is not None else -1
        kept = {0, len(self.places) - 1, min(first + 1, len(self.places) - 1)}
        for place, one in enumerate(self.places):
            if one.origin not in (Origin.LIBRARY, Origin.ALLOCATOR):
                kept.add(place)
        kept.update(self._first(lambda one: one.origin is Origin.ALLOCATOR))
        kept.update(self._first(lambda one: use_of(one.function) == self.use))
        return frozenset(kept)

    def _first(self, holds: Callable[[Place], bool]) -> list[int]:
        return [place for place, one in enumerate(self.places) if holds(one)][:1]


def cause_of(
    entry: Entry,
    sources: Sources,
    demangle: Demangle,
    names: Mapping[int, str],
    origin: OriginOf = origin_of,
) -> Cause:
    """Return the cause of the growth that the entry point's witness leads to.

    `sources` gives the frames at offsets of steps, innermost first. `names` are what functions are called
    that have no debug name, by their index. `origin` says whose code a function is.
    """
    places = tuple(_places(entry.witness, sources, demangle, names, origin))
    at = _blamed(places)
    return Cause(places, at, _use(entry, places, at))


def _places(
    witness: Sequence[Step],
    sources: Sources,
    demangle: Demangle,
    names: Mapping[int, str],
    origin: OriginOf,
) -> list[Place]:
    found: list[Place] = []
    for number, step in enumerate(witness, 1):
        name = step.function.name or names.get(step.function.index)
        readable = demangle(name) if name else None
        frames = sources.get(step.offset, ())
        # The last frame is the function itself; those before it were inlined into it.
        outer = frames[-1] if frames else None
        if readable is None and outer is not None and outer.function:
            readable = demangle(outer.function)
        whose = origin(readable, outer.file if outer else None)
        shown = readable or f"func[{step.function.index}]"
        found.append(Place(number, step, shown, whose, outer))
        for frame in frames[-2::-1]:
            inner = demangle(frame.function) if frame.function else None
            whose = origin(inner, frame.file)
            found.append(Place(number, step, inner or "(inlined)", whose, frame, inlined=True))
    return found


def _blamed(places: Sequence[Place]) -> int | None:
    """The last place of the user's, else the last of a dependency, before an allocator is entered."""
    origins = [one.origin for one in places]
    if Origin.ALLOCATOR in origins:
        del origins[origins.index(Origin.ALLOCATOR) :]
    for wanted in (Origin.USER, Origin.DEPENDENCY):
        if wanted in origins:
            return max(place for place, origin in enumerate(origins) if origin is wanted)
    return None


def _use(entry: Entry, places: Sequence[Place], at: int | None) -> Use:
    """What is used after the place that is to blame, or by a path that is all of libraries."""
    for one in places[0 if at is None else at + 1 :]:
        if one.origin in (Origin.LIBRARY, Origin.ALLOCATOR) and (use := use_of(one.function)):
            return use
    last = at == len(places) - 1
    return OWN_GROWTH if last and entry.host_grows is None else UNKNOWN
