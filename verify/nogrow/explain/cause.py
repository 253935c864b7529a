"""Find the cause of a growth in a witness: where the user's code last calls into a library."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from nogrow.analysis.judgement import Entry, Step
from nogrow.contract.phrases import function_of
from nogrow.explain.allocation_sites import OWN_GROWTH, UNKNOWN, Use, use_of
from nogrow.explain.provenance import Origin, origin_of
from nogrow.source.model import Frame, Frames

Demangle = Callable[[str], str]


class PathFunction(NamedTuple):
    """A function on the path, which may be inlined into the one before it.

    `number` is the number of the witness's step, from 1. `function` is the readable name. `frame` is the
    source position of the call, or of the memory.grow, and None if it is unknown.
    """

    number: int
    step: Step
    function: str
    origin: Origin
    frame: Frame | None = None
    inlined: bool = False


class Cause(NamedTuple):
    """The reason why a path grows the memory: the function at index `blamed_at` of `path` uses `use`.

    `blamed_at` is the last of the user's functions, or of a dependency if none is the user's. It is None if
    the path has only library code and functions without names.
    """

    path: tuple[PathFunction, ...]
    blamed_at: int | None
    use: Use

    @property
    def blamed(self) -> PathFunction | None:
        """The function that causes the growth, if it is known."""
        return None if self.blamed_at is None else self.path[self.blamed_at]

    @property
    def vague(self) -> bool:
        """Whether functions without names hide the cause and no source position helps."""
        if self.blamed is not None and self.blamed.frame is not None:
            return False
        for called in self.path[0 if self.blamed_at is None else self.blamed_at + 1 :]:
            if called.origin is Origin.UNKNOWN:
                return True
            if use_of(called.function) == self.use:
                return False
        return False

    def notable(self) -> frozenset[int]:
        """Return the indices worth showing: both ends, and where one party's code calls another's."""
        first_called = 0 if self.blamed_at is None else self.blamed_at + 1
        last = len(self.path) - 1
        kept = {0, last, min(first_called, last)}
        kept.update(index for index, called in enumerate(self.path) if not called.origin.is_library)
        kept.update(self._first(lambda called: called.origin is Origin.ALLOCATOR))
        kept.update(self._first(lambda called: use_of(called.function) == self.use))
        return frozenset(kept)

    def _first(self, matches: Callable[[PathFunction], bool]) -> list[int]:
        return [index for index, called in enumerate(self.path) if matches(called)][:1]


def cause_of(entry: Entry, sources: Frames, demangle: Demangle, names: Mapping[int, str]) -> Cause:
    """Return the cause of the growth at the end of the entry point's witness.

    `sources` has the frames by the offsets of the steps, the innermost first. `names` has other names, by
    function index, for functions without a debug name.
    """
    path = tuple(_path(entry.witness, sources, demangle, names))
    blamed_at = _blamed_at(path)
    return Cause(path, blamed_at, _use(entry, path, blamed_at))


def _path(
    witness: Sequence[Step], sources: Frames, demangle: Demangle, names: Mapping[int, str]
) -> list[PathFunction]:
    path: list[PathFunction] = []
    for number, step in enumerate(witness, 1):
        if not step.offsets:
            path.append(_function_outside(number, step))
            continue
        name = step.function.name or names.get(step.function.index)
        readable = demangle(name) if name else None
        frames = sources.get(step.offset, ())
        # The last frame is the function itself; the functions before it are inlined into it.
        outer = frames[-1] if frames else None
        if readable is None and outer is not None and outer.function:
            readable = demangle(outer.function)
        whose = origin_of(readable, outer.file if outer else None)
        shown = readable or f"func[{step.function.index}]"
        if outer is not None and _is_inlined(step, outer, readable, whose, names):
            path.append(PathFunction(number, step, shown, Origin.USER))
            path.append(PathFunction(number, step, _module_of(outer), whose, outer, inlined=True))
            continue
        path.append(PathFunction(number, step, shown, whose, outer))
        for frame in frames[-2::-1]:
            inner = demangle(frame.function) if frame.function else None
            whose = origin_of(inner, frame.file)
            path.append(PathFunction(number, step, inner or "(inlined)", whose, frame, inlined=True))
    return path


def _is_inlined(step: Step, frame: Frame, name: str | None, whose: Origin, names: Mapping[int, str]) -> bool:
    """Return whether a library's code is inlined into a function that the user exports.

    Source maps have a position for each instruction, and no function.
    """
    exported = step.function.index in names
    return exported and not frame.function and whose.is_library and origin_of(name, None) is Origin.USER


def _module_of(frame: Frame) -> str:
    """Return the name of the library's module that the frame is in, as AssemblyScript spells it."""
    _, found, rest = frame.file.replace("\\", "/").rpartition("~lib/")
    return f"{found}{rest.removesuffix('.ts')}" if found else "(inlined)"


def _function_outside(number: int, step: Step) -> PathFunction:
    """Return a function of host code or of another module; the cause is in front of the import."""
    call = step.host
    frame = None if call is None or call.file is None else Frame(call.function, call.file, *call.at)
    return PathFunction(number, step, function_of(step), Origin.OUTSIDE, frame)


def _blamed_at(path: Sequence[PathFunction]) -> int | None:
    """Return the index of the user's last function before the allocator, or else of a dependency's last."""
    origins = [function.origin for function in path]
    if Origin.ALLOCATOR in origins:
        del origins[origins.index(Origin.ALLOCATOR) :]
    for wanted in (Origin.USER, Origin.DEPENDENCY):
        if wanted in origins:
            return max(index for index, origin in enumerate(origins) if origin is wanted)
    return None


def _use(entry: Entry, path: Sequence[PathFunction], blamed_at: int | None) -> Use:
    """Return the first known use after the blamed function, or on the whole path if no function is blamed."""
    for called in path[0 if blamed_at is None else blamed_at + 1 :]:
        if called.origin.is_library and (use := use_of(called.function)):
            return use
    last = blamed_at == len(path) - 1
    return OWN_GROWTH if last and entry.host_grows is None else UNKNOWN
