"""Find the core modules in a file, their offsets in it, and how those of a component serve each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from nogrow.analysis.assumptions import stated
from nogrow.analysis.judgement import Judgement, Step
from nogrow.analysis.surroundings import NOT_LINKED, Linked
from nogrow.contract.phrases import listed
from nogrow.errors import ModuleError
from nogrow.scenarios.result import ScenarioResult
from nogrow.wasm.sections import is_component

# How many imports a note names that another core module serves.
_MOST_SERVED = 8


class LocatedModule(NamedTuple):
    """A core module, the path that reports call it by, and where it starts in its file, in bytes.

    `number` is its index in a component, None for a file that is a core module. `callers` are sentences
    on how the component lets the host use it.
    """

    path: str
    data: bytes
    start: int = 0
    callers: tuple[str, ...] = ()
    number: int | None = None


class Linkage(NamedTuple):
    """The other core modules of a component that serve the imports of one, and what they may do.

    `alone` is the judgement of the module by itself, None if it is in no component or could not be judged.
    """

    linked: Linked = NOT_LINKED
    alone: Judgement | None = None


def modules_in(path: str, data: bytes) -> tuple[LocatedModule, ...]:
    """Return the core modules in the file: itself, or `FILE#0`, `FILE#1`, ... for a component.

    Raises `ModuleError` for a component that is not well-framed.
    """
    if not is_component(data):
        return (LocatedModule(path, data),)
    from nogrow.wasm.component import core_modules

    return tuple(
        LocatedModule(f"{path}#{number}", data[core.start : core.end], core.start, core.callers, number)
        for number, core in enumerate(core_modules(data))
    )


def linkages(
    data: bytes,
    starts: Sequence[int],
    judge: Callable[[int, Linked], Judgement],
    trusts: Callable[[int, str], bool],
) -> list[Linkage]:
    """Return for each core module of a component what the others may do behind its imports.

    `starts` are their offsets in the file. `judge` judges the module of a number. `trusts` says whether the
    contract vouches for an import of that module by its exact name. Raises `ModuleError` where there is too
    much to follow.
    """
    from nogrow.analysis.cross_module_growth import Growth, served
    from nogrow.wasm.linking import read_linking

    linking = read_linking(data)
    alone: list[Judgement | None] = []
    for number in range(len(starts)):
        try:
            alone.append(judge(number, Linked(served(linking, number))))
        except ModuleError:
            # The error is reported when the module's turn comes; the others have to expect any growth of it.
            alone.append(None)
    growth = Growth(linking, alone, trusts)
    return [
        Linkage(_moved(growth.linked(number), starts), judgement) for number, judgement in enumerate(alone)
    ]


def _moved(linked: Linked, starts: Sequence[int]) -> Linked:
    """Return what is known with the offsets of steps in other modules in the file."""
    steps = {
        label: tuple(
            step
            if step.module is None or not step.offset
            else step._replace(offset=step.offset + starts[step.module])
            for step in path
        )
        for label, path in linked.steps.items()
    }
    return linked._replace(steps=steps)


def served_imports(judgement: Judgement, linked: Linked) -> Iterator[str]:
    """Yield notes on the reached imports that other core modules of the component serve."""
    by_modules: dict[frozenset[int], list[str]] = {}
    for label, modules in linked.served.items():
        if label in judgement.imports:
            by_modules.setdefault(modules, []).append(label)
    for modules, labels in sorted(by_modules.items(), key=lambda item: sorted(item[0])):
        numbers = " or ".join(map(str, sorted(modules)))
        yield f"served by core module {numbers} of the component: {listed(sorted(labels), _MOST_SERVED)}"


def in_file(judgement: Judgement, module: LocatedModule) -> Judgement:
    """Return the judgement with offsets in the file, and with what the component assumes of the module."""
    if not (module.start or module.callers):
        return judgement
    sites = (site._replace(offset=site.offset + module.start) for site in judgement.sites)
    entries = (
        entry._replace(witness=_steps_in_file(entry.witness, module.start)) for entry in judgement.entries
    )
    return judgement._replace(
        sites=tuple(sites),
        entries=tuple(entries),
        assumptions=(*judgement.assumptions, *map(stated, module.callers)),
    )


def scenario_in_file(result: ScenarioResult, module: LocatedModule) -> ScenarioResult:
    """Return the result of a scenario with offsets in the file."""
    growth = result.grew_at
    if growth is None or not module.start:
        return result
    backtrace = _steps_in_file(growth.backtrace, module.start)
    return result._replace(grew_at=growth._replace(backtrace=backtrace))


def _steps_in_file(steps: Iterable[Step], start: int) -> tuple[Step, ...]:
    return tuple(step._replace(offset=step.offset + start) if step.offsets else step for step in steps)
