"""Find the core modules in a file, and turn their offsets into those of the file."""

from collections.abc import Iterable
from typing import NamedTuple

from nogrow.analysis.assumptions import stated
from nogrow.analysis.judgement import Judgement, Step
from nogrow.scenarios.result import ScenarioResult
from nogrow.wasm.sections import is_component


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
    return tuple(Step(step.function, step.offset + start, step.instruction) for step in steps)
